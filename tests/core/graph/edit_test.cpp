// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/graph/edit.h"
#include "core/graph/file.h"

#include <limits>

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

Q_DECLARE_METATYPE(Edit)

namespace {

/// Draws edits that mostly fit the document, and sometimes do not.
class EditDrawer
{
public:
    explicit EditDrawer(std::uint64_t seed)
        : m_random(seed)
    {}

    std::size_t below(std::size_t limit)
    {
        std::uint64_t word = 0;
        m_random.fill(std::as_writable_bytes(std::span(&word, 1)));
        return static_cast<std::size_t>(word % limit);
    }

    Edit draw(const Document &document, int depth = 0)
    {
        switch (below(depth < 3 ? 14 : 13)) {
        case 0:
            return {AddNode{{.id = newNodeId(m_random),
                             .kind = "map",
                             .name = text(),
                             .parameters = {{"label", text()}},
                             .unknown = {{"later", "1"}}},
                            below(2) == 0 ? std::nullopt
                                          : std::optional(NodeLayout{point(), {{"u", "2"}}})}};
        case 1:
            return {RemoveNode{node(document)}};
        case 2:
        case 3:
            return {AddWire{{{node(document), "out"}, {node(document), "in"}},
                            {{{"bend", std::to_string(below(9))}}}}};
        case 4:
            return {RemoveWire{anyWire(document)}};
        case 5:
            return {SetParameter{node(document), parameter(), value()}};
        case 6:
            return {removeParameter(document, node(document))};
        case 7:
            return {RenameNode{node(document), text()}};
        case 8:
            return {SetNodeState{node(document), static_cast<NodeState>(1 + below(3))}};
        case 9:
            return {MoveNodes{
                {{node(document), point()},
                 {node(document), below(3) == 0 ? std::nullopt : std::optional(point())}}}};
        case 10:
            return {SetProjectName{text()}};
        case 11:
            if (below(2) == 0)
                return {RemoveAnnotation{anyAnnotation(document)}};
            return {AddAnnotation{newAnnotationId(m_random), annotation()}};
        case 12:
            return {SetAnnotation{anyAnnotation(document), annotation()}};
        default:
            Compound compound{"several", {}};
            Document after = document;
            for (std::size_t i = below(5); i > 0; --i) {
                compound.edits.push_back(draw(after, depth + 1));
                (void)apply(after, compound.edits.back());
            }
            return {std::move(compound)};
        }
    }

private:
    NodeId node(const Document &document)
    {
        const std::size_t at = below(document.nodes.size() + 1);
        if (at == document.nodes.size())
            return newNodeId(m_random);
        return std::next(document.nodes.begin(), static_cast<std::ptrdiff_t>(at))->first;
    }
    RemoveParameter removeParameter(const Document &document, const NodeId &id)
    {
        const Node *found = document.find(id);
        if (found == nullptr || found->parameters.empty())
            return {id, parameter()};
        const std::size_t at = below(found->parameters.size());
        return {id, std::next(found->parameters.begin(), static_cast<std::ptrdiff_t>(at))->first};
    }
    WireEnds anyWire(const Document &document)
    {
        if (document.wires.empty())
            return {{node(document), "out"}, {node(document), "in"}};
        const std::size_t at = below(document.wires.size());
        return std::next(document.wires.begin(), static_cast<std::ptrdiff_t>(at))->first;
    }
    AnnotationId anyAnnotation(const Document &document)
    {
        const auto &annotations = document.layout.annotations;
        if (annotations.empty())
            return newAnnotationId(m_random);
        const std::size_t at = below(annotations.size());
        return std::next(annotations.begin(), static_cast<std::ptrdiff_t>(at))->first;
    }
    Annotation annotation()
    {
        return {below(2) == 0 ? AnnotationKind::Frame : AnnotationKind::Comment,
                text(),
                point(),
                {double(below(500)), double(below(500))},
                below(2) == 0 ? "" : "blue",
                {}};
    }
    std::string parameter() { return "p" + std::to_string(below(4)); }
    std::string text() { return "text\n" + std::to_string(below(1000)); }
    Point point() { return {double(below(4000)) / 8 - 100, double(below(4000))}; }
    ParameterValue value()
    {
        switch (below(8)) {
        case 0:
            return below(2) == 0;
        case 1:
            return std::int64_t(below(1'000'000)) - 500'000;
        case 2:
            return double(below(1000)) / 7 - 0.0;
        case 3:
            return text();
        case 4:
            return Milliseconds(below(100'000));
        case 5:
            return TextList(below(4), text());
        case 6:
            return KeyValues(below(4), KeyValue{text(), text()});
        default:
            return -0.0;
        }
    }

    SeededRandom m_random;
};

Document clicks()
{
    return PipelineBuilder()
        .source("gen")
        .stream("clicks")
        .node("sink", "sink")
        .wired("gen.out", "clicks.in")
        .wired("clicks.out", "sink.in")
        .place("gen", 1, 2)
        .build();
}

} // namespace

class EditTest : public QObject
{
    Q_OBJECT

private slots:
    void doesWhatItSays()
    {
        Document document = clicks();
        QVERIFY(apply(document, {AddNode{{.id = id("map"), .kind = "map", .name = "Map"},
                                         NodeLayout{Point{5, 6}, {}}}}));
        QCOMPARE(document.find(id("map"))->kind, "map");
        QVERIFY(document.layout.nodes.at(id("map")).position == (Point{5, 6}));
        QVERIFY(apply(document, {AddWire{wire("clicks.out", "map.in")}}));
        QVERIFY(document.wires.contains(wire("clicks.out", "map.in")));
        QVERIFY(apply(document, {RemoveWire{wire("clicks.out", "sink.in")}}));
        QVERIFY(!document.wires.contains(wire("clicks.out", "sink.in")));
        QVERIFY(apply(document, {SetParameter{id("map"), "columns", "a"}}));
        QVERIFY(document.find(id("map"))->parameters.at("columns") == ParameterValue("a"));
        QVERIFY(apply(document, {RemoveParameter{id("map"), "columns"}}));
        QVERIFY(document.find(id("map"))->parameters.empty());
        QVERIFY(apply(document, {RenameNode{id("map"), "Other"}}));
        QCOMPARE(document.find(id("map"))->name, "Other");
        QVERIFY(apply(document, {SetNodeState{id("map"), NodeState::Bypassed}}));
        QVERIFY(document.find(id("map"))->state == NodeState::Bypassed);
        QVERIFY(apply(document, {MoveNodes{{{id("map"), Point{7, 8}}, {id("gen"), {}}}}}));
        QVERIFY(document.layout.nodes.at(id("map")).position == (Point{7, 8}));
        QVERIFY(!document.layout.nodes.contains(id("gen")));
        QVERIFY(apply(document, {SetProjectName{"New"}}));
        QCOMPARE(document.name, "New");
        const AnnotationId frame{"frame001"};
        QVERIFY(
            apply(document, {AddAnnotation{frame, {AnnotationKind::Frame, "A", {}, {}, "", {}}}}));
        QVERIFY(
            apply(document, {SetAnnotation{frame, {AnnotationKind::Frame, "B", {}, {}, "", {}}}}));
        QCOMPARE(document.layout.annotations.at(frame).text, "B");
        QVERIFY(apply(document, {RemoveAnnotation{frame}}));
        QVERIFY(document.layout.annotations.empty());
    }

