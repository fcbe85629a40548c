// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/log/segment_writer.h"

#include <QTest>

#include <algorithm>
#include <future>
#include <thread>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;
using Step = MemoryFileSystem::Step;
using Unsynced = MemoryFileSystem::Unsynced;

class FailureTest : public QObject
{
    Q_OBJECT
private slots:
    void aFullDiskRefusesWholeAndGoesOn();
    void aRefusedCommitNeverComesBack_data();
    void aRefusedCommitNeverComesBack();
    void anAppendIsRefusedAlone();
    void anOlderEpochIsRefused();
    void anAnswerThatThrowsKeepsNobodyWaiting();
    void aFullDiskKeepsNobodyFromReading();
    void aFolderSyncThatFailsAfterTheRewriteLosesNothing();
    void trimmingWaitsForNoRewriting();
    void aSegmentThatHoldsRecordsIsNotBegunAnew();
};

void FailureTest::aFullDiskRefusesWholeAndGoesOn()
{
    LogFixture f;
    f.open();
    Shards kept{{0, someRows(5, 1)}, {1, someRows(5, 2)}};
    QVERIFY(f.put(kept));
    f.fileSystem.setCapacity(f.log().diskBytes() + 100);
    const Shards large{{0, someRows(400, 3, 4000)}, {1, someRows(400, 4, 4000)}};
    QVERIFY(!f.put(large));
    QCOMPARE(f.answers.back()->error().code(), Code::DiskFull);
    QVERIFY(f.readAll(f.log()) == kept);
    QCOMPARE(f.log().bounds(ShardIndex(0)).end.value, 5U);
    const auto more = someRows(2, 9);
    QVERIFY(f.put({{0, more}})); // what fits is still taken
    f.fileSystem.setCapacity(~0ULL);
    QVERIFY(f.put(large));
    kept[0].insert(kept[0].end(), more.begin(), more.end());
    for (const auto &[shard, rows] : large)
        kept[shard].insert(kept[shard].end(), rows.begin(), rows.end());
    QVERIFY(f.readAll(f.log()) == kept);
    f.fileSystem.restart();
    f.open();
    QVERIFY(f.log().recovery().problems.empty());
    QVERIFY(f.readAll(f.log()) == kept);
}

void FailureTest::aRefusedCommitNeverComesBack_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<int>("unsynced");
    QTest::addColumn<bool>("goOn");
    for (const char *call : {"write", "sync"}) {
        for (const auto unsynced : {Unsynced::Lost, Unsynced::Kept, Unsynced::Torn}) {
            for (const bool goOn : {false, true})
                QTest::addRow("%s %d %d", call, int(unsynced), goOn)
                    << call << int(unsynced) << goOn;
        }
    }
}

void FailureTest::aRefusedCommitNeverComesBack()
{
    QFETCH(QString, call);
    QFETCH(int, unsynced);
    QFETCH(bool, goOn);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        LogFixture f;
        f.open();
        Shards kept{{0, someRows(5, 1)}};
        QVERIFY(f.put(kept, {progressOf("p", 1, 1)}));
        static const Problem broken(Code::Io, {{"operation", "any"}, {"reason", "the disk"}});
        bool failed = false;
        f.fileSystem.failSteps([&](const Step &step) -> const Problem * {
            if (failed || QString::fromStdString(step.call) != call)
                return nullptr;
            failed = true;
            return &broken;
        });
        QVERIFY(!f.put({{0, someRows(9, 66)}}, {progressOf("p", 1, 66)}));
        QCOMPARE(f.answers.back()->error().code(), Code::Io);
        QCOMPARE(progressNumber(*f.log().producer("p")), 1U);
        QCOMPARE(f.segmentPaths().size(), call == "sync" ? 2U : 1U);
        if (goOn) {
            const auto more = someRows(3, seed + 100);
            QVERIFY(f.put({{0, more}}, {progressOf("p", 1, 2)}));
            kept[0].insert(kept[0].end(), more.begin(), more.end());
        }
        f.close();
        f.fileSystem.restart(static_cast<Unsynced>(unsynced), seed);
        f.open();
        QVERIFY(f.readAll(f.log()) == kept);
        QCOMPARE(progressNumber(*f.log().producer("p")), goOn ? 2U : 1U);
        const auto reader = log::LogReader::open(f.options.folder, f.fileSystem);
        QVERIFY(f.readAll(**reader) == kept);
    }
}

