// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/log/segment_header.h"

#include <QTest>

#include <utility>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

const Problem kUnreadable(Code::Io, {{"operation", "read"}, {"reason", "Input/output error"}});
constexpr std::size_t kRows = 40;
constexpr std::size_t kRowBytes = 500; // a commit takes several pages

/// Two sealed segments and an open one, of three commits each; the records of a commit stand in a
/// shard of their own.
struct ThreeSegments : LogFixture {
    Shards rows;

    ThreeSegments()
    {
        options.cacheBytes = 0; // what is read comes from the file
        open();
        for (std::uint32_t i = 0; i < 9; ++i) {
            std::vector<Row> more = someRows(kRows, i, kRowBytes);
            MILLRACE_ASSERT(put({{i, more}}, {progressOf("p", 1, i)}));
            rows[i] = std::move(more);
            if (i % 3 == 2 && i < 8)
                MILLRACE_ASSERT(log().seal().has_value());
        }
    }
    /// From now on the sector at `at` of a segment's file cannot be read, `times` times.
    void spoil(std::size_t segment, std::uint64_t at, int times = -1)
    {
        fileSystem.failReads([path = segmentPaths().at(segment), at,
                              times](const Path &read, FilePos from, std::size_t bytes) mutable {
            const bool hit = read == path && from.value <= at && at < from.value + bytes;
            if (!hit || times == 0)
                return static_cast<const Problem *>(nullptr);
            --times;
            return &kUnreadable;
        });
    }
    std::set<Code> found()
    {
        std::set<Code> out;
        for (const Problem &problem : log().recovery().problems)
            out.insert(problem.code());
        return out;
    }
};

/// In the first commit of a segment, behind its header's page.
constexpr std::uint64_t kInFirstCommit = 2 * log::kHeaderAlignment + 100;

} // namespace

class BadSectorTest : public QObject
{
    Q_OBJECT
private slots:
    void aSealedSegmentIsReadAroundIt();
    void aHeaderIsDoneWithout();
    void theLastSegmentIsNotOpened();
    void readersPassTheBlockOfASealedSegment();
    void onceIsNotDamage();
    void theOthersAreRewritten();
    void aSegmentWhoseFileIsGoneIsLeft();
    void theOtherShardsExpire();
};

void BadSectorTest::aSealedSegmentIsReadAroundIt()
{
    ThreeSegments f;
    f.close();
    f.spoil(1, kInFirstCommit);
    auto &log = f.open();
    QVERIFY(f.found().contains(Code::DamagedRange));
    QCOMPARE(log.damagedRecords(ShardIndex(3), Ordinal(0)), kRows);
    const auto reader = log::LogReader::open(f.options.folder, f.fileSystem);
    QVERIFY(reader.has_value());
    f.rows.erase(3);
    auto found = f.readAll(log);
    found.erase(3);
    QCOMPARE(found, f.rows);
    found = f.readAll(**reader);
    found.erase(3);
    QCOMPARE(found, f.rows);
    // It can be read again, on another day: nothing of it was taken away.
    while (*log.rewriteOne())
        ;
    f.fileSystem.failReads({});
    f.open();
    QVERIFY(f.found().empty());
    QCOMPARE(f.readAll(f.log())[3].size(), kRows);
}

void BadSectorTest::aHeaderIsDoneWithout()
{
    ThreeSegments f;
    f.close();
    f.spoil(1, 100);
    auto &log = f.open();
    QVERIFY(f.found().contains(Code::DamagedHeader));
    QCOMPARE(f.readAll(log), f.rows);
}

/// Where it ends nobody could tell, and what is appended would take the place of what is there.
void BadSectorTest::theLastSegmentIsNotOpened()
{
    ThreeSegments f;
    f.close();
    f.spoil(2, kInFirstCommit);
    const auto opened = f.tryOpen();
    QVERIFY(!opened);
    QCOMPARE(opened.error().code(), Code::Io);
}

void BadSectorTest::readersPassTheBlockOfASealedSegment()
{
    ThreeSegments f;
    f.spoil(0, kInFirstCommit);
    std::vector<Problem> problems;
    auto found = f.readAll(f.log(), &problems);
    QCOMPARE(problems.size(), std::size_t(1));
    QCOMPARE(problems.front().code(), Code::Corrupt);
    QVERIFY(found[0].empty());
    QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), kRows);
    found.erase(0);
    f.rows.erase(0);
    QCOMPARE(found, f.rows);
    f.spoil(2, kInFirstCommit); // the open one: sealed it will be damage
    QCOMPARE(f.log().read(ShardIndex(6), Ordinal(0)).error().code(), Code::Io);
    QVERIFY(f.log().seal().has_value());
    QCOMPARE(f.log().read(ShardIndex(6), Ordinal(0)).error().code(), Code::Corrupt);
}

void BadSectorTest::onceIsNotDamage()
{
    ThreeSegments f;
    f.spoil(0, kInFirstCommit, 1);
    QCOMPARE(f.readAll(f.log()), f.rows);
    f.close();
    f.spoil(0, kInFirstCommit, 1);
    f.open();
    QVERIFY(f.found().empty());
    f.close();
    f.spoil(0, 100, 1); // in the header
    f.open();
    QVERIFY(f.found().empty());
}

void BadSectorTest::theOthersAreRewritten()
{
    ThreeSegments f;
    f.spoil(0, kInFirstCommit);
    const Bytes first = f.fileSystem.content(f.segmentPaths()[0]);
    const Bytes second = f.fileSystem.content(f.segmentPaths()[1]);
    for (int i = 0; i < 4; ++i) {
        const auto more = f.log().rewriteOne();
        QVERIFY(more.has_value());
    }
    QVERIFY(!*f.log().rewriteOne()); // it is not tried for ever
    QVERIFY(f.fileSystem.content(f.segmentPaths()[0]) == first);
    QVERIFY(f.fileSystem.content(f.segmentPaths()[1]) != second);
}

void BadSectorTest::aSegmentWhoseFileIsGoneIsLeft()
{
    ThreeSegments f;
    f.close();
    f.open();
    const Path path = f.segmentPaths()[1];
    const Bytes before = f.fileSystem.content(path);
    QVERIFY(f.fileSystem.remove(f.segmentPaths()[0]).has_value());
    for (int i = 0; i < 3; ++i)
        QVERIFY(f.log().rewriteOne().has_value());
    QVERIFY(!*f.log().rewriteOne());
    QVERIFY(f.fileSystem.content(path) != before);
}

void BadSectorTest::theOtherShardsExpire()
{
    LogFixture f;
    f.options.cacheBytes = 0;
    f.options.segmentAge = 1000h;
    f.open();
    for (std::uint64_t i = 0; i < 2; ++i) {
        QVERIFY(
            f.put({{0, someRows(kRows, i, kRowBytes)}, {1, someRows(kRows, i + 9, kRowBytes)}}));
        f.clock.advance(20h);
    }
    bool first = true; // shard 0 comes first; its block is not read
    f.fileSystem.failReads([&](const Path &, FilePos, std::size_t) {
        return std::exchange(first, false) ? &kUnreadable : nullptr;
    });
    const auto freed = f.log().expire();
    QVERIFY(!freed);
    QCOMPARE(freed.error().code(), Code::Io);
    QCOMPARE(f.log().bounds(ShardIndex(0)).trimHorizon, Ordinal(0));
    QCOMPARE(f.log().bounds(ShardIndex(1)).trimHorizon, Ordinal(kRows));
}

MILLRACE_TEST(BadSectorTest)
#include "bad_sector_test.moc"