    void removingANodeTakesItsWiresAndPlace()
    {
        Document document = clicks();
        const Document before = document;
        const auto inverse = apply(document, {RemoveNode{id("clicks")}});
        QVERIFY(document.wires.empty());
        QVERIFY(document.find(id("clicks")) == nullptr);
        QVERIFY(apply(document, *inverse));
        QVERIFY(document == before);
        QVERIFY(apply(document, {RemoveNode{id("gen")}}));
        QVERIFY(document.layout.nodes.empty());
    }

    void everyInverseTakesItBack_data()
    {
        QTest::addColumn<Edit>("edit");
        const AnnotationId frame{"frame001"};
        const Annotation other{AnnotationKind::Comment, "x", {1, 1}, {2, 2}, "", {}};
        QTest::newRow("AddNode") << Edit{AddNode{{.id = id("new"), .kind = "k", .name = "n"},
                                                 NodeLayout{Point{1, 1}, {{"a", "1"}}}}};
        QTest::newRow("RemoveNode") << Edit{RemoveNode{id("gen")}};
        QTest::newRow("AddWire") << Edit{AddWire{wire("gen.out", "sink.in"), {{{"a", "1"}}}}};
        QTest::newRow("RemoveWire") << Edit{RemoveWire{wire("gen.out", "clicks.in")}};
        QTest::newRow("SetParameter new") << Edit{SetParameter{id("gen"), "new", 5.0}};
        QTest::newRow("SetParameter other") << Edit{SetParameter{id("gen"), "rate", true}};
        QTest::newRow("RemoveParameter") << Edit{RemoveParameter{id("gen"), "rate"}};
        QTest::newRow("RenameNode") << Edit{RenameNode{id("gen"), "x"}};
        QTest::newRow("SetNodeState") << Edit{SetNodeState{id("map"), NodeState::Enabled}};
        QTest::newRow("MoveNodes") << Edit{
            MoveNodes{{{id("gen"), {}}, {id("clicks"), Point{9, 9}}, {id("map"), Point{1, 2}}}}};
        QTest::newRow("SetProjectName") << Edit{SetProjectName{"x"}};
        QTest::newRow("AddAnnotation") << Edit{AddAnnotation{AnnotationId{"other001"}, other}};
        QTest::newRow("RemoveAnnotation") << Edit{RemoveAnnotation{frame}};
        QTest::newRow("SetAnnotation") << Edit{SetAnnotation{frame, other}};
        QTest::newRow("Compound") << Edit{
            Compound{"Insert",
                     {{RemoveWire{wire("gen.out", "clicks.in")}},
                      {AddNode{{.id = id("new"), .kind = "map", .name = "n"}, {}}},
                      {AddWire{wire("gen.out", "new.in")}},
                      {SetParameter{id("gen"), "rate", 1.0}},
                      {SetParameter{id("gen"), "rate", 2.0}},
                      {AddWire{wire("new.out", "clicks.in")}}}}};
    }
    void everyInverseTakesItBack()
    {
        QFETCH(Edit, edit);
        Document document = richDocument();
        const std::string bytes = *writeDocument(document);
        const auto inverse = apply(document, edit);
        QVERIFY(inverse);
        QVERIFY(document != richDocument());
        const std::string changed = *writeDocument(document);
        const auto again = apply(document, *inverse);
        QVERIFY(again);
        QVERIFY(document == richDocument());
        QCOMPARE(*writeDocument(document), bytes);
        QVERIFY(apply(document, *again));
        QCOMPARE(*writeDocument(document), changed);
    }

