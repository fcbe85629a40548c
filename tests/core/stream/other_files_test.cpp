// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/store/database.h"
#include "core/stream/other_files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace millrace;

namespace {

/// In memory, with a word after the next look into a folder.
class WatchedFiles final : public FileSystem
{
public:
    MemoryFileSystem memory;
    std::function<void()> afterLook;

    Result<std::vector<std::string>> list(const Path &folder) override
    {
        auto names = memory.list(folder);
        if (const auto act = std::exchange(afterLook, {}))
            act();
        return names;
    }
    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override
    {
        return memory.open(path, mode);
    }
    Result<FileInfo> info(const Path &path) override { return memory.info(path); }
    Status makeFolders(const Path &folder) override { return memory.makeFolders(folder); }
    Status rename(const Path &from, const Path &to) override { return memory.rename(from, to); }
    Status renameNew(const Path &from, const Path &to) override
    {
        return memory.renameNew(from, to);
    }
    Status remove(const Path &path) override { return memory.remove(path); }
    Status syncFolder(const Path &folder, std::source_location from) override
    {
        return memory.syncFolder(folder, from);
    }
    Result<VolumeInfo> volume(const Path &path) override { return memory.volume(path); }
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override { return memory.lock(path); }
};

} // namespace

class OtherFilesTest : public QObject
{
    Q_OBJECT

private slots:
    // The budget is one of this directory: an output that was moved to another disk is not in it.
    void whatLinksLeadToIsNotCounted()
    {
        const QTemporaryDir inside;
        const QTemporaryDir outside;
        const auto write = [](const QTemporaryDir &dir, const char *name, std::size_t bytes) {
            const Path path = dir.filePath(QString::fromLatin1(name)).toStdString();
            QVERIFY(posixFileSystem().replaceFile(path, Bytes(bytes)).has_value());
        };
        write(inside, "rows.ndjson", 1'000);
        write(outside, "rows.ndjson", 1'000'000);
        QVERIFY(QFile::link(outside.path(), inside.filePath("folder")));
        QVERIFY(QFile::link(outside.filePath("rows.ndjson"), inside.filePath("file")));
        QVERIFY(QFile::link(inside.path(), inside.filePath("itself")));

        SystemClock clock;
        stream::OtherFiles files(posixFileSystem(), clock, inside.path().toStdString());
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1'000});
        QCOMPARE(files.largest().file, inside.filePath("rows.ndjson").toStdString());
    }

    /// A destination that grows by megabytes between two measurings.
    void whatIsAboutToBeWrittenCountsUntilItIsMeasured()
    {
        const QTemporaryDir dir;
        ManualClock clock;
        stream::OtherFiles files(posixFileSystem(), clock, dir.path().toStdString());
        files.add("writer", 1'000'000);
        QCOMPARE(files.bytes(), std::uint64_t{1'000'000});
        const Path rows = dir.filePath("rows.ndjson").toStdString();
        QVERIFY(posixFileSystem().replaceFile(rows, Bytes(900'000)).has_value());
        files.written("writer");
        QCOMPARE(files.bytes(), std::uint64_t{1'000'000});
        files.settle();
        QCOMPARE(files.bytes(), std::uint64_t{900'000});
    }

    /// It was taken off when a measuring ended that had looked before a byte of it was there.
    void aMeasuringBeforeTheWriteTakesNothingOff()
    {
        const QTemporaryDir dir;
        ManualClock clock;
        stream::OtherFiles files(posixFileSystem(), clock, dir.path().toStdString());
        files.add("slow", 1'000'000);
        files.add("other", 10);
        files.written("other");
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1'000'000});
        files.settle();
        QCOMPARE(files.bytes(), std::uint64_t{1'000'000});
        files.add("slow", 500'000);
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1'500'000});
        files.written("slow");
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{0});
    }

    /// Between the look at its folder and the end of the measuring.
    void whatIsWrittenWhileItIsMeasuredIsTakenOffByTheNextOne()
    {
        WatchedFiles fs;
        QVERIFY(fs.makeFolders("/data").has_value());
        ManualClock clock;
        stream::OtherFiles files(fs, clock, "/data");
        files.add("writer", 1000);
        fs.afterLook = [&] {
            fs.memory.setContent("/data/rows.ndjson", Bytes(1000));
            files.written("writer");
        };
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1000});
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1000});
    }

    /// Nobody says it for a node that was deleted.
    void whoNeverSaysThatItHasWrittenHasWrittenAfterAWhile()
    {
        const QTemporaryDir dir;
        ManualClock clock;
        stream::OtherFiles files(posixFileSystem(), clock, dir.path().toStdString());
        files.add("gone", 1000);
        clock.advance(stream::OtherFiles::kWrittenWithin - std::chrono::milliseconds(1));
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{1000});
        clock.advance(std::chrono::milliseconds(1));
        files.measure();
        QCOMPARE(files.bytes(), std::uint64_t{0});
    }

    /// The write-ahead log of a database that is open keeps its size though all of it stands in the
    /// database: whoever ran into the budget was told to remove the result.
    void theWriteAheadLogOfADatabaseIsEmptiedBeforeItCounts()
    {
        const QTemporaryDir dir;
        const Path path = dir.filePath("rows.db").toStdString();
        auto database = store::Database::open(path, store::Database::Mode::ReadWrite);
        QVERIFY(database.has_value());
        QVERIFY(database->execute("CREATE TABLE t(x)").has_value());
        for (int i = 0; i < 4; ++i)
            QVERIFY(database->execute("DELETE FROM t; INSERT INTO t VALUES (randomblob(500000))")
                        .has_value());
        SystemClock clock;
        stream::OtherFiles files(posixFileSystem(), clock, dir.path().toStdString());
        files.measure();
        QVERIFY(files.bytes() > 1'500'000);
        files.settle();
        QVERIFY2(files.bytes() < 1'200'000, std::to_string(files.bytes()).c_str());
        QCOMPARE(QFileInfo(dir.filePath("rows.db-wal")).size(), qint64(0));
        auto rows = database->prepare("SELECT length(x) FROM t");
        QVERIFY(rows.has_value() && *rows->step());
        QCOMPARE(rows->integer(0), std::int64_t(500'000));
    }
};

MILLRACE_TEST(OtherFilesTest)
#include "other_files_test.moc"
