// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/crc32c.h"
#include "core/base/problem_codes.h"
#include "core/log/commit_codec.h"
#include "core/log/recovery.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>

using namespace millrace;
using namespace millrace::test;

namespace {

/// A small log of three segments: the first rewritten, the second sealed, the third open.
struct SmallLog {
    struct Block {
        std::uint32_t shard;
        std::uint64_t first;
        std::uint64_t count;
        std::size_t file;
        std::uint64_t commitEnd;
    };
    Path folder;
    StreamUuid stream;
    std::vector<Path> paths;
    std::vector<Bytes> files;
    std::vector<Block> blocks;
    std::uint64_t lastCommitAt = 0; ///< in the last file
    Shards rows;

    SmallLog()
    {
        LogFixture f;
        folder = f.options.folder;
        stream = f.options.stream;
        f.open();
        for (std::uint64_t i = 0; i < 9; ++i) {
            Shards put{{static_cast<std::uint32_t>(i % 2), someRows(3, i)}};
            if (i % 4 == 1)
                put[5] = someRows(2, 100 + i);
            MILLRACE_ASSERT(f.put(put, {progressOf("p", 1, i)}));
            for (const auto &[shard, more] : put)
                rows[shard].insert(rows[shard].end(), more.begin(), more.end());
            if (i % 3 == 2 && i < 8)
                MILLRACE_ASSERT(f.log().seal().has_value());
        }
        MILLRACE_ASSERT(*f.log().rewriteOne());
        paths = f.segmentPaths();
        Bytes buffer;
        for (std::size_t n = 0; n < paths.size(); ++n) {
            files.push_back(f.fileSystem.content(paths[n]));
            const auto content = *log::readSegment(f.fileSystem, folder, SegmentNumber(n + 1),
                                                   stream, log::Unreadable::Refused, buffer);
            if (n + 1 == paths.size())
                files.back().resize(content->walk.end.position.value + 64); // a little room
            noteCommits(n, content->header);
        }
    }

    void noteCommits(std::size_t file, const log::SegmentHeader &header)
    {
        std::uint64_t at = header.sizeBytes;
        while (at < files[file].size()) {
            const auto commit =
                log::readCommit(ByteView(files[file]).subspan(at), header.id, FilePos(at));
            if (!commit)
                return;
            lastCommitAt = at;
            at += commit->sizeBytes;
            for (const auto &block : commit->blocks)
                blocks.push_back({block.shard.value, block.first.value, block.count, file, at});
        }
    }
};

/// What a source gives out of the small log, held against what was written.
struct Outcome {
    std::string wrong;    ///< a record that nobody wrote, or one before the damage that is gone
    bool missing = false; ///< some record is not there
    std::vector<Problem> problems;
};

template <class Source>
Outcome hold(const SmallLog &small, Source &source, std::size_t damagedFile,
             std::uint64_t damagedAt)
{
    Outcome outcome;
    std::map<std::uint32_t, std::set<std::uint64_t>> seen;
    for (const auto &[shard, rows] : small.rows) {
        Ordinal at(0);
        while (true) {
            const auto batch = source.read(ShardIndex(shard), at);
            if (!batch) {
                outcome.problems.push_back(batch.error());
                const auto behind = log::behindDamage(batch.error(), at);
                if (!behind)
                    break;
                at = *behind;
                continue;
            }
            if (!*batch)
                break;
            for (std::size_t i = 0; i < (*batch)->count(); ++i) {
                const std::uint64_t ordinal = (*batch)->firstOrdinal().value + i;
                if (ordinal >= rows.size() || !(rowOf(**batch, i) == rows[ordinal]))
                    outcome.wrong = "a record that was never written";
                seen[shard].insert(ordinal);
            }
            if ((*batch)->endOrdinal() <= at)
                outcome.wrong = "reading does not move on";
            at = (*batch)->endOrdinal();
        }
        outcome.missing = outcome.missing || seen[shard].size() != rows.size();
    }
    for (const auto &block : small.blocks) {
        const bool before =
            block.file < damagedFile || (block.file == damagedFile && block.commitEnd <= damagedAt);
        const bool other = block.file > damagedFile;
        if ((before || other) && !seen[block.shard].contains(block.first + block.count - 1))
            outcome.wrong = "records outside of the damage are gone";
    }
    return outcome;
}

void lay(const SmallLog &small, MemoryFileSystem &fileSystem)
{
    (void)fileSystem.makeFolders(small.folder);
    for (std::size_t i = 0; i < small.files.size(); ++i)
        fileSystem.setContent(small.paths[i], small.files[i]);
}

} // namespace