    void refusalsLeaveTheDocumentAlone_data()
    {
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<QString>("problem");
        const std::string bad = "\xFF";
        const double infinite = std::numeric_limits<double>::infinity();
        const AnnotationId frame{"frame001"};
        const AnnotationId nobody{"nobody00"};
        const Annotation good{AnnotationKind::Comment, "x", {1, 1}, {2, 2}, "", {}};
        QTest::newRow("node there") << Edit{AddNode{{.id = id("gen"), .kind = "k", .name = "n"}}}
                                    << "base.already-exists at node gen00000";
        QTest::newRow("bad id") << Edit{AddNode{{.id = {"X"}, .kind = "k", .name = "n"}}}
                                << "base.invalid-argument at node X";
        QTest::newRow("bad name") << Edit{AddNode{{.id = id("new"), .kind = "k", .name = bad}}}
                                  << "base.invalid-argument at node new00000";
        QTest::newRow("bad value")
            << Edit{AddNode{{.id = id("new"), .kind = "k", .parameters = {{"p", infinite}}}}}
            << "base.invalid-argument at node new00000: parameter p";
        QTest::newRow("bad place")
            << Edit{AddNode{{.id = id("new"), .kind = "k"}, NodeLayout{Point{infinite, 0}, {}}}}
            << "base.invalid-argument at node new00000";
        QTest::newRow("remove nobody")
            << Edit{RemoveNode{id("nobody")}} << "base.not-found at node nobody00";
        QTest::newRow("wire there") << Edit{AddWire{wire("gen.out", "clicks.in")}}
                                    << "base.already-exists at wire gen00000.out -> clicks00.in";
        QTest::newRow("wire without port")
            << Edit{AddWire{wire("gen.", "clicks.in")}}
            << "base.invalid-argument at wire gen00000. -> clicks00.in";
        QTest::newRow("no wire") << Edit{RemoveWire{wire("gen.out", "sink.in")}}
                                 << "base.not-found at wire gen00000.out -> sink0000.in";
        QTest::newRow("set nobody")
            << Edit{SetParameter{id("nobody"), "p", true}} << "base.not-found at node nobody00";
        QTest::newRow("set infinite") << Edit{SetParameter{id("gen"), "p", infinite}}
                                      << "base.invalid-argument at node gen00000: parameter p";
        QTest::newRow("set no UTF-8") << Edit{SetParameter{id("gen"), "p", KeyValues{{"k", bad}}}}
                                      << "base.invalid-argument at node gen00000: parameter p";
        QTest::newRow("not set") << Edit{RemoveParameter{id("gen"), "p"}}
                                 << "base.not-found at node gen00000: parameter p";
        QTest::newRow("rename nobody")
            << Edit{RenameNode{id("nobody"), "x"}} << "base.not-found at node nobody00";
        QTest::newRow("rename no UTF-8")
            << Edit{RenameNode{id("gen"), bad}} << "base.invalid-argument at node gen00000";
        QTest::newRow("state of nobody") << Edit{SetNodeState{id("nobody"), NodeState::Disabled}}
                                         << "base.not-found at node nobody00";
        QTest::newRow("move nobody")
            << Edit{MoveNodes{{{id("gen"), Point{3, 3}}, {id("nobody"), Point{1, 1}}}}}
            << "base.not-found at node nobody00";
        QTest::newRow("move far") << Edit{MoveNodes{{{id("gen"), Point{0, infinite}}}}}
                                  << "base.invalid-argument at node gen00000";
        QTest::newRow("project") << Edit{SetProjectName{bad}} << "base.invalid-argument";
        QTest::newRow("annotation there")
            << Edit{AddAnnotation{frame, good}} << "base.already-exists at annotation frame001";
        QTest::newRow("annotation size")
            << Edit{SetAnnotation{frame, {AnnotationKind::Frame, "", {}, {-1, 0}, "", {}}}}
            << "base.invalid-argument at annotation frame001";
        QTest::newRow("no annotation")
            << Edit{SetAnnotation{nobody, good}} << "base.not-found at annotation nobody00";
        QTest::newRow("remove no annotation")
            << Edit{RemoveAnnotation{nobody}} << "base.not-found at annotation nobody00";
        QTest::newRow("last of several")
            << Edit{Compound{"x",
                             {{RemoveNode{id("gen")}},
                              {MoveNodes{{{id("map"), Point{1, 1}}}}},
                              {Compound{"y", {{SetProjectName{"z"}}, {RemoveNode{id("gen")}}}}}}}}
            << "base.not-found at node gen00000";
    }
    void refusalsLeaveTheDocumentAlone()
    {
        QFETCH(Edit, edit);
        QFETCH(QString, problem);
        Document document = richDocument();
        const auto inverse = apply(document, edit);
        QVERIFY(!inverse);
        QCOMPARE(brief(inverse.error()), problem);
        QVERIFY(document == richDocument());
    }

