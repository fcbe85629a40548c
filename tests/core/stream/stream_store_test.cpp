// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/stream/stream_store.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <thread>

using namespace millrace;
using namespace millrace::stream;
using namespace std::chrono_literals;

namespace {

/// A data directory: logs in memory, the catalog (SQLite) in a real folder of the same name. The
/// test is committer and maintenance.
class Directory
{
public:
    Directory()
    {
        options.dataDirectory = m_real.path().toStdString();
        options.threads = false;
    }

    Result<std::unique_ptr<StreamStore>> tryOpen(FileSystem &files)
    {
        return StreamStore::open(options, files, clock, m_random, [this](const Problem &problem) {
            const std::lock_guard guard(m_loggedMutex);
            logged.push_back(problem);
        });
    }

    StreamStore &open()
    {
        m_store.reset();
        auto opened = tryOpen(fs);
        if (!opened)
            qFatal("%s", opened.error().message().c_str());
        m_store = *std::move(opened);
        return *m_store;
    }
    void close() { m_store.reset(); }

    StreamPtr make(const std::string &name,
                   const std::function<void(store::StreamEntry &)> &settings = {})
    {
        store::StreamEntry wanted;
        wanted.name = name;
        if (settings)
            settings(wanted);
        auto made = m_store->ensure(wanted);
        if (!made)
            qFatal("%s", made.error().message().c_str());
        return *std::move(made);
    }

    /// Puts one record and commits it; true when it was acknowledged.
    bool put(DataStream &stream, std::string_view data)
    {
        record::RecordBatchBuilder builder;
        builder.append({data, "key", {}, {}, nullptr});
        Put put;
        put.batch = builder.finish();
        bool stored = false;
        stream.put(std::move(put), [&](const auto &outcome) { stored = outcome.has_value(); });
        m_store->commitAll();
        return stored;
    }

    void remove(const Path &folder)
    {
        if (!fs.removeAll(folder))
            qFatal("%s cannot be removed", folder.c_str());
    }
    Path catalogPath() const { return joinPath(options.dataDirectory, "catalog.db"); }
    Path folderOf(const DataStream &stream) const
    {
        return joinPath(joinPath(options.dataDirectory, "streams"), stream.id().toString());
    }
    std::vector<Problem> loggedWith(Code code)
    {
        const std::lock_guard guard(m_loggedMutex);
        std::vector<Problem> out;
        std::copy_if(logged.begin(), logged.end(), std::back_inserter(out),
                     [&](const Problem &problem) { return problem.code() == code; });
        return out;
    }

    StreamStoreOptions options;
    MemoryFileSystem fs;
    ManualClock clock;
    std::vector<Problem> logged;

private:
    std::mutex m_loggedMutex;
    QTemporaryDir m_real;
    SeededRandom m_random{7};
    std::unique_ptr<StreamStore> m_store;
};

/// As a volume that another computer holds.
class NetworkFiles final : public FileSystem
{
public:
    explicit NetworkFiles(FileSystem &files)
        : m_files(files)
    {}
    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override
    {
        return m_files.open(path, mode);
    }
    Result<FileInfo> info(const Path &path) override { return m_files.info(path); }
    Result<std::vector<std::string>> list(const Path &path) override { return m_files.list(path); }
    Status makeFolders(const Path &folder) override { return m_files.makeFolders(folder); }
    Status rename(const Path &from, const Path &to) override { return m_files.rename(from, to); }
    Status renameNew(const Path &from, const Path &to) override
    {
        return m_files.renameNew(from, to);
    }
    Status remove(const Path &path) override { return m_files.remove(path); }
    Status syncFolder(const Path &folder, std::source_location from) override
    {
        return m_files.syncFolder(folder, from);
    }
    Result<VolumeInfo> volume(const Path &path) override
    {
        auto volume = m_files.volume(path);
        volume->networkType = "nfs";
        return volume;
    }
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override { return m_files.lock(path); }

private:
    FileSystem &m_files;
};

std::uint64_t recordsOf(const DataStream &stream)
{
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i) {
        const auto bounds = stream.bounds(ShardIndex(i));
        sum += bounds.end - bounds.trimHorizon;
    }
    return sum;
}

} // namespace

