// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/sqlite_syncs.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/store/catalog.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace millrace;
using namespace millrace::store;

class CatalogTest : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    int m_next = 0;

    Path newPath() { return m_dir.filePath(QString::number(++m_next) + ".db").toStdString(); }
    static std::unique_ptr<Catalog> open(const Path &path)
    {
        auto catalog = Catalog::open(path, Database::Mode::ReadWrite);
        if (!catalog)
            qFatal("%s", catalog.error().message().c_str());
        return *std::move(catalog);
    }
    static StreamEntry entry(std::uint64_t seed, const char *name)
    {
        SeededRandom random(seed);
        StreamEntry out;
        out.id = Uuid::random(random);
        out.name = name;
        out.shards = 3;
        out.created = WallTime(std::chrono::milliseconds(1'700'000'000'123));
        out.retention = std::chrono::hours(48);
        out.maxBytes = 123;
        out.durability = Durability::Memory;
        out.limits = LimitMode::Enforced;
        out.role = StreamRole::Wire;
        out.schemaSource = SchemaSource::Edited;
        out.schema = R"({"version":1})";
        return out;
    }

private slots:
    /// Wires are trimmed by what it says: no change of it may be lost.
    void everyChangeIsSynced()
    {
        const test::SqliteSyncs syncs;
        auto catalog = open(newPath());
        const std::uint64_t before = syncs.count();
        QVERIFY(catalog->putSetting("a", "1").has_value());
        const std::uint64_t first = syncs.count();
        QVERIFY(first > before);
        QVERIFY(catalog->putSetting("a", "2").has_value());
        QVERIFY(syncs.count() > first);
    }

    void streamsReadBackAfterReopening()
    {
        const Path path = newPath();
        const StreamEntry b = entry(1, "b");
        const StreamEntry a = entry(2, "a");
        {
            auto catalog = open(path);
            QVERIFY(catalog->putStream(b).has_value());
            QVERIFY(catalog->putStream(a).has_value());
        }
        auto catalog = open(path);
        const auto streams = *catalog->streams();
        QCOMPARE(streams.size(), std::size_t(2));
        QVERIFY(streams[0] == a && streams[1] == b);
        StreamEntry changed = a;
        changed.retention = std::chrono::hours(1);
        QVERIFY(catalog->putStream(changed).has_value());
        QVERIFY(*catalog->streams() == (std::vector<StreamEntry>{changed, b}));
    }

    void checkpointsAreReplaced()
    {
        auto catalog = open(newPath());
        QVERIFY(!catalog->checkpoint("f")->has_value());
        QVERIFY(catalog->putCheckpoint("f", asBytes("one")).has_value());
        QVERIFY(catalog->putCheckpoint("f", asBytes("two")).has_value());
        QCOMPARE(asText(**catalog->checkpoint("f")), std::string_view("two"));
        QVERIFY(!catalog->checkpoint("g")->has_value());
    }

    void settingsAreKept()
    {
        const Path path = newPath();
        QVERIFY(open(path)->putSetting("budget", "123").has_value());
        auto catalog = open(path);
        QCOMPARE(**catalog->setting("budget"), std::string("123"));
        QVERIFY(!catalog->setting("other")->has_value());
    }

    void metricsGoOldestFirstWhenTheyTakeTooMuch()
    {
        auto catalog = open(newPath());
        std::vector<MetricsRow> rows;
        for (std::int64_t minute = 0; minute < 50; ++minute)
            rows.push_back({"node/-/1", minute, Bytes(100, std::byte{1})});
        QVERIFY(catalog->putMetrics(rows).has_value());
        QCOMPARE(catalog->metrics("node/-/1", 10, 20)->size(), std::size_t(10));
        QVERIFY(catalog->trimMetrics(10 * (100 + 8 + 16)).has_value());
        const auto left = *catalog->metrics("node/-/1", 0, 50);
        QCOMPARE(left.size(), std::size_t(10));
        QCOMPARE(left.front().minute, std::int64_t(40));
        QVERIFY(catalog->trimMetrics(1U << 20U).has_value());
        QCOMPARE(catalog->metrics("node/-/1", 0, 50)->size(), std::size_t(10));
    }

    /// What is kept of the sizes in memory is what stands in the table.
    void metricsAreCountedOverReopeningAndReplacing()
    {
        constexpr std::uint64_t kRow = 100 + 8 + 16;
        const Path path = newPath();
        const char *const series[] = {"node/-/1", "node/-/2", "node/0/1"};
        {
            auto catalog = open(path);
            for (const char *name : series) {
                for (std::int64_t minute = 0; minute < 20; ++minute) {
                    for (const std::size_t bytes : {50U, 300U, 100U}) // the minute goes on
                        QVERIFY(catalog->putMetrics({{name, minute, Bytes(bytes)}}).has_value());
                }
            }
            QVERIFY(catalog->trimMetrics(3 * 20 * kRow).has_value());
            QCOMPARE(catalog->metrics(series[0], 0, 20)->size(), std::size_t(20));
        }
        auto catalog = open(path);
        QVERIFY(catalog->holdsMetrics(0) && catalog->holdsMetrics(19));
        QVERIFY(!catalog->holdsMetrics(20));
        QVERIFY(catalog->trimMetrics(3 * 5 * kRow).has_value());
        QVERIFY(!catalog->holdsMetrics(14) && catalog->holdsMetrics(15));
        for (const char *name : series) {
            const auto left = *catalog->metrics(name, 0, 20);
            QCOMPARE(left.size(), std::size_t(5));
            QCOMPARE(left.front().minute, std::int64_t(15));
        }
        QVERIFY(catalog->trimMetrics(3 * 5 * kRow).has_value());
        QCOMPARE(catalog->metrics(series[2], 0, 20)->size(), std::size_t(5));
    }

    void aNewerFormatIsRefusedAndLeftAlone()
    {
        const Path path = newPath();
        {
            auto catalog = open(path);
        }
        {
            auto db = *Database::open(path, Database::Mode::ReadWrite);
            QVERIFY(db.execute("PRAGMA user_version = 99").has_value());
        }
        for (const auto mode : {Database::Mode::ReadWrite, Database::Mode::ReadOnly}) {
            const auto refused = Catalog::open(path, mode);
            QVERIFY(!refused.has_value());
            QCOMPARE(refused.error().code(), Code::NewerFormat);
            QCOMPARE(refused.error().argument("found"), std::string_view("99"));
        }
    }

    void whatIsNoDatabaseIsSaidToBeDamaged()
    {
        const Path path = newPath();
        {
            auto file = *posixFileSystem().open(path, OpenMode::CreateNew);
            QVERIFY(file->writeAt(FilePos(0), Bytes(5000, std::byte{'x'})).has_value());
        }
        const auto refused = Catalog::open(path, Database::Mode::ReadWrite);
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code(), Code::Corrupt);
        QVERIFY(QString::fromStdString(refused.error().place()).endsWith(".db"));
    }

    void aReaderSeesAWritersCatalog()
    {
        const Path path = newPath();
        auto writer = open(path);
        QVERIFY(writer->putStream(entry(5, "live")).has_value());
        auto reader = Catalog::open(path, Database::Mode::ReadOnly);
        QVERIFY(reader.has_value());
        QCOMPARE((*reader)->streams()->front().name, std::string("live"));
        QVERIFY(!(*reader)->putStream(entry(6, "no")).has_value());
    }

    /// Somebody else's directory, or one on a volume that is mounted read-only.
    void aReaderNeedsNoPermissionToWrite()
    {
        QTemporaryDir dir;
        const std::string path = dir.filePath("a?b%c.db").toStdString();
        {
            const auto catalog = *Catalog::open(path, Database::Mode::ReadWrite);
            StreamEntry entry;
            entry.name = "clicks";
            QVERIFY(catalog->putStream(entry).has_value());
        }
        QCOMPARE(::chmod(dir.path().toStdString().c_str(), 0555), 0);
        const pid_t reader = ::fork();
        if (reader == 0) {
            constexpr uid_t kNobody = 65534;
            if (::geteuid() == 0 && ::setuid(kNobody) != 0)
                ::_exit(2);
            const auto catalog = Catalog::open(path, Database::Mode::ReadOnly);
            if (!catalog)
                ::_exit(3);
            const auto streams = (*catalog)->streams();
            ::_exit(streams && streams->size() == 1 ? 0 : 4);
        }
        int status = 0;
        QCOMPARE(::waitpid(reader, &status, 0), reader);
        QCOMPARE(::chmod(dir.path().toStdString().c_str(), 0755), 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
    }
};

MILLRACE_TEST(CatalogTest)
#include "catalog_test.moc"