class DamageTest : public QObject
{
    Q_OBJECT
private slots:
    void survivesEveryFlippedBit_data();
    void survivesEveryFlippedBit();
    void survivesEveryPrefix_data();
    void survivesEveryPrefix();
    void namesTheDamagedBytes();
    void goesOnAfterDamage();
    void refusesANewerVersion();
    void reportsAMissingSegment();
    void refusesAForeignLog();
    void readingGoesOnBehindADamagedBlock();
    void damageInALargeSegmentIsFound();
    void aFileLargerThanMemoryIsRead();

private:
    const SmallLog m_small;
};

void DamageTest::survivesEveryFlippedBit_data()
{
    QTest::addColumn<int>("file");
    QTest::newRow("rewritten") << 0;
    QTest::newRow("sealed") << 1;
    QTest::newRow("open") << 2;
}

void DamageTest::survivesEveryFlippedBit()
{
    QFETCH(int, file);
    const auto n = static_cast<std::size_t>(file);
    MemoryFileSystem fileSystem;
    lay(m_small, fileSystem);
    Bytes bytes = m_small.files[n];
    const std::size_t bits = bytes.size() * 8;
    // A reader sees each; recovery costs more and sees each in the long run of the tests only.
    const bool everyBit = qEnvironmentVariableIsSet("MILLRACE_TEST_FULL");
    int alarms = 0;
    for (std::size_t bit = 0; bit < bits; ++bit) {
        const std::uint64_t at = bit / 8;
        bytes[at] ^= std::byte(1U << (bit % 8));
        fileSystem.setContent(m_small.paths[n], bytes);
        const std::string where = "bit " + std::to_string(bit);
        const auto reader = log::LogReader::open(m_small.folder, fileSystem);
        QVERIFY2(reader.has_value(), where.c_str());
        Outcome outcome = hold(m_small, **reader, n, at);
        QVERIFY2(outcome.wrong.empty(), (where + ": " + outcome.wrong).c_str());
        const bool reported = !(*reader)->report().problems.empty() || !outcome.problems.empty();
        alarms += reported ? 1 : 0;
        // Beside a running engine the last commit may be just being written.
        const bool tail = n == 2 && at >= m_small.lastCommitAt;
        QVERIFY2(!outcome.missing || reported || tail, (where + ": nobody says so").c_str());
        if (everyBit || bit % 37 == 0 || tail) {
            MemoryFileSystem own;
            lay(m_small, own);
            own.setContent(m_small.paths[n], bytes);
            LogFixture f;
            log::LogOptions options;
            options.folder = m_small.folder;
            options.stream = m_small.stream;
            auto opened = log::Log::open(options, own, f.clock, f.random, {});
            QVERIFY2(opened.has_value(), where.c_str());
            outcome = hold(m_small, **opened, n, at);
            QVERIFY2(outcome.wrong.empty(), (where + ", log: " + outcome.wrong).c_str());
            QVERIFY2(!outcome.missing || !(*opened)->recovery().problems.empty() ||
                         !outcome.problems.empty(),
                     (where + ": recovery does not say so").c_str());
        }
        bytes[at] ^= std::byte(1U << (bit % 8));
    }
    QVERIFY(alarms > 4096); // the header alone has that many bits under its checksum
}

