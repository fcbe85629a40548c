// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"

#include "core/base/problem_codes.h"

#include "ui/bridge/convert.h"
#include "ui/bridge/engine_bridge.h"

#include <QSignalSpy>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

class EngineBridgeTest final : public QObject
{
    Q_OBJECT

private slots:
    void signalsOncePerGeneration()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        QSignalSpy spy(&bridge, &EngineBridge::snapshotChanged);
        bridge.poll();
        QCOMPARE(spy.count(), 0);
        engine->publish(clickstreamSnapshot(1));
        bridge.poll();
        bridge.poll();
        QCOMPARE(spy.count(), 1);
        QCOMPARE(bridge.snapshot()->recordsInPerSecond, 2370.0);
    }

    void whatIsStoredIsInSnapshotsUntilTheEngineHasItsOwn()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine::StreamInfo stream;
        stream.id = clickstreamSnapshot(0).node(kStream)->stream;
        stream.name = "clicks";
        stream.shards = 2;
        engine->streams = {stream};
        engine->records = [](const engine::RecordsRequest &) {
            engine::RecordsReply reply;
            reply.next = {{ShardIndex(0), Ordinal(700)}, {ShardIndex(1), Ordinal(42)}};
            return reply;
        };
        EngineBridge bridge;
        bridge.setEngine(engine);
        bridge.setPipeline({}, {{kStream, "clicks"}, {kTail, "not made yet"}});
        bridge.poll(); // which streams
        bridge.poll(); // how far they go
        const runtime::NodeFigures *stored = bridge.snapshot()->node(kStream);
        QVERIFY(stored);
        QCOMPARE(stored->stream, stream.id);
        QCOMPARE(stored->state, runtime::NodeState::Stopped);
        QCOMPARE(stored->shards.size(), 2U);
        QCOMPARE(stored->shards[1].end, Ordinal(42));
        QCOMPARE(stored->counts.in, 742U);
        QVERIFY(!bridge.snapshot()->node(kTail));
        engine->publish({}); // another one in which nothing is deployed
        bridge.poll();
        QVERIFY(bridge.snapshot()->node(kStream));
        engine->publish(clickstreamSnapshot(1));
        bridge.poll();
        QCOMPARE(bridge.snapshot()->node(kStream)->shards.size(), 4U);
        // Of a pipeline that is closed nothing stays.
        bridge.setPipeline({}, {});
        engine->publish({});
        bridge.poll();
        QVERIFY(bridge.snapshot()->nodes.empty());
        // Another engine is asked anew.
        bridge.setPipeline({}, {{kStream, "clicks"}});
        bridge.setEngine(engine);
        bridge.poll();
        bridge.poll();
        QVERIFY(bridge.snapshot()->node(kStream));
    }

    void deployedPipelineRuns()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        QSignalSpy deployed(&bridge, &EngineBridge::deployed);
        const quint64 ticket = engine->takeTicket().value + 1;
        bridge.deployAndRun(clickstream(), u"/some/folder"_s);
        QCOMPARE(engine->count<engine::DeployRequest>(), 1);
        QCOMPARE(engine->last<engine::DeployRequest>()->documentFolder,
                 std::string("/some/folder"));
        QCOMPARE(engine->count<engine::RunRequest>(), 0);
        bridge.poll();
        QCOMPARE(deployed.count(), 1);
        QCOMPARE(deployed[0][0].value<graph::Document>(), clickstream());
        QCOMPARE(engine->count<engine::RunRequest>(), 1);
        // Another program may have deployed since: that is not what was to run.
        QCOMPARE(engine->last<engine::RunRequest>()->deployment, engine::Ticket(ticket));
    }

    void deployedButStoppedSinceDoesNotRun()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        QSignalSpy deployed(&bridge, &EngineBridge::deployed);
        bridge.deployAndRun(clickstream(), {});
        bridge.stop();
        bridge.poll();
        bridge.deployAndRun(clickstream(), {});
        bridge.setPipeline(Uuid::parse("00000000-0000-4000-8000-000000000001").value(), {});
        bridge.poll();
        QCOMPARE(engine->count<engine::DeployRequest>(), 2);
        QCOMPARE(deployed.count(), 0);
        QCOMPARE(engine->count<engine::RunRequest>(), 0);
    }

    void deployedButPausedSinceStaysPaused()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        QSignalSpy deployed(&bridge, &EngineBridge::deployed);
        bridge.deployAndRun(clickstream(), {});
        bridge.pause();
        bridge.poll();
        QCOMPARE(deployed.count(), 1);
        QCOMPARE(engine->count<engine::RunRequest>(), 0);
    }

    /// The nodes of two pipelines may be called alike.
    void figuresOfAnotherPipelineAreNotShown()
    {
        const Uuid own = Uuid::parse("00000000-0000-4000-8000-000000000001").value();
        const Uuid other = Uuid::parse("00000000-0000-4000-8000-000000000002").value();
        auto engine = std::make_shared<FakeEngine>();
        runtime::Snapshot snapshot = clickstreamSnapshot(1);
        snapshot.project = other;
        engine->publish(snapshot);
        EngineBridge bridge;
        bridge.setEngine(engine);
        QVERIFY(bridge.snapshot()->node(kStream));
        bridge.setPipeline(own, {});
        QVERIFY(!bridge.snapshot()->node(kStream));
        QVERIFY(bridge.snapshot()->wires.empty());
        QCOMPARE(bridge.snapshot()->state, runtime::RunState::Running);
        bridge.setPipeline(other, {});
        QVERIFY(bridge.snapshot()->node(kStream));
    }

    void problemsOfAnotherPipelineAreNotShown()
    {
        const Uuid own = Uuid::parse("00000000-0000-4000-8000-000000000001").value();
        const Uuid other = Uuid::parse("00000000-0000-4000-8000-000000000002").value();
        const auto entry = [](const char *place, const Uuid &project) {
            runtime::ProblemEntry made{Problem(Code::Cancelled, {}, place)};
            made.project = project;
            return made;
        };
        auto engine = std::make_shared<FakeEngine>();
        runtime::Snapshot snapshot = clickstreamSnapshot(1);
        snapshot.problems = {entry("node a", own), entry("node a", other), entry("stream s", {})};
        EngineBridge bridge;
        bridge.setEngine(engine);
        bridge.setPipeline(own, {});
        for (const Uuid &runs : {other, own}) { // what was of the other one stays listed
            snapshot.project = runs;
            engine->publish(snapshot);
            bridge.poll();
            QCOMPARE(bridge.snapshot()->problems.size(), 2U);
            QCOMPARE(bridge.snapshot()->problems[0].project, own);
            QCOMPARE(bridge.snapshot()->problems[1].problem.place(), std::string("stream s"));
        }
    }

    void historyIsThatOfThePipeline()
    {
        const Uuid own = Uuid::parse("00000000-0000-4000-8000-000000000001").value();
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        bridge.setPipeline(own, {});
        bridge.requestHistory({{kStream, {}, runtime::Metric::RecordsIn}, 0, 60}, this,
                              [](auto) {});
        QCOMPARE(engine->last<engine::HistoryRequest>()->series.project, own);
    }

    void refusedDeployDoesNotRun()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine->deployProblems = {invalidArgument("first"), invalidArgument("second")};
        EngineBridge bridge;
        bridge.setEngine(engine);
        std::vector<Problem> refused;
        connect(&bridge, &EngineBridge::deployRefused, this,
                [&](const std::vector<Problem> &problems) { refused = problems; });
        bridge.deployAndRun(clickstream(), {});
        bridge.poll();
        QCOMPARE(refused.size(), 2U);
        QCOMPARE(engine->count<engine::RunRequest>(), 0);
    }

    void commandsReachTheEngine()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        bridge.run(7);
        bridge.pause();
        bridge.stop();
        bridge.clearProblems();
        QCOMPARE(engine->count<engine::RunRequest>(), 1);
        QCOMPARE(engine->last<engine::RunRequest>()->deployment, engine::Ticket(7));
        QCOMPARE(engine->count<engine::PauseRequest>(), 1);
        QCOMPARE(engine->count<engine::StopRequest>(), 1);
        QCOMPARE(engine->count<engine::ClearProblemsRequest>(), 1);
    }

    void recordsArriveConverted()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine->records = [](const engine::RecordsRequest &request) {
            engine::RecordsReply reply;
            engine::RecordRow row;
            row.shard = ShardIndex(3);
            row.ordinal = Ordinal(12);
            row.arrival = kRunStart;
            row.sequenceNumber = "4959";
            row.key = "Gr\xc3\xbc\xc3\x9f\x65";
            row.data = std::string("a\0b", 3);
            reply.rows.push_back(row);
            reply.next = {{ShardIndex(3), Ordinal(request.from.empty() ? 13 : 14)}};
            reply.expired = 5;
            reply.reachedEnd = true;
            return reply;
        };
        EngineBridge bridge;
        bridge.setEngine(engine);
        RecordsPage page;
        RecordsQuery query;
        bridge.requestRecords(query, this, [&](RecordsPage got) { page = std::move(got); });
        QVERIFY(page.rows.empty()); // never inside the request
        bridge.poll();
        QCOMPARE(page.rows.size(), 1U);
        QCOMPARE(page.rows[0].shard, 3U);
        QCOMPARE(page.rows[0].ordinal, 12U);
        QCOMPARE(page.rows[0].arrivalMs, kRunStart.time_since_epoch().count());
        QCOMPARE(page.rows[0].key, u"Grüße"_s);
        QCOMPARE(page.rows[0].data, QByteArray("a\0b", 3));
        QCOMPARE(page.expired, 5U);
        QVERIFY(page.reachedEnd);
        query.from = page.next;
        bridge.requestRecords(query, this, [&](RecordsPage got) { page = std::move(got); });
        QCOMPARE(engine->last<engine::RecordsRequest>()->from.size(), 1U);
        QCOMPARE(engine->last<engine::RecordsRequest>()->from[0].next, Ordinal(13));
    }

    void goneContextIsNotCalled()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        bool called = false;
        auto context = std::make_unique<QObject>();
        bridge.requestRecords({}, context.get(), [&](const RecordsPage &) { called = true; });
        context.reset();
        bridge.poll();
        QVERIFY(!called);
    }

    void heldBackReplyIsAskedForAgain()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine->answers = false;
        EngineBridge bridge;
        bridge.setEngine(engine);
        int called = 0;
        bridge.requestHistory({}, this, [&](const HistoryPoints &) { ++called; });
        bridge.poll();
        QCOMPARE(called, 0);
        engine->answers = true;
        bridge.poll();
        bridge.poll();
        QCOMPARE(called, 1);
    }

    void withoutAnEngineRequestsAreRefused()
    {
        EngineBridge bridge;
        RecordsPage page;
        bridge.requestRecords({}, this, [&](RecordsPage got) { page = std::move(got); });
        QCOMPARE(page.problems.size(), 0U); // never within the call
        QTRY_COMPARE_WITH_TIMEOUT(page.problems.size(), 1U, 60'000);
    }

    void leavingAnEngineForgetsItsFigures()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine->publish(clickstreamSnapshot(1));
        EngineBridge bridge;
        bridge.setEngine(engine);
        QVERIFY(!bridge.snapshot()->nodes.empty());
        bridge.setEngine(nullptr);
        QVERIFY(bridge.snapshot()->nodes.empty());
        QCOMPARE(engine.use_count(), 1L); // nobody else holds it
    }

    void answersOfAnEngineThatIsGoneAreNobodys()
    {
        auto before = std::make_shared<FakeEngine>();
        before->answers = false;
        EngineBridge bridge;
        bridge.setEngine(before);
        int stale = 0;
        int fresh = 0;
        bridge.requestHistory({}, this, [&](const HistoryPoints &) { ++stale; });
        bridge.setEngine(std::make_shared<FakeEngine>()); // its tickets begin anew
        bridge.requestHistory({}, this, [&](const HistoryPoints &) { ++fresh; });
        bridge.poll();
        QCOMPARE(fresh, 1);
        QCOMPARE(stale, 0);
    }

    void itPollsByItself()
    {
        auto engine = std::make_shared<FakeEngine>();
        EngineBridge bridge;
        bridge.setEngine(engine);
        engine->publish(clickstreamSnapshot(1));
        QTRY_VERIFY_WITH_TIMEOUT(!bridge.snapshot()->nodes.empty(), 60'000);
    }

    void refusalsAreHandedOn()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine->problems = {invalidArgument("not now")};
        EngineBridge bridge;
        bridge.setEngine(engine);
        std::vector<Problem> failed;
        connect(&bridge, &EngineBridge::commandFailed, this,
                [&](const std::vector<Problem> &problems) { failed = problems; });
        RecordsPage page;
        bridge.pause();
        bridge.requestRecords({}, this, [&](RecordsPage got) { page = std::move(got); });
        bridge.poll();
        QCOMPARE(failed, engine->problems);
        QCOMPARE(page.problems, engine->problems);
    }

    void eventsComeOldestFirst()
    {
        auto engine = std::make_shared<FakeEngine>();
        engine->events = {{kRunStart, invalidArgument("one")}, {kRunStart, invalidArgument("two")}};
        EngineBridge bridge;
        std::vector<Problem> seen;
        connect(&bridge, &EngineBridge::happened, this,
                [&](const std::vector<Problem> &all) { seen = all; });
        bridge.setEngine(engine);
        QCOMPARE(seen.size(), 2U);
        QCOMPARE(seen[0].text(), std::string("one"));
    }

    void pathsAreBytes()
    {
        const std::string path = "/tmp/Gr\xc3\xbc\xc3\x9f\x65.millrace";
        QCOMPARE(pathFromQt(pathToQt(path)), path);
    }
};

MILLRACE_TEST(EngineBridgeTest)
#include "engine_bridge_test.moc"
