// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/engine/plan.h"
#include "core/nodes/kinds.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace millrace;
using namespace millrace::engine;

namespace {

/// Draws pipelines: the first letter of an id says what it is.
class Drawing
{
public:
    Drawing()
    {
        SeededRandom random(1);
        document.project = Uuid::random(random);
        document.name = "My pipeline";
    }
    /// "p1 > s1 > f1 > d1": producer, stream, filter, destination.
    Drawing &chain(const std::string &text)
    {
        std::vector<std::string> ids;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find(" > ", at), text.size());
            ids.push_back(text.substr(at, end - at));
            at = end + 3;
        }
        for (const std::string &id : ids)
            node(id);
        for (std::size_t i = 0; i + 1 < ids.size(); ++i)
            document.wires[{{full(ids[i]), "out"}, {full(ids[i + 1]), "in"}}] = {};
        return *this;
    }
    Drawing &set(const std::string &id, graph::NodeState state)
    {
        document.nodes.at(full(id)).state = state;
        return *this;
    }
    /// "source -> end" for each fragment, with its transforms: "s1 -[f1]-> d1".
    std::vector<std::string> fragments()
    {
        plan = makePlan(document, nodes::kindCatalog(),
                        [this](const std::string &stream) { return inUse.contains(stream); });
        std::vector<std::string> out;
        for (const PlannedFragment &fragment : plan.fragments) {
            std::string line = name(fragment.source) + " -[";
            for (const NodeId &id : fragment.transforms)
                line += (line.back() == '[' ? "" : " ") + id.value.substr(0, 2);
            line += "]-> " +
                    (fragment.sink ? fragment.sink->value.substr(0, 2) : name(fragment.target));
            out.push_back(line);
        }
        std::sort(out.begin(), out.end());
        return out;
    }
    std::vector<std::string> producers()
    {
        std::vector<std::string> out;
        for (const PlannedProducer &producer : plan.producers)
            out.push_back(producer.node.value.substr(0, 2) + " -> " + name(producer.stream));
        return out;
    }

    graph::Document document;
    std::set<std::string> inUse; ///< streams that have been written to
    Plan plan;

private:
    static NodeId full(const std::string &id) { return {id + "000000"}; }
    /// A wire's stream is called by the node before it: "p1*".
    std::string name(const std::string &stream) const
    {
        const auto *planned = plan.stream(stream);
        return planned->port ? planned->port->node.value.substr(0, 2) + "*" : stream;
    }
    void node(const std::string &id)
    {
        if (document.find(full(id)) != nullptr)
            return;
        graph::Node out;
        out.id = full(id);
        out.name = id;
        out.kind = id[0] == 'p'   ? "generator"
                   : id[0] == 's' ? "data-stream"
                   : id[0] == 'f' ? "filter"
                                  : "sqlite-table";
        if (id[0] == 's') {
            out.parameters["stream"] = id;
            out.parameters["shards"] = std::int64_t{3};
        }
        document.put(std::move(out));
    }
};

using Lines = std::vector<std::string>;

} // namespace

class PlanTest : public QObject
{
    Q_OBJECT
private slots:
    void aChainIsOneFragment()
    {
        Drawing d;
        d.chain("p1 > s1 > f1 > f2 > d1");
        QCOMPARE(d.fragments(), (Lines{"s1 -[f1 f2]-> d1"}));
        QCOMPARE(d.producers(), (Lines{"p1 -> s1"}));
        QCOMPARE(d.plan.deadLetters, std::string("My-pipeline-dead-letters"));
    }

    void aStreamWithFiveReadersFeedsFiveFragments()
    {
        Drawing d;
        for (const char *reader : {"d1", "d2", "d3", "f1 > d4", "s2"})
            d.chain(std::string("p1 > s1 > ") + reader);
        QCOMPARE(d.fragments(), (Lines{"s1 -[]-> d1", "s1 -[]-> d2", "s1 -[]-> d3", "s1 -[]-> s2",
                                       "s1 -[f1]-> d4"}));
        QVERIFY(d.plan.wireStreams.empty());
    }