    void undoOfEverythingGivesTheBytesBack()
    {
        std::vector<std::size_t> applied(std::variant_size_v<decltype(Edit::what)>);
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            EditDrawer drawer(seed);
            Document document = seed % 2 == 0 ? richDocument() : Document{};
            std::vector<std::string> bytes{*writeDocument(document)};
            std::vector<Edit> inverses;
            for (int i = 0; i < 40; ++i) {
                const Edit edit = drawer.draw(document);
                const Document before = document;
                auto inverse = apply(document, edit);
                if (!inverse) {
                    QVERIFY(document == before);
                    continue;
                }
                ++applied[edit.what.index()];
                inverses.push_back(*std::move(inverse));
                bytes.push_back(*writeDocument(document));
                QVERIFY(*readDocument(bytes.back()).document == document);
            }
            std::vector<Edit> redos;
            for (std::size_t i = inverses.size(); i-- > 0;) {
                auto redo = apply(document, inverses[i]);
                QVERIFY(redo);
                redos.push_back(*std::move(redo));
                QCOMPARE(*writeDocument(document), bytes[i]);
            }
            for (std::size_t i = 0; i < inverses.size(); ++i) {
                QVERIFY(apply(document, redos[redos.size() - 1 - i]));
                QCOMPARE(*writeDocument(document), bytes[i + 1]);
            }
        }
        for (std::size_t i = 0; i < applied.size(); ++i)
            QVERIFY2(applied[i] > 50, qPrintable(QString("edit %1: %2").arg(i).arg(applied[i])));
    }

    void editsAreValues()
    {
        const Edit edit{Compound{"a", {{SetProjectName{"b"}}}}};
        Edit copy = edit;
        QVERIFY(copy == edit);
        std::get<Compound>(copy.what).edits[0] = {SetProjectName{"c"}};
        QVERIFY(copy != edit);
    }
};

MILLRACE_TEST(EditTest)
#include "edit_test.moc"
