// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/log/segment_header.h"

#include <QTest>

#include <algorithm>

using namespace millrace;
using namespace millrace::test;

namespace {

const Shards kBefore{{0, someRows(3, 1)}, {1, someRows(2, 2)}};
const Shards kLast{{0, someRows(4, 3)}};
const Shards kBehind{{0, someRows(2, 4)}, {1, someRows(1, 5)}};

Shards operator+(Shards a, const Shards &b)
{
    for (const auto &[shard, rows] : b)
        a[shard].insert(a[shard].end(), rows.begin(), rows.end());
    return a;
}

/// A log that took two commits and was closed in order.
struct Closed : LogFixture {
    Closed()
    {
        open();
        MILLRACE_ASSERT(put(kBefore, {progressOf("p", 1, 1)}));
        MILLRACE_ASSERT(put(kLast, {progressOf("p", 1, 2)}));
        closeInOrder();
    }
    void closeInOrder()
    {
        MILLRACE_ASSERT(log().close().has_value());
        close();
    }
    Path notePath() const { return joinPath(options.folder, "end"); }

    void replace(const Path &path, const Bytes &content)
    {
        MILLRACE_ASSERT(fileSystem.replaceFile(path, content).has_value());
    }
    /// One bit of the file's last byte that is not zero.
    void flipLastByte(const Path &path)
    {
        Bytes bytes = fileSystem.content(path);
        const auto last = std::find_if(bytes.rbegin(), bytes.rend(),
                                       [](std::byte byte) { return byte != std::byte{}; });
        *last ^= std::byte{1};
        replace(path, bytes);
    }
    void damageFirstCommit(const Path &path)
    {
        Bytes bytes = fileSystem.content(path);
        bytes.at(log::kHeaderAlignment) ^= std::byte{1};
        replace(path, bytes);
    }
    void rewriteAll()
    {
        for (auto more = log().rewriteOne(); more && *more;)
            more = log().rewriteOne();
    }
    std::set<Code> codes() const
    {
        std::set<Code> out;
        for (const Problem &problem : logged)
            out.insert(problem.code());
        return out;
    }
    std::uint64_t progress() { return progressNumber(*log().producer("p")); }
};

class EndNoteTest : public QObject
{
    Q_OBJECT

private slots:
    void aWholeLogGoesOnWhereItEnded()
    {
        Closed f;
        f.open();
        QVERIFY(f.codes().empty());
        QVERIFY(f.put(kBehind));
        QCOMPARE(f.readAll(f.log()), kBefore + kLast + kBehind);
        QCOMPARE(f.segmentPaths().size(), 1U);
    }

    void damageInTheLastCommitIsNoCrash()
    {
        Closed f;
        f.flipLastByte(f.segmentPaths().back());
        f.open();
        QCOMPARE(f.codes(), (std::set{Code::LogGap, Code::DamagedRange}));
        QCOMPARE(f.logged.front().argument("from"), "3");
        QCOMPARE(f.logged.front().argument("to"), "6");
        QCOMPARE(f.logged.front().argument("shard"), "0");
    }

    // A reader that had passed the lost records reads every new one.
    void whatWasLostKeepsItsOrdinals()
    {
        Closed f;
        f.flipLastByte(f.segmentPaths().back());
        f.open();
        QCOMPARE(f.log().bounds(ShardIndex(0)).end, Ordinal(7));
        QVERIFY(f.put(kBehind));
        QCOMPARE(f.readAll(f.log()), kBefore + kBehind);
        QCOMPARE(f.log().bounds(ShardIndex(0)).end, Ordinal(9));
        f.closeInOrder();
        f.logged.clear();
        f.open(); // and says it again, from the segments themselves
        QVERIFY(f.codes().contains(Code::LogGap));
        QCOMPARE(f.readAll(f.log()), kBefore + kBehind);
    }

    void aProducerDoesNotSendWhatWasLostAgain()
    {
        Closed f;
        f.flipLastByte(f.segmentPaths().back());
        f.open();
        QCOMPARE(f.progress(), 2U);
        f.close(); // as a crash would
        f.open();
        QCOMPARE(f.progress(), 2U);
    }

    // Most of a commit with one wrong bit is right; somebody may want it.
    void theDamagedCommitStays()
    {
        Closed f;
        const Path path = f.segmentPaths().back();
        f.flipLastByte(path);
        const Bytes bytes = f.fileSystem.content(path);
        f.open();
        QVERIFY(f.put(kBehind));
        f.rewriteAll();
        QVERIFY(f.fileSystem.content(path) == bytes);
        f.close();
        f.open(); // it is not the last one any more
        f.rewriteAll();
        QVERIFY(f.fileSystem.content(path) == bytes);
        QCOMPARE(f.readAll(f.log()), kBefore + kBehind);
    }

    // What came behind the note and before the damage counts, whatever the note says.
    void anOldNoteTakesNoProgressBack()
    {
        Closed f;
        f.open();
        QVERIFY(f.put({{0, someRows(2, 4)}}, {progressOf("p", 2, 3)}));
        f.close(); // as a crash would
        f.damageFirstCommit(f.segmentPaths().back());
        f.open();
        QVERIFY(f.codes().contains(Code::LogGap));
        QCOMPARE(f.progress(), 3U);
    }

