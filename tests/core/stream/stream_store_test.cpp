// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/stream/store_directory.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <future>
#include <thread>

using namespace millrace;
using namespace millrace::stream;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

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

} // namespace

class StreamStoreTest : public QObject
{
    Q_OBJECT

private slots:
    void aLostCatalogTakesNoLogWithIt_data()
    {
        QTest::addColumn<QByteArray>("inItsPlace");
        QTest::newRow("removed") << QByteArray();
        QTest::newRow("an empty file in its place") << QByteArray("");
        QTest::newRow("something else in its place") << QByteArray(4096, 'x');
    }
    void aLostCatalogTakesNoLogWithIt()
    {
        QFETCH(QByteArray, inItsPlace);
        Directory d;
        d.open();
        QVERIFY(d.put(*d.make("clicks"), "kept"));
        d.close();
        const QString catalog = QString::fromStdString(d.catalogPath());
        QVERIFY(QFile::rename(catalog, catalog + ".copy"));
        if (!inItsPlace.isNull()) {
            QFile file(catalog);
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(inItsPlace), inItsPlace.size());
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

    /// With its end note too: nothing is left that could be called damaged.
    void aStreamWhoseFilesWereAllRemovedIsSaidLikewise()
    {
        Directory d;
        d.open();
        const auto clicks = d.make("clicks");
        QVERIFY(d.put(*clicks, "lost"));
        const Path folder = d.folderOf(*clicks);
        d.close();
        const auto names = d.fs.list(folder);
        for (const std::string &name : *names)
            QVERIFY(d.fs.remove(joinPath(folder, name)));
        QVERIFY(d.open().find("clicks"));
        const auto missing = d.loggedWith(Code::StreamFolderMissing);
        QCOMPARE(missing.size(), std::size_t(1));
        QCOMPARE(missing.front().place(), std::string("clicks"));
        QCOMPARE(missing.front().argument("stream"), std::string_view("clicks"));
        d.open(); // it has begun anew by now
        QCOMPARE(d.loggedWith(Code::StreamFolderMissing).size(), std::size_t(1));
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