void DamageTest::survivesEveryPrefix_data()
{
    survivesEveryFlippedBit_data();
}

void DamageTest::survivesEveryPrefix()
{
    QFETCH(int, file);
    const auto n = static_cast<std::size_t>(file);
    for (std::size_t size = 0; size < m_small.files[n].size(); ++size) {
        MemoryFileSystem fileSystem;
        lay(m_small, fileSystem);
        const auto &whole = m_small.files[n];
        fileSystem.setContent(m_small.paths[n],
                              Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
        const std::string where = "first " + std::to_string(size) + " bytes";
        const auto reader = log::LogReader::open(m_small.folder, fileSystem);
        QVERIFY2(reader.has_value(), where.c_str());
        Outcome outcome = hold(m_small, **reader, n, size);
        QVERIFY2(outcome.wrong.empty(), (where + ": " + outcome.wrong).c_str());
        QVERIFY2(!outcome.missing || n == 2 || !(*reader)->report().problems.empty() ||
                     !outcome.problems.empty(),
                 (where + ": nobody says so").c_str());
        LogFixture f;
        log::LogOptions options;
        options.folder = m_small.folder;
        options.stream = m_small.stream;
        auto opened = log::Log::open(options, fileSystem, f.clock, f.random, {});
        QVERIFY2(opened.has_value(), where.c_str());
        outcome = hold(m_small, **opened, n, size);
        QVERIFY2(outcome.wrong.empty(), (where + ", log: " + outcome.wrong).c_str());
    }
}

void DamageTest::namesTheDamagedBytes()
{
    MemoryFileSystem fileSystem;
    lay(m_small, fileSystem);
    Bytes bytes = m_small.files[1];
    std::vector<std::uint64_t> ends;
    for (const auto &block : m_small.blocks) {
        if (block.file == 1 && (ends.empty() || ends.back() != block.commitEnd))
            ends.push_back(block.commitEnd);
    }
    QCOMPARE(ends.size(), 3U);
    bytes[ends[0] + 70] ^= std::byte{1}; // in the second commit
    fileSystem.setContent(m_small.paths[1], bytes);
    const auto reader = *log::LogReader::open(m_small.folder, fileSystem);
    const auto &problems = reader->report().problems;
    QVERIFY(problems.size() >= 2);
    QCOMPARE(problems[0].code(), Code::DamagedRange);
    QCOMPARE(problems[0].place(), m_small.paths[1]);
    QCOMPARE(std::string(problems[0].argument("from")), std::to_string(ends[0]));
    QCOMPARE(std::string(problems[0].argument("to")), std::to_string(ends[1]));
    QVERIFY(std::any_of(problems.begin(), problems.end(),
                        [](const Problem &p) { return p.code() == Code::LogGap; }));
}

void DamageTest::goesOnAfterDamage()
{
    // A last segment whose middle is damaged is not written again, and keeps what is whole.
    LogFixture f;
    (void)f.fileSystem.makeFolders(m_small.folder);
    lay(m_small, f.fileSystem);
    Bytes bytes = m_small.files[2];
    bytes[4096 + 70] ^= std::byte{1};
    f.fileSystem.setContent(m_small.paths[2], bytes);
    f.options.folder = m_small.folder;
    f.options.stream = m_small.stream;
    f.open();
    QVERIFY(!f.log().recovery().problems.empty());
    QCOMPARE(f.segmentPaths().size(), 4U);
    QCOMPARE(progressNumber(*f.log().producer("p")), 8U);
    const auto before = f.readAll(f.log());
    const auto more = someRows(5, 77);
    QVERIFY(f.put({{0, more}}));
    f.fileSystem.restart();
    f.open();
    auto after = f.readAll(f.log());
    auto expected = before;
    expected[0].insert(expected[0].end(), more.begin(), more.end());
    QVERIFY(after == expected);
    QVERIFY(f.fileSystem.content(m_small.paths[2]) == bytes); // nobody touched it
}

void DamageTest::refusesANewerVersion()
{
    MemoryFileSystem fileSystem;
    lay(m_small, fileSystem);
    Bytes bytes = m_small.files[1];
    bytes[32] = std::byte{2};
    const auto crc =
        crc32c(ByteView(bytes).subspan(12, 4084), crc32c(ByteView(bytes).subspan(16, 16)));
    std::memcpy(bytes.data() + 8, &crc, sizeof crc);
    fileSystem.setContent(m_small.paths[1], bytes);
    const auto reader = log::LogReader::open(m_small.folder, fileSystem);
    QVERIFY(!reader);
    QCOMPARE(reader.error().code(), Code::NewerFormat);
    QVERIFY(reader.error().message().find(m_small.paths[1]) != std::string::npos);
    LogFixture f;
    log::LogOptions options;
    options.folder = m_small.folder;
    options.stream = m_small.stream;
    const auto steps = fileSystem.steps();
    const auto opened = log::Log::open(options, fileSystem, f.clock, f.random, {});
    QVERIFY(!opened);
    QCOMPARE(opened.error().code(), Code::NewerFormat);
    QVERIFY(fileSystem.steps() <= steps + 1); // the folder, nothing else
}

void DamageTest::reportsAMissingSegment()
{
    MemoryFileSystem fileSystem;
    lay(m_small, fileSystem);
    QVERIFY(fileSystem.remove(m_small.paths[1]).has_value());
    const auto reader = *log::LogReader::open(m_small.folder, fileSystem);
    QCOMPARE(reader->report().problems.front().code(), Code::SegmentMissing);
    const auto outcome = hold(m_small, *reader, 1, 0);
    QVERIFY2(outcome.wrong.empty(), outcome.wrong.c_str());
    QVERIFY(outcome.missing);
}

void DamageTest::refusesAForeignLog()
{
    MemoryFileSystem fileSystem;
    lay(m_small, fileSystem);
    LogFixture f;
    log::LogOptions options;
    options.folder = m_small.folder;
    options.stream = *Uuid::parse("11111111-1111-4222-8333-444455556666");
    const auto opened = log::Log::open(options, fileSystem, f.clock, f.random, {});
    QVERIFY(!opened);
    QCOMPARE(opened.error().code(), Code::ForeignLog);
}

void DamageTest::readingGoesOnBehindADamagedBlock()
{
    LogFixture f;
    f.options.cacheBytes = 0; // what is read comes from the file
    f.open();
    const auto first = someRows(3, 1);
    const auto last = someRows(2, 3);
    QVERIFY(f.put({{0, first}}));
    const Path path = f.segmentPaths().front();
    const Bytes before = f.fileSystem.content(path);
    QVERIFY(f.put({{0, someRows(4, 2)}}));
    Bytes bytes = f.fileSystem.content(path);
    QVERIFY(f.put({{0, last}}));
    // The last byte that the second commit changed is one of its block.
    std::size_t at = bytes.size();
    while (bytes[at - 1] == (at <= before.size() ? before[at - 1] : std::byte{0}))
        --at;
    bytes = f.fileSystem.content(path);
    bytes[at - 1] ^= std::byte{1};
    f.fileSystem.setContent(path, bytes);

    const auto damaged = f.log().read(ShardIndex(0), Ordinal(4));
    QVERIFY(!damaged.has_value());
    QVERIFY(log::behindDamage(damaged.error(), Ordinal(4)) == Ordinal(7));
    QVERIFY(!log::behindDamage(damaged.error(), Ordinal(7))); // it would not move on
    QVERIFY(!log::behindDamage(Problem(Code::Io, {{"next", "7"}}), Ordinal(4)));
    QVERIFY(!log::behindDamage(Problem(Code::Corrupt, {{"what", "a file"}}), Ordinal(4)));
    std::vector<Row> expected = first;
    expected.insert(expected.end(), last.begin(), last.end());
    QVERIFY(f.readAll(f.log())[0] == expected);
}

/// Commits of several megabytes: none of them fits with its neighbours into what is read at once.
void DamageTest::damageInALargeSegmentIsFound()
{
    LogFixture f;
    f.open();
    Shards rows;
    for (std::uint32_t i = 0; i < 4; ++i) {
        rows[i] = someRows(10, i, 1'000'000);
        QVERIFY(f.put({{i, rows[i]}}));
    }
    f.close();
    const Path path = f.segmentPaths().front();
    auto reader = *log::LogReader::open(f.options.folder, f.fileSystem);
    QVERIFY(reader->report().problems.empty());
    QVERIFY(f.readAll(*reader) == rows);

    Bytes buffer;
    const auto content = *log::readSegment(f.fileSystem, f.options.folder, SegmentNumber(1),
                                           f.options.stream, log::Unreadable::Refused, buffer);
    QVERIFY(content->walk.end.position.value > 20'000'000);
    const auto &blocks = content->walk.blocks;
    const auto second = std::find_if(blocks.begin(), blocks.end(), [](const auto &block) {
        return block.shard == ShardIndex(1);
    });
    Bytes bytes = f.fileSystem.content(path);
    bytes[second->position.value + 200] ^= std::byte{1};
    f.fileSystem.setContent(path, bytes);
    reader = *log::LogReader::open(f.options.folder, f.fileSystem);
    const auto &problems = reader->report().problems;
    QCOMPARE(problems.size(), 1U);
    QCOMPARE(problems[0].code(), Code::DamagedRange);
    rows.erase(1);
    QVERIFY(f.readAll(*reader) == rows);
}

/// A file system says that a file has a terabyte, of which all but the beginning is a hole.
void DamageTest::aFileLargerThanMemoryIsRead()
{
    constexpr std::uintmax_t kTerabyte = 1ULL << 40U;
    QTemporaryDir directory;
    const Path folder = directory.path().toStdString();
    for (std::size_t i = 0; i < m_small.files.size(); ++i)
        QVERIFY(posixFileSystem()
                    .replaceFile(joinPath(folder, fileName(m_small.paths[i])), m_small.files[i])
                    .has_value());
    std::filesystem::resize_file(joinPath(folder, fileName(m_small.paths[1])), kTerabyte);
    const Path last = joinPath(folder, fileName(m_small.paths[2]));
    std::filesystem::resize_file(last, kTerabyte);
    const auto hollow = *posixFileSystem().open(last, OpenMode::Read);
    if (*hollow->nextData(FilePos(kTerabyte / 2)) != FilePos(kTerabyte))
        QSKIP("this file system cannot tell its holes: a terabyte of zeros takes minutes to read");
    LogFixture f;
    f.options.folder = folder;
    f.options.stream = m_small.stream;
    {
        const auto reader = log::LogReader::open(folder, posixFileSystem());
        QVERIFY(reader.has_value());
        QVERIFY(f.readAll(**reader) == m_small.rows);
    }
    // The magic of a commit stands far behind the header that is damaged.
    {
        const auto file = *posixFileSystem().open(last, OpenMode::ReadWrite);
        QVERIFY(file->writeAt(FilePos(100), Bytes(8, std::byte{0xff})).has_value());
        QVERIFY(file->writeAt(FilePos(kTerabyte - 4096), asBytes(log::kCommitMagic)).has_value());
    }
    const auto recovered = log::Log::open(f.options, posixFileSystem(), f.clock, f.random, {});
    QVERIFY(recovered.has_value());
    QVERIFY(f.readAll(**recovered) == m_small.rows);
}

MILLRACE_TEST(DamageTest)
#include "damage_test.moc"
