// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/graph/sample_pipeline.h"
#include "tests/support/test_main.h"

#include "core/graph/validate.h"

#include <QTest>

#include <algorithm>
#include <ctime>

using namespace millrace;
using namespace millrace::graph;
using namespace millrace::graph::test;

namespace {

/// A pipeline with nothing wrong.
PipelineBuilder sound()
{
    return PipelineBuilder()
        .source("gen")
        .stream("clicks")
        .node("map", "map")
        .node("sink", "sink")
        .wired("gen.out", "clicks.in")
        .wired("clicks.out", "map.in")
        .wired("map.out", "sink.in");
}

/// Circles everywhere: nodes in a ring of pairs.
Document ringOfPairs(int count)
{
    Document document;
    const auto nodeId = [](int i) {
        return NodeId{QString("n%1").arg(i, 7, 10, QChar('0')).toStdString()};
    };
    for (int i = 0; i < count; ++i) {
        document.put({.id = nodeId(i), .kind = "map", .name = std::to_string(i)});
        const PortRef here{nodeId(i), "out"};
        document.wires.emplace(WireEnds{here, {nodeId(i ^ 1), "in"}}, Wire{});
        document.wires.emplace(WireEnds{here, {nodeId((i + 2) % count), "in"}}, Wire{});
    }
    return document;
}

/// What this thread has worked, however little of the machine it gets.
double threadSeconds()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

} // namespace

Q_DECLARE_METATYPE(Document)

class ValidateTest : public QObject
{
    Q_OBJECT

    KindCatalog m_kinds = sampleKinds();

private slots:
    void findsNothingInASoundPipeline()
    {
        QCOMPARE(briefs(validate(sound().build(), m_kinds)), QStringList());
        QCOMPARE(briefs(validate(Document{}, m_kinds)), QStringList());
    }