void FailureTest::anAppendIsRefusedAlone()
{
    LogFixture f;
    f.open();
    const auto good = f.queue({{0, someRows(3, 1)}});
    log::Append bad;
    log::ShardRows rows;
    rows.shard = ShardIndex(0);
    rows.batch = makeBatch(someRows(3, 2));
    rows.rows = {0, 3};
    rows.firstSeqIx = 1'000;
    bad.shards.push_back(rows);
    std::optional<Problem> answer;
    bad.done = [&](auto result) {
        if (!result)
            answer = result.error();
    };
    f.log().append(std::move(bad));
    const auto alsoGood = f.queue({{0, someRows(4, 3)}});
    QVERIFY(f.log().queuedBytes() > 0);
    QVERIFY(f.log().commit());
    QCOMPARE(f.log().queuedBytes(), 0U);
    QVERIFY(answer.has_value());
    QCOMPARE(answer->code(), Code::InvalidArgument);
    QCOMPARE((*f.answers[good])->front().first.value, 0U);
    QCOMPARE((*f.answers[alsoGood])->front().first.value, 3U);
    QCOMPARE((*f.answers[alsoGood])->front().count, 4U);
    QCOMPARE(f.log().bounds(ShardIndex(0)).end.value, 7U);
    // A seqIx that is taken.
    log::Append again;
    rows.rows.clear();
    rows.firstSeqIx = 0;
    again.shards.push_back(rows);
    answer.reset();
    again.done = [&](auto result) {
        if (!result)
            answer = result.error();
    };
    f.log().append(std::move(again));
    QVERIFY(f.log().commit());
    QVERIFY(answer.has_value());
    QCOMPARE(f.log().bounds(ShardIndex(0)).end.value, 7U);
}

void FailureTest::anOlderEpochIsRefused()
{
    LogFixture f;
    f.open();
    QVERIFY(f.put({{0, someRows(1, 1)}}, {progressOf("p", 5, 1)}));
    QVERIFY(!f.put({{0, someRows(1, 2)}}, {progressOf("p", 4, 2)}));
    QCOMPARE(f.answers.back()->error().code(), Code::StaleProducer);
    // Also against one that is only queued before it.
    f.queue({{0, someRows(1, 3)}}, {progressOf("p", 6, 3)});
    const auto late = f.queue({{0, someRows(1, 4)}}, {progressOf("p", 5, 4)});
    QVERIFY(f.log().commit());
    QVERIFY(!f.answers[late]->has_value());
    QCOMPARE(f.log().producer("p")->epoch.value, 6U);
    QCOMPARE(f.log().bounds(ShardIndex(0)).end.value, 2U);
    QVERIFY(f.put({}, {progressOf("p", 6, 9)})); // progress alone
    f.open();
    QCOMPARE(progressNumber(*f.log().producer("p")), 9U);
}

void FailureTest::anAnswerThatThrowsKeepsNobodyWaiting()
{
    LogFixture f;
    f.open();
    log::Append throwing;
    throwing.done = [](auto) { throw std::bad_alloc(); };
    f.log().append(std::move(throwing));
    const auto behind = f.queue({{0, someRows(1, 1)}});
    QVERIFY(f.log().commit());
    QVERIFY(f.answers[behind] && f.answers[behind]->has_value());
    QCOMPARE(f.logged.size(), std::size_t(1));
    QCOMPARE(f.logged.front().code(), Code::InternalError);
}

