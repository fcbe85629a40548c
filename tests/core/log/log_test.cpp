// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

class LogTest : public QObject
{
    Q_OBJECT
private slots:
    void aBurstMakesNoSegmentMuchLargerThanItShouldBe();
    void givesBackWhatWasPut();
    void givesBackTheSameAfterReopening();
    void rewritesWithoutChangingARecord();
    void hidesAndFreesByAge();
    void hidesByAgeFromTheStart();
    void givesUpAnOpenSegmentOnceItIsFull();
    void forgetsClientsThatCameLongAgo();
    void forgetsThemByWhatRecoveryReads();
    void countsWhatIsDamaged();
};

/// Every client that ever put stood in every header for ever.
void LogTest::forgetsClientsThatCameLongAgo()
{
    LogFixture f;
    f.options.passingProducers = "put/";
    f.open();
    QVERIFY(f.put({{0, someRows(1, 1)}}, {progressOf("put/old", 1, 1), progressOf("node", 1, 2)}));
    f.clock.advance(2h);
    QVERIFY(f.put({{0, someRows(1, 2)}}, {progressOf("put/young", 1, 3)}));
    f.clock.advance(22h);
    QVERIFY(f.log().seal()); // exactly as old as the retention: it may still be sent again
    QVERIFY(f.log().producer("put/old").has_value());
    QVERIFY(f.put({{0, someRows(1, 3)}}));
    f.clock.advance(1ms);
    QVERIFY(f.log().seal());
    QVERIFY(!f.log().producer("put/old").has_value());
    QCOMPARE(progressNumber(*f.log().producer("put/young")), 3U);
    QCOMPARE(progressNumber(*f.log().producer("node")), 2U);
    // In the header too, although older ones still have it.
    f.open();
    QVERIFY(!f.log().producer("put/old").has_value());
    QVERIFY(f.log().producer("put/young").has_value());
    // It may come back, and begins anew.
    QVERIFY(f.put({{0, someRows(1, 4)}}, {progressOf("put/old", 1, 0)}));
    QCOMPARE(progressNumber(*f.log().producer("put/old")), 0U);
}

/// How long it is ago is known from the first header that has the newest progress.
void LogTest::forgetsThemByWhatRecoveryReads()
{
    LogFixture f;
    f.options.passingProducers = "put/";
    f.open();
    QVERIFY(f.put({{0, someRows(1, 1)}}, {progressOf("put/again", 1, 1)}));
    QVERIFY(f.put({{0, someRows(1, 1)}}, {progressOf("put/old", 1, 1)}));
    f.clock.advance(1h);
    QVERIFY(f.log().seal());
    f.clock.advance(1h);
    QVERIFY(f.put({{0, someRows(1, 2)}}, {progressOf("put/again", 1, 2)}));
    QVERIFY(f.log().seal());
    f.close();
    f.clock.advance(23h);
    f.open(); // a header says an hour for put/old, two for put/again
    QVERIFY(f.put({{0, someRows(1, 3)}}));
    f.clock.advance(1ms);
    QVERIFY(f.log().seal());
    QVERIFY(!f.log().producer("put/old").has_value());
    QCOMPARE(progressNumber(*f.log().producer("put/again")), 2U);
    // Kept for as long as nothing is removed for its age.
    f.close();
    f.options.retention = std::chrono::milliseconds::max();
    f.open();
    f.clock.advance(10'000h);
    QVERIFY(f.put({{0, someRows(1, 4)}}));
    QVERIFY(f.log().seal());
    QVERIFY(f.log().producer("put/again").has_value());
}

void LogTest::countsWhatIsDamaged()
{
    LogFixture f;
    f.open();
    QVERIFY(f.put({{0, someRows(10, 1)}, {1, someRows(4, 2)}}));
    QVERIFY(f.log().seal());
    QVERIFY(f.put({{0, someRows(20, 3)}}));
    QVERIFY(f.log().seal());
    QVERIFY(f.put({{0, someRows(5, 4)}}));
    QVERIFY(*f.log().rewriteOne());
    QVERIFY(*f.log().rewriteOne());
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), 0U);
    f.close();
    const auto paths = f.segmentPaths();
    // A block of a whole segment: known once it is read.
    Bytes content = *f.fileSystem.readAll(paths[1]);
    content[4096 + 200] ^= std::byte{1};
    f.fileSystem.setContent(paths[1], content);
    f.open();
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), 0U);
    (void)f.readAll(f.log());
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), 20U);
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(25)), 5U);
    QCOMPARE(f.log().damagedRecords(ShardIndex(1), Ordinal(0)), 0U);
    f.close();
    // A segment that is gone.
    QVERIFY(f.fileSystem.remove(paths[1]));
    f.open();
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), 20U);
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(29)), 1U);
    const auto reader = log::LogReader::open(f.options.folder, f.fileSystem);
    QVERIFY(reader.has_value());
    QCOMPARE((*reader)->damagedRecords(ShardIndex(0), Ordinal(0)), 20U);
    QCOMPARE((*reader)->damagedRecords(ShardIndex(1), Ordinal(0)), 0U);
}

/// A writer that is refused for want of budget commits nothing more, so that nothing but this would
/// ever seal the segment that takes up the budget.
void LogTest::givesUpAnOpenSegmentOnceItIsFull()
{
    LogFixture f;
    f.options.segmentBytes = 40'000;
    f.open();
    QVERIFY(f.put({{0, someRows(10, 1)}}));
    QCOMPARE(*f.log().dropOldestSegment(), std::uint64_t{0});
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 0U);
    QVERIFY(f.put({{0, someRows(100, 2, 1000)}}, {progressOf("p", 1, 7)}));
    QVERIFY(*f.log().dropOldestSegment() > 0);
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 110U);
    QCOMPARE(progressNumber(*f.log().producer("p")), 7U);
    const auto last = someRows(3, 3);
    QVERIFY(f.put({{0, last}}));
    f.open();
    QVERIFY(f.readAll(f.log()) == (Shards{{0, last}}));
}