    void aProducerWithoutAStreamGetsAnImplicitOne()
    {
        Drawing d;
        d.chain("p1 > f1 > d1");
        QCOMPARE(d.fragments(), (Lines{"p1* -[f1]-> d1"}));
        QCOMPARE(d.producers(), (Lines{"p1 -> p1*"}));
        const auto *stream = d.plan.stream(d.plan.producers[0].stream);
        QCOMPARE(stream->wanted.shards, 1U);
        QVERIFY(stream->wanted.role == store::StreamRole::Wire);
        QVERIFY(stream->wanted.limits == store::LimitMode::Off);
    }

    void aTransformThatFeedsSeveralEndsInAnImplicitStream()
    {
        Drawing d;
        d.chain("p1 > s1 > f1 > d1").chain("f1 > f2 > d2").chain("f1 > s2");
        QCOMPARE(d.fragments(),
                 (Lines{"f1* -[]-> d1", "f1* -[]-> s2", "f1* -[f2]-> d2", "s1 -[f1]-> f1*"}));
        QCOMPARE(d.plan.wireStreams.size(), std::size_t(3));
        // The upstream's shard count, so that order per shard goes on.
        QCOMPARE(d.plan.stream(d.plan.wireStreams.begin()->second)->wanted.shards, 3U);
    }

    /// Records may wait there, and what reads them knows only the stream.
    void aWireThatWasAStreamStaysOne()
    {
        Drawing d;
        d.chain("p1 > s1 > f1 > d1").chain("f1 > d2");
        d.fragments();
        const std::string wire = d.plan.wireStreams.begin()->second;
        d.document.wires.erase({{{"f1000000"}, "out"}, {{"d2000000"}, "in"}});
        QCOMPARE(d.fragments(), (Lines{"s1 -[f1]-> d1"}));
        d.inUse.insert(wire);
        QCOMPARE(d.fragments(), (Lines{"f1* -[]-> d1", "s1 -[f1]-> f1*"}));
    }

    void fanInKeepsSourcesApart()
    {
        Drawing d;
        d.chain("p1 > s1 > f1 > f3 > d1").chain("p2 > s2 > f2 > f3").chain("s3 > f3");
        QCOMPARE(d.fragments(), (Lines{"f1* -[f3]-> d1", "f2* -[f3]-> d1", "s1 -[f1]-> f1*",
                                       "s2 -[f2]-> f2*", "s3 -[f3]-> d1"}));
    }

    void aFanInThatFansOutIsPlannedOnce()
    {
        Drawing d;
        d.chain("s1 > f1 > d1").chain("s2 > f1 > d2");
        QCOMPARE(d.fragments(),
                 (Lines{"f1* -[]-> d1", "f1* -[]-> d2", "s1 -[f1]-> f1*", "s2 -[f1]-> f1*"}));
    }

    void disabledIsAbsentAndBypassedIsAWire()
    {
        Drawing d;
        d.chain("p1 > s1 > f1 > f2 > d1").chain("s1 > d2");
        d.set("f1", graph::NodeState::Bypassed).set("d2", graph::NodeState::Disabled);
        QCOMPARE(d.fragments(), (Lines{"s1 -[f2]-> d1"}));
        d.set("f2", graph::NodeState::Bypassed);
        QCOMPARE(d.fragments(), (Lines{"s1 -[]-> d1"}));
        d.set("f1", graph::NodeState::Disabled);
        QCOMPARE(d.fragments(), Lines{});
    }

    void aCircleThroughAStreamIsFinite()
    {
        Drawing d;
        d.chain("p1 > s1 > f1 > s2 > f2 > s1");
        QCOMPARE(d.fragments(), (Lines{"s1 -[f1]-> s2", "s2 -[f2]-> s1"}));
    }
};

MILLRACE_TEST(PlanTest)
#include "plan_test.moc"
