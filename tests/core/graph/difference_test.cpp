// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/graph/difference.h"
#include "core/graph/edit.h"

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

namespace {

Document base()
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

class DifferenceTest : public QObject
{
    Q_OBJECT

    KindCatalog m_kinds = sampleKinds();

    Difference afterEdits(std::vector<Edit> edits)
    {
        Document wanted = base();
        if (!apply(wanted, {Compound{"", std::move(edits)}}))
            qFatal("an edit of the test does not fit");
        return difference(base(), wanted, m_kinds);
    }

private slots:
    void equalDocumentsDoNotDiffer()
    {
        const Difference none = difference(richDocument(), richDocument(), m_kinds);
        QVERIFY(none == Difference{});
        QVERIFY(!none.changesPipeline() && !none.changesLayout());
    }

    void listsNodesAndWires()
    {
        const Difference found = afterEdits({{RemoveNode{id("sink")}},
                                             {AddNode{{.id = id("map"), .kind = "map"}}},
                                             {AddWire{wire("clicks.out", "map.in")}}});
        QVERIFY(found.nodesAdded == std::vector{id("map")});
        QVERIFY(found.nodesRemoved == std::vector{id("sink")});
        QVERIFY(found.wiresAdded == std::vector{wire("clicks.out", "map.in")});
        QVERIFY(found.wiresRemoved == std::vector{wire("clicks.out", "sink.in")});
        QVERIFY(found.nodesChanged.empty());
        QVERIFY(found.changesPipeline() && !found.changesLayout());
    }

    void tellsWhenEachParameterApplies()
    {
        const Difference found = afterEdits(
            {{SetParameter{id("gen"), "rate", 10.0}}, {SetParameter{id("gen"), "shape", "daily"}}});
        QCOMPARE(found.nodesChanged.size(), std::size_t(1));
        const NodeChange &change = found.nodesChanged[0];
        QVERIFY(change.node == id("gen"));
        QCOMPARE(change.parameters.size(), std::size_t(2));
        QVERIFY(change.parameters[0] == (ParameterChange{"rate", 2600.0, 10.0, Applies::AtOnce}));
        QVERIFY(change.parameters[1] ==
                (ParameterChange{"shape", "steady", "daily", Applies::NextBatch}));
        QVERIFY(change.applies == Applies::NextBatch);
    }

    void givesTheCostliestOfTheChanges()
    {
        const auto applies = [&](std::vector<Edit> edits) {
            return afterEdits(std::move(edits)).nodesChanged.at(0).applies;
        };
        QVERIFY(applies({{RenameNode{id("gen"), "x"}}}) == Applies::AtOnce);
        QVERIFY(applies({{SetNodeState{id("gen"), NodeState::Disabled}}}) ==
                Applies::FragmentRestart);
        QVERIFY(applies({{SetParameter{id("clicks"), "stream", "x"}},
                         {SetParameter{id("clicks"), "shards", std::int64_t{2}}}}) ==
                Applies::StopFirst);
        QVERIFY(applies({{SetParameter{id("gen"), "unheard", true}}}) == Applies::StopFirst);
    }

    void tellsWhatElseChangedAtANode()
    {
        const Difference found = afterEdits(
            {{RenameNode{id("gen"), "x"}}, {SetNodeState{id("sink"), NodeState::Disabled}}});
        QVERIFY(found.nodesChanged.at(0).renamed && !found.nodesChanged.at(0).stateChanged);
        QVERIFY(found.nodesChanged.at(1).stateChanged && !found.nodesChanged.at(1).renamed);
        Document other = base();
        other.nodes.at(id("sink")).kind = "map";
        const Difference kind = difference(base(), other, m_kinds);
        QVERIFY(kind.nodesChanged.at(0).kindChanged);
        QVERIFY(kind.nodesChanged.at(0).applies == Applies::FragmentRestart);
    }

    void comparesWhatIsMeant()
    {
        // A default written out, a whole number for a real one, and a hidden parameter.
        QVERIFY(!afterEdits({{SetParameter{id("gen"), "rate", std::int64_t{2600}}},
                             {SetParameter{id("gen"), "skew", 0.5}},
                             {SetParameter{id("gen"), "period", Milliseconds(1)}}})
                     .changesPipeline());
        const Difference shown = afterEdits({{SetParameter{id("gen"), "period", Milliseconds(1)}},
                                             {SetParameter{id("gen"), "shape", "daily"}}});
        QCOMPARE(shown.nodesChanged.at(0).parameters.size(), std::size_t(2));
    }

    void tellsWhatIsNeitherSetNorDefault()
    {
        const Difference found = afterEdits({{SetParameter{id("sink"), "folder", "/a"}}});
        QVERIFY(found.nodesChanged.at(0).parameters.at(0) ==
                (ParameterChange{"folder", std::nullopt, "/a", Applies::FragmentRestart}));
    }

    void keepsLayoutApart()
    {
        const Annotation note{AnnotationKind::Comment, "x", {}, {}, "", {}};
        const Difference found =
            afterEdits({{MoveNodes{{{id("gen"), Point{1, 2}}, {id("sink"), Point{0, 0}}}}},
                        {AddAnnotation{AnnotationId{"comment1"}, note}}});
        QVERIFY(!found.changesPipeline() && found.changesLayout());
        QVERIFY(found.nodesMoved == std::vector{id("sink")});
        QVERIFY(found.annotationsAdded == std::vector{AnnotationId{"comment1"}});

        Document other = richDocument();
        other.layout.annotations.erase(AnnotationId{"comment1"});
        other.layout.annotations.at(AnnotationId{"frame001"}).text = "Other";
        const Difference annotations = difference(richDocument(), other, m_kinds);
        QVERIFY(annotations.annotationsRemoved == std::vector{AnnotationId{"comment1"}});
        QVERIFY(annotations.annotationsChanged == std::vector{AnnotationId{"frame001"}});
        QVERIFY(!annotations.changesPipeline());
    }

    void aNewNameOfThePipelineIsAChange()
    {
        const Difference found = afterEdits({{SetProjectName{"x"}}});
        QVERIFY(found.projectRenamed && found.changesPipeline());
    }
};

MILLRACE_TEST(DifferenceTest)
#include "difference_test.moc"