    void anEmptiedFileIsMissed()
    {
        Closed f;
        f.replace(f.segmentPaths().back(), {});
        f.open();
        QVERIFY(f.codes().contains(Code::LogGap));
        QVERIFY(f.put(kBehind));
        QCOMPARE(f.readAll(f.log()), kBehind);
        QCOMPARE(f.log().bounds(ShardIndex(0)).end, Ordinal(9));
        QCOMPARE(f.log().bounds(ShardIndex(1)).end, Ordinal(3));
    }

    void aRemovedFileIsMissed()
    {
        Closed f;
        MILLRACE_ASSERT(f.fileSystem.remove(f.segmentPaths().back()).has_value());
        f.open();
        QCOMPARE(f.codes(), std::set{Code::LogGap});
        QVERIFY(f.put(kBehind));
        QCOMPARE(f.readAll(f.log()), kBehind);
    }

    // Whoever came later read what was left as if nothing had been there.
    void whatWasLostWithEveryFileStaysMissing()
    {
        Closed f;
        for (const Path &path : f.segmentPaths())
            MILLRACE_ASSERT(f.fileSystem.remove(path).has_value());
        Shards behind;
        const auto missing = [&] {
            return f.log().damagedRecords(ShardIndex(0), Ordinal(0)) == 7 &&
                   f.log().damagedRecords(ShardIndex(1), Ordinal(0)) == 2;
        };
        for (int start = 0; start < 3; ++start) {
            f.logged.clear();
            f.open();
            QCOMPARE(f.codes(), std::set{Code::LogGap});
            QVERIFY(missing());
            QVERIFY(f.put(kBehind));
            behind = behind + kBehind;
            QVERIFY(f.log().expire().has_value());
            f.rewriteAll();
            QVERIFY(missing());
            QCOMPARE(f.readAll(f.log()), behind);
            const auto reader = *log::LogReader::open(f.options.folder, f.fileSystem);
            QCOMPARE(reader->damagedRecords(ShardIndex(0), Ordinal(0)), 7U);
            f.closeInOrder();
        }
        f.open();
        f.clock.advance(f.options.retention + std::chrono::seconds(1));
        QVERIFY(f.put(kBehind));
        QVERIFY(f.log().expire().has_value());
        QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), 0U); // it would be gone by now
        QCOMPARE(f.readAll(f.log()), kBehind);
    }

    void andWhereTheDiskWasFullAtFirst()
    {
        Closed f;
        for (const Path &path : f.segmentPaths())
            MILLRACE_ASSERT(f.fileSystem.remove(path).has_value());
        f.fileSystem.setCapacity(f.fileSystem.content(f.notePath()).size());
        f.open();
        QCOMPARE(f.codes(), (std::set{Code::LogGap, Code::DiskFull}));
        f.fileSystem.setCapacity(~0ULL);
        QVERIFY(f.put(kBehind));
        f.open();
        QCOMPARE(f.log().damagedRecords(ShardIndex(0), Ordinal(0)), 7U);
        QCOMPARE(f.readAll(f.log()), kBehind);
    }

    void aReaderSaysItToo()
    {
        Closed f;
        f.flipLastByte(f.segmentPaths().back());
        const auto reader = *log::LogReader::open(f.options.folder, f.fileSystem);
        const auto &problems = reader->report().problems;
        QVERIFY(std::any_of(problems.begin(), problems.end(),
                            [](const Problem &p) { return p.code() == Code::LogGap; }));
        QCOMPARE(f.readAll(*reader), kBefore);
    }

    // Not closed the second time: the note is older than the log, and the log is right.
    void anOldNoteSaysNothing()
    {
        Closed f;
        f.open();
        MILLRACE_ASSERT(f.put(kBehind));
        f.close();
        f.open();
        QVERIFY(f.codes().empty());
        QCOMPARE(f.readAll(f.log()), kBefore + kLast + kBehind);
    }

    void aTornTailBehindTheNoteIsACrash()
    {
        Closed f;
        f.open();
        MILLRACE_ASSERT(f.put(kBehind));
        f.close();
        f.flipLastByte(f.segmentPaths().back());
        f.open();
        QCOMPARE(f.codes(), std::set{Code::TornTail});
        QCOMPARE(f.readAll(f.log()), kBefore + kLast);
    }

    void aDamagedNoteSaysNothing()
    {
        Closed f;
        f.flipLastByte(f.notePath());
        f.flipLastByte(f.segmentPaths().back());
        f.open();
        QCOMPARE(f.codes(), std::set{Code::TornTail});
    }

    void aNoteIsWrittenOnlyWhenSomethingCame()
    {
        Closed f;
        const Bytes before = f.fileSystem.content(f.notePath());
        f.open();
        f.closeInOrder();
        QCOMPARE(f.fileSystem.content(f.notePath()), before);
        f.open();
        MILLRACE_ASSERT(f.put(kBehind));
        f.closeInOrder();
        QVERIFY(f.fileSystem.content(f.notePath()) != before);
    }
};

} // namespace

MILLRACE_TEST(EndNoteTest)
#include "end_note_test.moc"
