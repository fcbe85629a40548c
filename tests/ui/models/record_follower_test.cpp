// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"

#include "core/base/problem_codes.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/models/record_follower.h"
#include "ui/models/record_table_model.h"

#include <QSignalSpy>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;

namespace {

struct Follower {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    EngineBridge bridge;
    RecordTableModel model;
    RecordFollower follower{bridge, model};
    StreamUuid stream = clickstreamSnapshot(0).node(kStream)->stream;
    int second = 0;

    Follower()
    {
        engine->records = RecordFeed();
        bridge.setEngine(engine);
        follower.setActive(true);
    }
    /// A snapshot makes it ask; the next poll brings the answer.
    void tick()
    {
        engine->publish(clickstreamSnapshot(second++));
        bridge.poll();
        bridge.poll();
    }
};

} // namespace

class RecordFollowerTest final : public QObject
{
    Q_OBJECT

private slots:
    void beginsWithTheNewestAndGoesOnBehindThem()
    {
        Follower f;
        f.follower.follow(f.stream);
        QVERIFY(f.engine->last<engine::RecordsRequest>()->from.empty());
        f.bridge.poll();
        QCOMPARE(f.model.rowCount(), 40);
        f.tick();
        QVERIFY(!f.engine->last<engine::RecordsRequest>()->from.empty());
        QCOMPARE(f.model.rowCount(), 48);
        QVERIFY(!f.follower.skips());
    }

    void aRefusalIsToldAndAskedAgain()
    {
        Follower f;
        f.engine->problems = {Problem(Code::Busy)};
        const QSignalSpy changed(&f.follower, &RecordFollower::failureChanged);
        f.follower.follow(f.stream);
        f.bridge.poll();
        QCOMPARE(f.follower.failure(), std::optional(f.engine->problems.front()));
        QVERIFY(!f.follower.answered());
        f.tick(); // still so: no news
        QCOMPARE(changed.count(), 1);
        f.engine->problems.clear();
        f.tick();
        QCOMPARE(f.model.rowCount(), 40);
        QVERIFY(!f.follower.failure());
        QCOMPARE(changed.count(), 2);
    }

    void aFailureEndsWithTheNextPageThoughNothingElseChanged()
    {
        Follower f;
        f.engine->records = [](const auto &) {
            engine::RecordsReply reply;
            reply.reachedEnd = true;
            return reply;
        };
        f.follower.follow(f.stream);
        f.bridge.poll();
        QVERIFY(f.follower.answered());
        f.engine->problems = {Problem(Code::Busy)};
        f.tick();
        QVERIFY(f.follower.failure());
        f.engine->problems.clear();
        f.tick();
        QVERIFY(!f.follower.failure());
        f.engine->problems = {Problem(Code::Busy)};
        f.tick();
        QVERIFY(f.follower.failure());
        f.follower.follow(std::nullopt); // of another stream nothing is known
        QVERIFY(!f.follower.failure());
    }

    void oneRequestAtATime()
    {
        Follower f;
        f.engine->answers = false;
        f.follower.follow(f.stream);
        for (int i = 0; i < 5; ++i)
            f.tick();
        QCOMPARE(f.engine->count<engine::RecordsRequest>(), 1);
        f.engine->answers = true;
        f.tick();
        f.tick();
        QVERIFY(f.engine->count<engine::RecordsRequest>() >= 2);
    }

    void beginsAnewWithAnotherEngine()
    {
        Follower f;
        f.engine->answers = false;
        f.follower.follow(f.stream);
        QCOMPARE(f.engine->count<engine::RecordsRequest>(), 1);
        const auto next = std::make_shared<FakeEngine>();
        next->records = RecordFeed();
        f.bridge.setEngine(next); // the answer to the first question never comes
        QCOMPARE(f.model.rowCount(), 40);
    }

    void asksNothingWhileNobodyLooks()
    {
        Follower f;
        f.follower.setActive(false);
        f.follower.follow(f.stream);
        f.tick();
        QCOMPARE(f.engine->count<engine::RecordsRequest>(), 0);
    }

    void jumpsToTheNewestWhenTheStreamIsFaster()
    {
        Follower f;
        RecordFeed feed;
        feed.reachesEnd = false;
        f.engine->records = feed;
        f.follower.follow(f.stream);
        for (int i = 0; i < 6; ++i)
            f.tick();
        QVERIFY(f.follower.skips());
        int fromNewest = 0;
        for (const engine::Request &request : f.engine->requests)
            fromNewest += std::get<engine::RecordsRequest>(request).from.empty() ? 1 : 0;
        QVERIFY(fromNewest >= 2);
        feed.reachesEnd = true;
        f.engine->records = feed;
        for (int i = 0; i < 25; ++i)
            f.tick();
        QVERIFY(!f.follower.skips()); // it keeps up again
    }

    void anotherStreamBeginsAnew()
    {
        Follower f;
        f.follower.follow(f.stream);
        f.bridge.poll();
        StreamUuid other;
        other.bytes[3] = 9;
        f.engine->answers = false;
        f.tick(); // a request for the first stream is under way
        f.follower.follow(other);
        QCOMPARE(f.model.rowCount(), 0);
        QCOMPARE(f.engine->last<engine::RecordsRequest>()->stream, other);
        f.follower.follow(std::nullopt);
        f.engine->answers = true;
        f.bridge.poll();
        QCOMPARE(f.model.rowCount(), 0); // both answers came too late
    }
};

MILLRACE_TEST(RecordFollowerTest)
#include "record_follower_test.moc"