    void findsEveryProblem_data()
    {
        QTest::addColumn<Document>("document");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const PipelineBuilder &builder, const char *place,
                            const char *text) {
            QTest::newRow(name) << builder.build() << QString(place) << QString(text);
        };
        row("unknown kind", sound().node("odd", "kafka-topic"), "node odd00000",
            "\"odd\" is of kind \"kafka-topic\", which this Millrace does not have; update "
            "Millrace, or replace the node");
        row("unknown parameter", sound().set("gen", "speed", 1.0), "node gen00000: parameter speed",
            "\"gen\" has no parameter \"speed\"; remove it, or use one of: rate, count, skew, "
            "shape, period");
        row("missing", PipelineBuilder(sound()).node("gen", "source"),
            "node gen00000: parameter count", "The count of \"gen\" must be set");
        row("missing stream name", sound().set("clicks", "stream", ""),
            "node clicks00: parameter stream", "The stream of \"clicks\" must be set");
        row("wrong type", sound().set("gen", "count", 1.5), "node gen00000: parameter count",
            "The count must be a whole number, it is a number");
        row("text for a duration", sound().set("gen", "shape", "daily").set("gen", "period", "1 h"),
            "node gen00000: parameter period",
            "The period must be a duration, {\"ms\": 60000} for a minute, it is a text");
        row("below the range", sound().set("gen", "rate", std::int64_t{0}),
            "node gen00000: parameter rate",
            "The rate must be from 1 to 100000 records/s, it is 0");
        row("above the range", sound().set("gen", "rate", 100'000.5),
            "node gen00000: parameter rate",
            "The rate must be from 1 to 100000 records/s, it is 100000.5");
        row("below the only limit", sound().set("clicks", "shards", std::int64_t{0}),
            "node clicks00: parameter shards", "The shards must be at least 1, it is 0");
        row("negative duration", sound().set("clicks", "retention", Milliseconds(-1)),
            "node clicks00: parameter retention",
            "The retention must be at least 0 ms, it is -1 ms");
        row("negative size", sound().set("sink", "buffer", std::int64_t{-5}),
            "node sink0000: parameter buffer", "The buffer must be at least 0 bytes, it is -5");
        row("not a choice", sound().set("gen", "shape", "weekly"), "node gen00000: parameter shape",
            "The shape must be one of: steady, daily; it is \"weekly\"");
        row("an empty choice", sound().set("gen", "shape", ""), "node gen00000: parameter shape",
            "The shape must be one of: steady, daily; it is \"\"");
        row("two lines", sound().set("map", "label", "a\nb"), "node map00000: parameter label",
            "The label must be on one line");
        row("a secret itself", sound().set("sink", "password", "hunter2"),
            "node sink0000: parameter password",
            "The password must be secret:// and the name of a stored secret, never the secret "
            "itself");
        row("illegal stream name", sound().set("clicks", "stream", "my clicks"),
            "node clicks00: parameter stream",
            "\"my clicks\" cannot name a stream; use 1 to 128 of a-z, A-Z, 0-9, '_', '.' and '-'");
        row("one stream, two settings",
            sound()
                .stream("other")
                .set("other", "stream", "clicks")
                .set("other", "shards", std::int64_t{2}),
            "node other000",
            "\"other\" and \"clicks\" mean the same stream clicks, but differ in The shards; make "
            "them equal, or name another stream");
        row("wire from nowhere", sound().wired("nobody.out", "map.in"),
            "wire nobody00.out -> map00000.in",
            "The wire comes from a node that does not exist (nobody00); remove the wire");
        row("wire into nowhere", sound().wired("map.out", "nobody.in"),
            "wire map00000.out -> nobody00.in",
            "The wire leads to a node that does not exist (nobody00); remove the wire");
        row("unknown output", sound().wired("map.err", "sink.in"),
            "wire map00000.err -> sink0000.in", "\"map\" has no port \"err\"; it has: out");
        row("port of a node without", sound().wired("sink.out", "map.in"),
            "wire sink0000.out -> map00000.in", "\"sink\" has no port \"out\"; it has: none");
        row("from an input", sound().wired("map.in", "sink.in"), "wire map00000.in -> sink0000.in",
            "A wire goes from an output to an input, but \"in\" of \"map\" is an input");
        row("into an output", sound().wired("clicks.out", "map.out"),
            "wire clicks00.out -> map00000.out",
            "A wire goes from an output to an input, but \"out\" of \"map\" is an output");
        row("port taken",
            sound()
                .node("join", "join")
                .wired("clicks.out", "join.left")
                .wired("map.out", "join.left")
                .wired("gen.out", "join.right")
                .node("end", "sink")
                .wired("join.out", "end.in"),
            "wire map00000.out -> join0000.left",
            "\"left\" of \"join\" takes one wire, this is another; remove one of them");
        row("bypassed sink", sound().state("sink", NodeState::Bypassed), "node sink0000",
            "\"sink\" cannot be bypassed: only a node with one input and one output can; disable "
            "it instead");
        row("bypassed stream", sound().state("clicks", NodeState::Bypassed), "node clicks00",
            "\"clicks\" cannot be bypassed: only a node with one input and one output can; disable "
            "it instead");
        row("wire to itself", sound().wired("map.out", "map.in"), "node map00000",
            "map → map is a circle without a stream in it; put a data stream between two of them");
        row("circle",
            sound()
                .node("b", "map")
                .node("c", "map")
                .wired("map.out", "c.in")
                .wired("c.out", "b.in")
                .wired("b.out", "map.in"),
            "node b0000000",
            "b → map → c → b is a circle without a stream in it; put a data stream between two of "
            "them");
        row("nothing reaches", sound().node("lost", "sink"), "node lost0000",
            "Nothing reaches \"lost\": no producer or stream is wired to it");
        row("only a transform reaches",
            sound().node("lost", "sink").node("idle", "map").wired("idle.out", "lost.in"),
            "node lost0000", "Nothing reaches \"lost\": no producer or stream is wired to it");
        row("wired to nothing", sound().source("extra"), "node extra000",
            "\"extra\" is wired to nothing, what it makes goes nowhere");
        row("one name twice", sound().rename("sink", "map"), "node sink0000",
            "\"map\" is the name of another node too (map00000); messages and figures cannot tell "
            "them apart");
    }
    void findsEveryProblem()
    {
        QFETCH(Document, document);
        QFETCH(QString, place);
        QFETCH(QString, text);
        const auto problems = validate(document, m_kinds);
        QCOMPARE(briefs(problems).size(), 1);
        QCOMPARE(QString::fromStdString(problems[0].place()), place);
        QCOMPARE(QString::fromStdString(problems[0].text()), text);
        QVERIFY(parsePlace(problems[0].place()));
    }

    void warnsWhereItRunsAllTheSame()
    {
        const Document document =
            sound().node("lost", "sink").source("extra").rename("sink", "map").build();
        const auto problems = validate(document, m_kinds);
        QCOMPARE(problems.size(), std::size_t(3));
        for (const Problem &problem : problems)
            QCOMPARE(int(problem.severity()), int(Severity::Warning));
    }

    void findsAllAtOnceInOrder()
    {
        const Document document = PipelineBuilder()
                                      .node("b", "sink")
                                      .node("a", "source", {{"rate", "x"}, {"odd", true}})
                                      .wired("a.x", "b.in")
                                      .wired("b.out", "a.in")
                                      .build();
        QCOMPARE(briefs(validate(document, m_kinds)),
                 QStringList({"graph.parameter-unknown at node a0000000: parameter odd",
                              "graph.parameter-type at node a0000000: parameter rate",
                              "graph.parameter-missing at node a0000000: parameter count",
                              "graph.wire-port-unknown at wire a0000000.x -> b0000000.in",
                              "graph.wire-port-unknown at wire b0000000.out -> a0000000.in",
                              "graph.wire-port-unknown at wire b0000000.out -> a0000000.in",
                              "graph.producer-unwired at node a0000000",
                              "graph.destination-unreached at node b0000000"}));
    }