void FailureTest::aFullDiskKeepsNobodyFromReading()
{
    LogFixture f;
    f.open();
    const Shards kept{{0, someRows(5, 1)}};
    QVERIFY(f.put(kept));
    f.close();
    Bytes bytes = f.fileSystem.content(f.segmentPaths().front());
    bytes[200'000] = std::byte{1}; // a torn tail: recovery wants a new segment
    f.fileSystem.setContent(f.segmentPaths().front(), bytes);
    f.fileSystem.setCapacity(bytes.size());
    f.open();
    QVERIFY(f.readAll(f.log()) == kept);
    QVERIFY(!f.put({{0, someRows(1, 2)}}));
    f.fileSystem.setCapacity(~0ULL);
    QVERIFY(f.put({{0, someRows(1, 2)}}));
    QCOMPARE(f.log().bounds(ShardIndex(0)).end.value, 6U);
}

void FailureTest::aFolderSyncThatFailsAfterTheRewriteLosesNothing()
{
    LogFixture f;
    f.options.cacheBytes = 0; // what is read comes from the file
    f.open();
    const Shards kept{{0, someRows(5, 1)}};
    QVERIFY(f.put(kept));
    QVERIFY(f.log().seal().has_value());
    static const Problem broken(Code::Io, {{"operation", "fsync"}, {"reason", "the disk"}});
    std::vector<std::string> calls;
    f.fileSystem.failSteps([&](const Step &step) -> const Problem * {
        calls.push_back(step.call);
        const auto renamed = std::find(calls.begin(), calls.end(), "rename");
        return renamed != calls.end() && renamed + 2 == calls.end() ? &broken : nullptr;
    });
    const auto rewritten = f.log().rewriteOne();
    QVERIFY2(rewritten.has_value(), rewritten ? "" : rewritten.error().message().c_str());
    QVERIFY(*rewritten);
    QCOMPARE(calls.back(), std::string("syncFolder"));
    QCOMPARE(f.logged.size(), std::size_t(1));
    QCOMPARE(f.logged.front().code(), Code::Io);
    std::vector<Problem> problems;
    QVERIFY(f.readAll(f.log(), &problems) == kept);
    QVERIFY(problems.empty());
    // Made up for before anything is removed.
    calls.clear();
    QVERIFY(f.log().dropOldestSegment().has_value());
    QVERIFY((calls == std::vector<std::string>{"syncFolder", "remove", "syncFolder"}));
}

/// The engine trims with locks held that everything else waits for.
void FailureTest::trimmingWaitsForNoRewriting()
{
    LogFixture f;
    f.open();
    QVERIFY(f.put({{0, someRows(5, 1)}}));
    QVERIFY(f.log().seal().has_value());
    const std::vector<std::pair<ShardIndex, Ordinal>> all{{ShardIndex(0), Ordinal(5)}};
    std::optional<std::uint64_t> freed;
    std::thread trimming;
    bool waited = false;
    f.fileSystem.failSteps([&](const Step &step) -> const Problem * {
        if (!step.path.ends_with(".rewrite") || step.call != "sync")
            return nullptr;
        std::promise<void> done;
        const auto finished = done.get_future();
        trimming = std::thread([&f, &all, &freed, done = std::move(done)]() mutable {
            freed = *f.log().trimBelow(all);
            done.set_value();
        });
        waited = finished.wait_for(60s) != std::future_status::ready;
        return nullptr;
    });
    QVERIFY(*f.log().rewriteOne());
    QVERIFY(trimming.joinable());
    trimming.join();
    QVERIFY(!waited);
    QCOMPARE(*freed, 0U);
    QVERIFY(*f.log().trimBelow(all) > 0); // the next one does it
}

/// Who did not see all of the folder takes a number that is taken.
void FailureTest::aSegmentThatHoldsRecordsIsNotBegunAnew()
{
    LogFixture f;
    f.open();
    QVERIFY(f.put({{0, someRows(5, 1)}}));
    f.close();
    const Path path = f.segmentPaths().back();
    const Bytes before = f.fileSystem.content(path);
    log::SegmentHeader header;
    header.stream = f.options.stream;
    header.number = *log::segmentNumber(fileName(path));
    const auto begun = log::SegmentWriter::begin(f.fileSystem, f.options.folder, header);
    QVERIFY(!begun);
    QCOMPARE(begun.error().code(), Code::Corrupt);
    QVERIFY(f.fileSystem.content(path) == before);
}

MILLRACE_TEST(FailureTest)
#include "failure_test.moc"