/// Whole segments go: one burst of puts made one commit, and that a segment many times too large.
void LogTest::aBurstMakesNoSegmentMuchLargerThanItShouldBe()
{
    LogFixture f;
    f.options.segmentBytes = 40'000;
    f.open();
    QCOMPARE(f.log().commitBytes(), std::uint64_t{20'000});
    Shards rows;
    for (std::uint64_t i = 0; i < 30; ++i) {
        std::vector<Row> more(1);
        more.front().data.resize(9'000);
        f.random.fill(std::as_writable_bytes(std::span(more.front().data)));
        f.queue({{0, more}});
        rows[0].push_back(more.front());
    }
    QVERIFY(f.log().commit());
    QVERIFY(f.log().diskBytes() <= 40'000); // no room is taken for what goes to the next one
    while (f.log().commit()) {
    }
    QVERIFY(f.segmentPaths().size() >= 5);
    for (const Path &path : f.segmentPaths())
        QVERIFY(f.fileSystem.content(path).size() < 65'000);
    QVERIFY(f.readAll(f.log()) == rows);
}

void LogTest::givesBackWhatWasPut()
{
    LogFixture f;
    f.open();
    const Shards rows{{0, someRows(100, 1)}, {2, someRows(50, 2)}};
    QVERIFY(f.put(rows, {progressOf("p", 1, 7)}));
    QVERIFY(f.readAll(f.log()) == rows);
    QCOMPARE(f.log().bounds(ShardIndex(0)).end.value, 100U);
    QCOMPARE(progressNumber(*f.log().producer("p")), 7U);
    QVERIFY(!f.log().commit());
}

void LogTest::givesBackTheSameAfterReopening()
{
    LogFixture f;
    f.open();
    Shards rows;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto more = someRows(10, i);
        QVERIFY(f.put({{static_cast<std::uint32_t>(i % 3), more}}, {progressOf("p", 1, i)}));
        auto &shard = rows[static_cast<std::uint32_t>(i % 3)];
        shard.insert(shard.end(), more.begin(), more.end());
        if (i % 7 == 6)
            QVERIFY(f.log().seal());
    }
    const auto nextSeqIx = f.log().nextSeqIx(ShardIndex(1));
    f.open();
    QVERIFY(f.log().recovery().problems.empty());
    QVERIFY(f.readAll(f.log()) == rows);
    QCOMPARE(f.log().nextSeqIx(ShardIndex(1)), nextSeqIx);
    QCOMPARE(progressNumber(*f.log().producer("p")), 19U);
    const auto reader = log::LogReader::open(f.options.folder, f.fileSystem);
    QVERIFY(reader.has_value());
    QVERIFY(f.readAll(**reader) == rows);
}

void LogTest::rewritesWithoutChangingARecord()
{
    LogFixture f;
    f.open();
    Shards rows;
    for (std::uint64_t i = 0; i < 30; ++i) {
        const auto more = someRows(10, i);
        QVERIFY(f.put({{static_cast<std::uint32_t>(i % 3), more}}, {progressOf("p", 1, i)}));
        auto &shard = rows[static_cast<std::uint32_t>(i % 3)];
        shard.insert(shard.end(), more.begin(), more.end());
    }
    QVERIFY(f.log().seal());
    const auto before = f.log().diskBytes();
    QVERIFY(*f.log().rewriteOne());
    QVERIFY(!*f.log().rewriteOne());
    QVERIFY(f.log().diskBytes() < before);
    QVERIFY(f.readAll(f.log()) == rows);
    f.open();
    QVERIFY(f.log().recovery().problems.empty());
    QVERIFY(f.readAll(f.log()) == rows);
}

void LogTest::hidesAndFreesByAge()
{
    LogFixture f;
    f.open();
    QVERIFY(f.put({{0, someRows(10, 1)}}));
    f.clock.advance(12h);
    QVERIFY(f.put({{0, someRows(10, 2)}}));
    f.clock.advance(13h);
    // An hour sealed the first segment, so that it goes at once.
    QVERIFY(*f.log().expire() > 0);
    QVERIFY(*f.log().expire() == 0);
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 10U);
    QVERIFY(f.readAll(f.log()) == (Shards{{0, someRows(10, 2)}}));
    f.clock.advance(24h);
    QVERIFY(*f.log().expire() > 0);
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 20U);
    QVERIFY(f.put({{0, someRows(5, 3)}}));
    f.open();
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 20U);
    QVERIFY(f.readAll(f.log()) == (Shards{{0, someRows(5, 3)}}));
}

/// Nobody has maintained the log yet.
void LogTest::hidesByAgeFromTheStart()
{
    LogFixture f;
    f.open();
    const Shards young{{0, someRows(10, 2)}};
    QVERIFY(f.put({{0, someRows(10, 1)}, {3, someRows(4, 3)}}));
    f.clock.advance(12h);
    QVERIFY(f.put(young));
    f.close();
    f.clock.advance(13h);
    f.open();
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 10U);
    QCOMPARE(f.log().bounds(ShardIndex(3)).trimHorizon.value, 4U);
    QCOMPARE(*f.log().find(ShardIndex(0), WallTime{}), Ordinal(10));
    QVERIFY(f.readAll(f.log())[0] == young.at(0));
    f.close();
    f.options.retention = std::chrono::milliseconds::max();
    f.open();
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon.value, 0U);
}

MILLRACE_TEST(LogTest)
#include "log_test.moc"