    void aStreamMayCloseACircleAndItIsTold()
    {
        const auto problems = validate(sound().wired("map.out", "clicks.in").build(), m_kinds);
        QCOMPARE(briefs(problems), QStringList("graph.cycle-through-stream at node clicks00"));
        QCOMPARE(problems.front().severity(), Severity::Warning);
        QVERIFY(problems.front().text().starts_with("clicks → map → clicks is a circle"));
    }

    void aTransformThatNothingReadsIsTold()
    {
        const Document document = sound().node("end", "map").wired("clicks.out", "end.in").build();
        QCOMPARE(briefs(validate(document, m_kinds)),
                 QStringList("graph.output-unread at node end00000"));
    }

    void findsEachOfSeveralCircles()
    {
        const Document document = sound()
                                      .node("b", "map")
                                      .node("x", "map")
                                      .node("y", "map")
                                      .wired("map.out", "b.in")
                                      .wired("b.out", "map.in")
                                      .wired("b.out", "x.in")
                                      .wired("x.out", "y.in")
                                      .wired("y.out", "x.in")
                                      .build();
        QCOMPARE(briefs(validate(document, m_kinds)),
                 QStringList({"graph.cycle-without-stream at node b0000000",
                              "graph.cycle-without-stream at node x0000000"}));
    }

    void aStreamGivesRecordsByItself()
    {
        const Document document = PipelineBuilder()
                                      .stream("clicks")
                                      .node("sink", "sink")
                                      .wired("clicks.out", "sink.in")
                                      .build();
        QCOMPARE(briefs(validate(document, m_kinds)), QStringList());
    }

    void aDisabledNodeIsNotThere()
    {
        // Its parameters and wires are not looked at, and it breaks the circle and the way.
        PipelineBuilder builder = sound()
                                      .set("map", "columns", 5.0)
                                      .wired("map.out", "map.in")
                                      .wired("map.nothing", "sink.in")
                                      .state("map", NodeState::Disabled);
        QCOMPARE(briefs(validate(builder.build(), m_kinds)),
                 QStringList("graph.destination-unreached at node sink0000"));
    }

    void aBypassedNodePassesRecordsOn()
    {
        const PipelineBuilder builder =
            sound().set("map", "columns", 5.0).state("map", NodeState::Bypassed);
        QCOMPARE(briefs(validate(builder.build(), m_kinds)), QStringList());
    }

    void aHiddenParameterIsNotLookedAt()
    {
        PipelineBuilder builder = sound().set("gen", "period", Milliseconds(90'000'000));
        QCOMPARE(briefs(validate(builder.build(), m_kinds)), QStringList());
        builder.set("gen", "shape", "daily");
        QCOMPARE(briefs(validate(builder.build(), m_kinds)),
                 QStringList("graph.parameter-range at node gen00000: parameter period"));
    }

    void twoNodesMayShareAStream()
    {
        // Settings are compared as they are meant: a default may be written out.
        const Document document = sound()
                                      .stream("other")
                                      .set("other", "stream", "clicks")
                                      .set("other", "shards", std::int64_t{1})
                                      .build();
        QCOMPARE(briefs(validate(document, m_kinds)), QStringList());
    }

    void takesManyNodesInItsStride()
    {
        constexpr int kFew = 2'000;
        constexpr int kTimes = 16;
        const Document few = ringOfPairs(kFew);
        const Document many = ringOfPairs(kFew * kTimes);
        // The same number of nodes, in small documents and in one. The least of some rounds: others
        // on the machine cost this thread its caches.
        double inSmall = 1e9;
        double inOne = 1e9;
        for (int round = 0; round < 5; ++round) {
            double before = threadSeconds();
            for (int i = 0; i < kTimes; ++i)
                QCOMPARE(validate(few, m_kinds).size(), std::size_t(20));
            inSmall = std::min(inSmall, threadSeconds() - before);
            before = threadSeconds();
            QCOMPARE(validate(many, m_kinds).size(), std::size_t(20));
            inOne = std::min(inOne, threadSeconds() - before);
        }
        // Measured up to 2 times; squares make it kTimes.
        QVERIFY2(inOne < inSmall * 5, qPrintable(QString::number(inOne / inSmall)));
    }
};

MILLRACE_TEST(ValidateTest)
#include "validate_test.moc"