class StreamStoreTest : public QObject
{
    Q_OBJECT
private slots:
    void aLostCatalogTakesNoLogWithIt_data()
    {
        QTest::addColumn<bool>("empty");
        QTest::newRow("removed") << false;
        QTest::newRow("an empty file in its place") << true;
    }
    void aLostCatalogTakesNoLogWithIt()
    {
        QFETCH(bool, empty);
        Directory d;
        d.open();
        QVERIFY(d.put(*d.make("clicks"), "kept"));
        d.close();
        const QString catalog = QString::fromStdString(d.catalogPath());
        QVERIFY(QFile::rename(catalog, catalog + ".copy"));
        if (empty) {
            QFile file(catalog);
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        for (int attempt = 0; attempt < 2; ++attempt) { // the first must not make a new catalog
            const auto refused = d.tryOpen(d.fs);
            QVERIFY(!refused.has_value());
            QCOMPARE(refused.error().code(), Code::CatalogLost);
            QCOMPARE(refused.error().place(), d.options.dataDirectory);
            QCOMPARE(refused.error().argument("streams"), std::string_view("1"));
            QCOMPARE(refused.error().argument("catalog"), std::string_view(d.catalogPath()));
        }
        QFile::remove(catalog);
        QVERIFY(QFile::rename(catalog + ".copy", catalog));
        QCOMPARE(recordsOf(*d.open().find("clicks")), std::uint64_t(1));
    }

    void aLogWithoutARowIsReportedAndLeftAlone()
    {
        Directory d;
        d.open();
        const QString catalog = QString::fromStdString(d.catalogPath());
        d.make("before");
        d.close();
        QVERIFY(QFile::copy(catalog, catalog + ".older"));
        d.open();
        const auto clicks = d.make("clicks");
        QVERIFY(d.put(*clicks, "kept"));
        const Path folder = d.folderOf(*clicks);
        d.close();
        QFile::remove(catalog);
        QVERIFY(QFile::rename(catalog + ".older", catalog));
        QVERIFY(!d.open().find("clicks"));
        const auto orphans = d.loggedWith(Code::OrphanStream);
        QCOMPARE(orphans.size(), std::size_t(1));
        QCOMPARE(orphans.front().place(), folder);
        QVERIFY(orphans.front().argument("bytes") != "0");
        QCOMPARE(d.fs.list(folder)->size(), std::size_t(2)); // its segment, and where it ended
    }

    /// It was there again, empty, and nobody was told.
    void aStreamWhoseFolderWasRemovedIsSaidAndBeginsAnew()
    {
        Directory d;
        d.open();
        const Path folder = d.folderOf(*d.make("clicks"));
        d.open();
        QVERIFY(d.loggedWith(Code::StreamFolderMissing).empty());
        d.close();
        d.remove(folder);
        QVERIFY(d.open().find("clicks"));
        const auto missing = d.loggedWith(Code::StreamFolderMissing);
        QCOMPARE(missing.size(), std::size_t(1));
        QCOMPARE(missing.front().place(), std::string("clicks"));
        QCOMPARE(missing.front().argument("folder"), std::string_view(folder));
    }

    void aSecondOneOnTheDirectoryIsRefused()
    {
        Directory d;
        d.open();
        const auto refused = d.tryOpen(d.fs);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code(), Code::DirectoryBusy);
        QCOMPARE(refused.error().place(), d.options.dataDirectory);
        d.close();
        QVERIFY(d.tryOpen(d.fs).has_value());
    }

