// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/graph/parameter_reader.h"

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

class ParameterReaderTest : public QObject
{
    Q_OBJECT

    KindCatalog m_kinds = sampleKinds();

private slots:
    void givesDefaultsWhereNothingIsSet()
    {
        const Node node{.id = id("gen"), .kind = "source"};
        const ParameterReader reader(node, *m_kinds.find("source"));
        QCOMPARE(reader.real("rate"), 2600.0);
        QCOMPARE(reader.integer("count"), 0);
        QVERIFY(!reader.isSet("count"));
        QVERIFY(reader.isSet("rate"));
        QCOMPARE(reader.choice("shape"), "steady");
        QVERIFY(reader.duration("period") == Milliseconds(60'000));
    }

    void givesWhatIsSet()
    {
        const Node node{.id = id("map"),
                        .kind = "map",
                        .parameters = {{"columns", "a, b"},
                                       {"strict", true},
                                       {"tags", TextList{"x", "y"}},
                                       {"headers", KeyValues{{"k", "v"}}}}};
        const ParameterReader reader(node, *m_kinds.find("map"));
        QCOMPARE(reader.text("columns"), "a, b");
        QVERIFY(reader.boolean("strict"));
        QVERIFY(reader.texts("tags") == (TextList{"x", "y"}));
        QVERIFY(reader.text("note").empty());
    }

    void takesAWholeNumberForARealOne()
    {
        const Node node{
            .id = id("gen"), .kind = "source", .parameters = {{"rate", std::int64_t{5}}}};
        QCOMPARE(ParameterReader(node, *m_kinds.find("source")).real("rate"), 5.0);
    }

    void readsAValueOfAnotherTypeAsAbsent()
    {
        const Node node{.id = id("gen"),
                        .kind = "source",
                        .parameters = {{"rate", "fast"}, {"count", 1.5}, {"period", "1 min"}}};
        const ParameterReader reader(node, *m_kinds.find("source"));
        QCOMPARE(reader.real("rate"), 2600.0);
        QCOMPARE(reader.integer("count"), 0);
        QVERIFY(reader.duration("period") == Milliseconds(60'000));
    }

    void neverGivesNegativeBytes()
    {
        const Node node{
            .id = id("sink"), .kind = "sink", .parameters = {{"buffer", std::int64_t{-1}}}};
        QCOMPARE(ParameterReader(node, *m_kinds.find("sink")).bytes("buffer"), std::uint64_t(0));
    }

    void showsAParameterOnlyWhileItMeansSomething()
    {
        Node node{.id = id("gen"), .kind = "source"};
        const NodeKind &kind = *m_kinds.find("source");
        QVERIFY(!ParameterReader(node, kind).isShown("period"));
        QVERIFY(ParameterReader(node, kind).isShown("rate"));
        node.parameters["shape"] = "daily";
        QVERIFY(ParameterReader(node, kind).isShown("period"));
    }

    void hidesWhatDependsOnAHiddenOne()
    {
        NodeKind kind = *m_kinds.find("source");
        kind.parameters.push_back({.id = "zone",
                                   .title = "Zone",
                                   .shownWhen = ShownWhen{"period", {Milliseconds(60'000)}}});
        Node node{.id = id("gen"), .kind = "source"};
        QVERIFY(!ParameterReader(node, kind).isShown("zone"));
        node.parameters["shape"] = "daily";
        QVERIFY(ParameterReader(node, kind).isShown("zone"));
        node.parameters["period"] = Milliseconds(1);
        QVERIFY(!ParameterReader(node, kind).isShown("zone"));
    }
};

MILLRACE_TEST(ParameterReaderTest)
#include "parameter_reader_test.moc"