    /// Whoever clears a directory up by hand does not let a second one write into the same logs.
    void aSecondOneIsRefusedWhateverFileIsRemoved()
    {
        QTemporaryDir folder;
        const auto open = [&] {
            StreamStoreOptions options;
            options.dataDirectory = folder.filePath("data").toStdString();
            options.threads = false;
            static ManualClock clock;
            static SeededRandom random(1);
            return StreamStore::open(options, posixFileSystem(), clock, random,
                                     [](const Problem &) {});
        };
        const auto first = open();
        QVERIFY(first.has_value());
        for (const QString &name : QDir(folder.filePath("data")).entryList(QDir::Files)) {
            if (!name.startsWith("catalog"))
                QVERIFY(QFile::remove(folder.filePath("data/" + name)));
        }
        const auto second = open();
        QVERIFY(!second.has_value());
        QCOMPARE(second.error().code(), Code::DirectoryBusy);
    }

    void nothingIsMadeInAFolderOfSomethingElse_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::newRow("a file") << QByteArray("notes.txt");
        QTest::newRow("a folder of that name with other things") << QByteArray("streams/notes.txt");
    }

    void nothingIsMadeInAFolderOfSomethingElse()
    {
        QFETCH(QByteArray, file);
        Directory d;
        const Path path = joinPath(d.options.dataDirectory, file.toStdString());
        QVERIFY(d.fs.makeFolders(parentPath(path)).has_value());
        d.fs.setContent(path, Bytes(1));
        const auto before = d.fs.list(d.options.dataDirectory);
        const auto refused = d.tryOpen(d.fs);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code(), Code::NotDataDirectory);
        QVERIFY(!QFile::exists(QString::fromStdString(d.catalogPath())));
        QCOMPARE(*d.fs.list(d.options.dataDirectory), *before);
        QVERIFY(d.fs.remove(path).has_value());
        QVERIFY(d.tryOpen(d.fs).has_value());
    }

    void whoMakesNoneFindsOneOnly()
    {
        Directory d;
        d.options.create = false;
        const auto refused = d.tryOpen(d.fs);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code(), Code::NotFound);
        QVERIFY(!QFile::exists(QString::fromStdString(d.catalogPath())));
        d.options.create = true;
        d.open();
        d.close();
        d.options.create = false;
        QVERIFY(d.tryOpen(d.fs).has_value());
    }

    void aNetworkFileSystemIsRefused()
    {
        Directory d;
        NetworkFiles network(d.fs);
        const auto refused = d.tryOpen(network);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code(), Code::NetworkFileSystem);
        QCOMPARE(refused.error().argument("type"), std::string_view("nfs"));
        QVERIFY(!QFile::exists(QString::fromStdString(d.catalogPath())));
    }

    void aBusyCommitterLeavesTheOtherStreamsToTheSecond()
    {
        Directory d;
        d.options.threads = true;
        d.open();
        const auto slow = d.make("slow");
        const auto other = d.make("other");
        const auto send = [](DataStream &stream, std::function<void()> stored) {
            record::RecordBatchBuilder builder;
            builder.append({"x", "key", {}, {}, nullptr});
            Put put;
            put.batch = builder.finish();
            stream.put(std::move(put), [stored = std::move(stored)](const auto &outcome) {
                QVERIFY(outcome.has_value());
                stored();
            });
        };
        std::promise<void> release;
        std::promise<void> slowStored;
        std::promise<void> otherStored;
        send(*slow, [&, released = release.get_future().share()] {
            released.wait();
            slowStored.set_value();
        });
        send(*other, [&] { otherStored.set_value(); });
        const auto first = otherStored.get_future().wait_for(60s);
        release.set_value();
        slowStored.get_future().wait();
        d.close(); // the threads end before what they use
        QVERIFY(first == std::future_status::ready);
    }

    void aRemovedFolderIsSaidAndNothingIsAcknowledgedIntoIt_data()
    {
        QTest::addColumn<QString>(
            "removed"); // below the data directory; ID stands for the stream's
        QTest::newRow("of the stream") << "streams/ID";
        QTest::newRow("of all streams") << "streams";
    }
    void aRemovedFolderIsSaidAndNothingIsAcknowledgedIntoIt()
    {
        QFETCH(QString, removed);
        Directory d;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        const auto other = d.make("other");
        QVERIFY(d.put(*stream, "1"));
        QVERIFY(d.put(*other, "1"));
        const Path folder = joinPath(
            d.options.dataDirectory,
            removed.replace("ID", QString::fromStdString(stream->id().toString())).toStdString());
        d.remove(folder);
        QVERIFY(!d.put(*stream, "2")); // before anybody had a look
        opened.maintain();
        opened.maintain();
        const auto said = d.loggedWith(Code::StreamFolderGone);
        QCOMPARE(said.size(), std::size_t(1));
        QCOMPARE(said.front().argument("folder"), std::string_view(folder));
        QVERIFY(!d.put(*stream, "3"));
        QCOMPARE(stream->read(ShardIndex(0), Ordinal(0)).error().code(), Code::StreamFolderGone);
        QCOMPARE(d.put(*other, "2"), removed != "streams"); // the rest goes on
        QVERIFY(d.logged.size() == 1);
    }

    void anEmptiedFolderIsSaidToo()
    {
        Directory d;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        opened.maintain();
        opened.maintain(); // empty because nothing was put: all is well
        QVERIFY(d.put(*stream, "1"));
        const auto names = d.fs.list(d.folderOf(*stream)).value();
        for (const std::string &name : names)
            QVERIFY(d.fs.remove(joinPath(d.folderOf(*stream), name)).has_value());
        opened.maintain();
        opened.maintain();
        QCOMPARE(d.loggedWith(Code::StreamFolderGone).size(), std::size_t(1));
        QVERIFY(!d.put(*stream, "2"));
    }

    void settingsAndBudgetAreThereAgain()
    {
        Directory d;
        d.options.budgetBytes = 123'456'789;
        d.open();
        const auto made = d.make("clicks", [](store::StreamEntry &entry) {
            entry.shards = 3;
            entry.durability = store::Durability::Memory;
        });
        const auto entry = made->entry();
        QCOMPARE(entry.created, d.clock.wall());
        d.close();
        d.options.budgetBytes = 0;
        auto &opened = d.open();
        QVERIFY(opened.find("clicks")->entry() == entry);
        QVERIFY(opened.find(entry.id) == opened.find("clicks"));
        QCOMPARE(opened.budgetBytes(), std::uint64_t(123'456'789));
        store::StreamEntry other;
        other.name = "clicks";
        other.shards = 9;
        QCOMPARE((*opened.ensure(other))->shardCount(), 3U); // what is there is left alone
    }

    /// Its last bytes are for commits, and not for second copies of what stands already.
    void nothingIsRewrittenOnADiskThatIsNearlyFull()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        QVERIFY(d.put(*stream, std::string(100'000, 'x')));
        QVERIFY(stream->log().seal().has_value());
        const std::uint64_t before = opened.diskBytes();
        const auto free = [&] { return d.fs.volume("/")->freeBytes; };
        d.fs.setCapacity(1'000'000 + d.fs.volume("/")->totalBytes - free());
        opened.maintain();
        QCOMPARE(opened.diskBytes(), before);
        d.fs.setCapacity(~0ULL);
        opened.maintain();
        QVERIFY(opened.diskBytes() != before); // it has its index now
    }

    /// Where it was full all the same, a quota's for instance, it is not tried again and again.
    void afterAFullDiskNothingIsRewrittenUntilSomethingWasFreed()
    {
        static const Problem kFull(Code::DiskFull, {{"operation", "write"}});
        Directory d;
        d.options.budgetBytes = 50'000'000;
        d.fs.setCapacity(100'000'000);
        auto &opened = d.open();
        const auto sealed = [&](const StreamPtr &stream) {
            QVERIFY(d.put(*stream, std::string(100'000, 'x')));
            QVERIFY(stream->log().seal().has_value());
        };
        sealed(d.make("clicks"));
        const auto passing = d.make("passing", [](auto &entry) { entry.retention = 1h; });
        d.fs.failSteps([](const auto &step) {
            return step.call == "write" && step.path.ends_with(".rewrite") ? &kFull : nullptr;
        });
        const auto tried = [&] {
            opened.maintain();
            return d.loggedWith(Code::DiskFull).size();
        };
        QCOMPARE(tried(), std::size_t{1});
        QCOMPARE(tried(), std::size_t{1});
        d.fs.setCapacity(110'000'000); // somebody made room
        QCOMPARE(tried(), std::size_t{2});
        QCOMPARE(tried(), std::size_t{2});
        sealed(passing); // takes room
        QCOMPARE(tried(), std::size_t{2});
        d.clock.advance(2h); // and expires
        QCOMPARE(tried(), std::size_t{3});
        d.fs.failSteps({});
        const std::uint64_t before = opened.diskBytes();
        QCOMPARE(tried(), std::size_t{3});
        QCOMPARE(opened.diskBytes(), before);
        d.fs.setCapacity(~0ULL);
        opened.maintain();
        QVERIFY(opened.diskBytes() != before); // it has its index now
    }

    /// A directory over its budget grew on for as long as every stream was rewritten.
    void theBudgetComesBeforeRewriting()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        for (int i = 0; i < 3; ++i) {
            QVERIFY(d.put(*stream, std::string(100'000, 'x')));
            QVERIFY(stream->log().seal().has_value());
        }
        const Path folder = joinPath(d.options.dataDirectory, "output");
        QVERIFY(d.fs.makeFolders(folder).has_value());
        d.fs.setContent(joinPath(folder, "table.db"), Bytes(50'000'100 - opened.diskBytes()));
        d.clock.advance(11s);
        const auto begun = static_cast<std::ptrdiff_t>(d.fs.history().size());
        opened.maintain();
        const auto steps = d.fs.history();
        const auto first = [&](const char *call, std::string_view ending) {
            return std::find_if(steps.begin() + begun, steps.end(), [&](const auto &step) {
                return step.call == call && step.path.ends_with(ending);
            });
        };
        QVERIFY(first("create", ".rewrite") != steps.end());
        QVERIFY(first("remove", ".log") < first("create", ".rewrite"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(2));
    }

    /// The budget is the directory's: what pipelines write beside the logs counts as well.
    void filesBesideTheLogsCountAndTheirGoingMakesRoom()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        QVERIFY(d.put(*stream, "1"));
        const Path folder = joinPath(d.options.dataDirectory, "output/deep");
        QVERIFY(d.fs.makeFolders(folder).has_value());
        d.fs.setContent(joinPath(folder, "a.db"), Bytes(60'000'000));
        opened.maintain();
        QVERIFY(opened.diskBytes() > 60'000'000);
        QVERIFY(!d.put(*stream, "2"));
        QVERIFY(d.fs.remove(joinPath(folder, "a.db")).has_value());
        d.clock.advance(11s);
        opened.maintain();
        QVERIFY(d.put(*stream, "3"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(2));
    }

    /// A table that a pipeline fills grows past the budget. The streams could give all they have
    /// and there would be no room.
    void filesBesideTheLogsCostNoRecords()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        for (int i = 0; i < 3; ++i) {
            QVERIFY(d.put(*stream, "unread"));
            QVERIFY(stream->log().seal().has_value());
        }
        const Path folder = joinPath(d.options.dataDirectory, "output");
        QVERIFY(d.fs.makeFolders(folder).has_value());
        d.fs.setContent(joinPath(folder, "small.db"), Bytes(1000));
        d.fs.setContent(joinPath(folder, "table.db"), Bytes(60'000'000));
        opened.maintain();
        QCOMPARE(recordsOf(*stream), std::uint64_t(3));
        std::optional<Problem> refusal;
        record::RecordBatchBuilder builder;
        builder.append({"more", "key", {}, {}, nullptr});
        Put put;
        put.batch = builder.finish();
        stream->put(std::move(put), [&](const auto &outcome) {
            if (!outcome)
                refusal = outcome.error();
        });
        QVERIFY(refusal.has_value());
        QCOMPARE(refusal->code(), Code::BudgetTaken);
        QCOMPARE(refusal->argument("file"), std::string_view(joinPath(folder, "table.db")));
        QCOMPARE(refusal->argument("bytes"), std::string_view("60.0 MB"));
        QVERIFY(d.fs.remove(joinPath(folder, "table.db")).has_value());
        d.clock.advance(11s);
        opened.maintain();
        QVERIFY(d.put(*stream, "more"));
        QCOMPARE(recordsOf(*stream), std::uint64_t(4));
    }

    /// Nobody is told to remove the catalog, nor what SQLite keeps beside a table's file.
    void whatTakesTheBudgetIsNamedAsOneMayRemoveIt()
    {
        Directory d;
        d.options.budgetBytes = 50'000'000;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        const auto refusal = [&] {
            d.clock.advance(11s);
            opened.maintain();
            std::optional<Problem> out;
            record::RecordBatchBuilder builder;
            builder.append({"more", "key", {}, {}, nullptr});
            Put put;
            put.batch = builder.finish();
            stream->put(std::move(put), [&](const auto &outcome) {
                if (!outcome)
                    out = outcome.error();
            });
            return out.value_or(Problem(Code::Cancelled));
        };
        const auto content = [&](const char *name, std::size_t bytes) {
            d.fs.setContent(joinPath(d.options.dataDirectory, name), Bytes(bytes));
        };
        const Path table = joinPath(d.options.dataDirectory, "output/table.db");
        QVERIFY(d.fs.makeFolders(parentPath(table)).has_value());
        content("catalog.db-wal", 40'000'000);
        content("output/other.db", 7'000'000);
        content("output/table.db", 3'000'000);
        content("output/table.db-wal", 5'000'000);
        const Problem taken = refusal();
        QCOMPARE(taken.code(), Code::BudgetTaken);
        QCOMPARE(taken.argument("file"), std::string_view(table));
        QCOMPARE(taken.argument("bytes"), std::string_view("8.0 MB"));
        content("catalog.db-wal", 60'000'000);
        const Problem own = refusal();
        QCOMPARE(own.code(), Code::BudgetExhausted);
        QVERIFY(own.message().find("catalog") == std::string::npos);
    }

    /// A segment may not go before it is sealed, and it is sealed as the stream's limits say now.
    void changedLimitsReachTheOpenSegment()
    {
        Directory d;
        auto &opened = d.open();
        const auto sized = d.make("sized");
        const auto aged = d.make("aged");
        SeededRandom noise(1);
        std::string data(500'000, ' ');
        for (int i = 0; i < 6; ++i) {
            noise.fill(std::as_writable_bytes(std::span(data)));
            QVERIFY(d.put(*sized, data));
        }
        QVERIFY(d.put(*aged, "first"));
        opened.maintain();
        QCOMPARE(recordsOf(*sized), std::uint64_t(6));
        const auto change = [&](const StreamPtr &stream, auto &&how) {
            QVERIFY(opened.update(stream->id(), how).has_value());
        };
        change(sized, [](store::StreamEntry &entry) { entry.maxBytes = 2'000'000; });
        change(aged, [](store::StreamEntry &entry) { entry.retention = 1h; });
        opened.maintain();
        QCOMPARE(recordsOf(*sized), std::uint64_t(0));
        QVERIFY(sized->log().diskBytes() <= 2'000'000);
        d.clock.advance(3min); // 1/24 of an hour is less
        QVERIFY(d.put(*aged, "second"));
        QCOMPARE(d.fs.list(d.folderOf(*aged))->size(), std::size_t(2));
    }

    void aFullDirectorySaysWhetherTheBudgetOrTheDiskIsTooSmall_data()
    {
        QTest::addColumn<quint64>("disk");
        QTest::addColumn<quint64>("budget");
        QTest::addColumn<quint64>("laterBudget");
        QTest::addColumn<QString>("said");
        QTest::newRow("small disk")
            << quint64(50'000'000) << quint64(0) << quint64(0)
            << "may take 5.0 MB, a tenth of .* free on it .*; 4\\d\\.\\d MB are free now.*--budget";
        QTest::newRow("budget")
            << quint64(50'000'000) << quint64(4'000'000) << quint64(0)
            << "budget of 4.0 MB is used up.*4\\d\\.\\d MB are free on the disk";
        QTest::newRow("budget said later") << quint64(50'000'000) << quint64(0)
                                           << quint64(4'000'000) << "budget of 4.0 MB is used up";
    }

    /// A wire is filled: nothing of it may be removed.
    void aFullDirectorySaysWhetherTheBudgetOrTheDiskIsTooSmall()
    {
        QFETCH(quint64, disk);
        QFETCH(quint64, budget);
        QFETCH(quint64, laterBudget);
        QFETCH(QString, said);
        Directory d;
        d.fs.setCapacity(disk);
        d.options.budgetBytes = budget;
        d.open();
        d.options.budgetBytes = laterBudget;
        auto &opened = d.open(); // as it was made, or as somebody says now
        const auto wire =
            d.make("wire", [](store::StreamEntry &entry) { entry.role = store::StreamRole::Wire; });
        SeededRandom noise(1);
        std::string data(500'000, ' ');
        std::optional<Problem> refusal;
        for (int i = 0; i < 40 && !refusal; ++i) {
            noise.fill(std::as_writable_bytes(std::span(data)));
            record::RecordBatchBuilder builder;
            builder.append({data, "key", {}, {}, nullptr});
            Put put;
            put.batch = builder.finish();
            wire->put(std::move(put), [&](const auto &outcome) {
                if (!outcome)
                    refusal = outcome.error();
            });
            opened.commitAll();
            opened.maintain();
        }
        QVERIFY(refusal.has_value());
        QVERIFY2(QRegularExpression(said).match(QString::fromStdString(refusal->text())).hasMatch(),
                 refusal->message().c_str());
        QCOMPARE(refusal->place(), std::string("wire"));
    }

    void whetherRecordsExpireStandsInTheCatalog()
    {
        Directory d;
        d.options.expire = false;
        QCOMPARE(**d.open().catalog().setting("expiry"), std::string("off"));
        d.options.expire = true;
        QCOMPARE(**d.open().catalog().setting("expiry"), std::string("on"));
    }

    void aWireLosesNothingByAge()
    {
        Directory d;
        d.open();
        const auto add = [&](const char *name, store::StreamRole role) {
            const auto stream = d.make(name, [&](store::StreamEntry &entry) { entry.role = role; });
            QVERIFY(d.put(*stream, "old"));
        };
        add("wire", store::StreamRole::Wire);
        add("data", store::StreamRole::Data);
        d.close();
        for (int day = 0; day < 3; ++day) {
            auto &opened = d.open();
            d.clock.advance(24h + 1s);
            opened.maintain();
            const auto wire = opened.find("wire");
            QCOMPARE(recordsOf(*wire), std::uint64_t(1));
            QCOMPARE(recordsOf(*opened.find("data")), std::uint64_t(0));
            // A change of its settings gives it no age limit either.
            QVERIFY(opened
                        .update(wire->id(),
                                [&](store::StreamEntry &e) { e.maxBytes = std::uint64_t(day) + 1; })
                        .has_value());
            d.clock.advance(48h);
            opened.maintain();
            QCOMPARE(recordsOf(*wire), std::uint64_t(1));
        }
    }

    void changesOfAnEntryDoNotUndoEachOther()
    {
        Directory d;
        auto &opened = d.open();
        const auto stream = d.make("clicks");
        std::promise<void> inside;
        std::thread other;
        // While one changes the retention, another stores a schema.
        const auto ok = opened.update(stream->id(), [&](store::StreamEntry &entry) {
            other = std::thread([&] {
                inside.set_value();
                QVERIFY(opened
                            .update(stream->id(),
                                    [](store::StreamEntry &e) {
                                        e.schema = "a schema";
                                        e.schemaSource = store::SchemaSource::Inferred;
                                    })
                            .has_value());
            });
            inside.get_future().wait();
            entry.retention = 7h;
        });
        other.join();
        QVERIFY(ok.has_value());
        const auto entry = stream->entry();
        QCOMPARE(entry.retention, std::chrono::milliseconds(7h));
        QCOMPARE(entry.schema, std::string("a schema"));
        QVERIFY(opened.catalog().streams()->front() == entry);
        QCOMPARE(opened.update(Uuid{}, [](store::StreamEntry &) {}).error().code(), Code::NotFound);
    }

    /// Nobody reads the stream, so no reader would ever count them.
    void recordsThatGoForTheirSizeAreCountedAndTold()
    {
        Directory d;
        auto &opened = d.open();
        const auto small = d.make("small", [](store::StreamEntry &entry) { entry.maxBytes = 1; });
        for (const char *data : {"1", "2", "3"})
            QVERIFY(d.put(*small, data));
        QVERIFY(small->log().seal().has_value());
        opened.maintain();
        QVERIFY(d.put(*small, "4"));
        QVERIFY(small->log().seal().has_value());
        opened.maintain();
        const auto told = d.loggedWith(Code::RecordsRemoved);
        QCOMPARE(told.size(), std::size_t(2));
        QCOMPARE(told.front().argument("records"), std::string_view("3"));
        QCOMPARE(told.back().argument("records"), std::string_view("4"));
        QCOMPARE(told.back().place(), std::string("small"));
    }

    void aSegmentThatCannotBeRemovedIsReported()
    {
        Directory d;
        auto &opened = d.open();
        const auto small = d.make("small", [](store::StreamEntry &entry) { entry.maxBytes = 1; });
        QVERIFY(d.put(*small, "x"));
        QVERIFY(small->log().seal().has_value());
        static const Problem broken(Code::Io, {{"operation", "remove"}, {"reason", "the disk"}});
        d.fs.failSteps([](const MemoryFileSystem::Step &step) {
            return step.call == "remove" && step.path.ends_with(".log") ? &broken : nullptr;
        });
        opened.maintain();
        const auto refused = d.loggedWith(Code::Io);
        QCOMPARE(refused.size(), std::size_t(1));
        QVERIFY(QString::fromStdString(refused.front().place()).startsWith("small"));
    }

    void damageFoundAtOpeningIsReportedOnceWithTheStreamsName()
    {
        Directory d;
        d.open();
        const auto clicks = d.make("clicks");
        QVERIFY(d.put(*clicks, "whole"));
        const Path segment = joinPath(d.folderOf(*clicks), d.fs.list(d.folderOf(*clicks))->front());
        d.close();
        Bytes bytes = d.fs.content(segment);
        bytes[bytes.size() / 2] = std::byte{1}; // where room is kept: what a torn write leaves
        d.fs.setContent(segment, bytes);
        d.open();
        const auto torn = d.loggedWith(Code::TornTail);
        QCOMPARE(torn.size(), std::size_t(1));
        QVERIFY(QString::fromStdString(torn.front().place()).startsWith("clicks: "));
    }
};

MILLRACE_TEST(StreamStoreTest)
#include "stream_store_test.moc"
