// SPDX-License-Identifier: GPL-3.0-or-later
// What others do to the table and its file, and what the disk does.
#include "tests/core/nodes/table_world.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QDir>
#include <QFile>
#include <QtTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace millrace;
using namespace millrace::test;

namespace {

/// No file of this process grows beyond a size while this lives.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    FileSizeLimit(const FileSizeLimit &) = delete;
    FileSizeLimit &operator=(const FileSizeLimit &) = delete;

private:
    rlimit m_before{};
    void (*m_handler)(int) = nullptr;
};

} // namespace

class SqliteUpkeepTest : public QObject
{
    Q_OBJECT

private slots:
    void aRemovedFileIsFilledAgain()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        QVERIFY(QFile::remove(QString::fromStdString(world.path())));

        const auto lost = world.store(*sink, world.batch(3, 1), world.progress(4));
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::NodeDestinationReplaced);
        sink = world.table(); // as the fragment does it
        const auto opened = sink->open();
        QVERIFY(opened);
        QVERIFY(!opened->progress);
        QVERIFY(world.store(*sink, world.batch(0, 4), world.progress(4)));
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("4"));
    }

    void anOlderCopyGoesOnFromItsOwnCursors()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        QVERIFY(sink->close());
        const QString path = QString::fromStdString(world.path());
        QVERIFY(QFile::copy(path, path + ".copy"));
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(3, 3), world.progress(6)));
        QVERIFY(sink->close());
        QVERIFY(QFile::remove(path));
        QVERIFY(QFile::rename(path + ".copy", path));

        sink = world.table();
        const auto opened = sink->open();
        QVERIFY(opened->progress == world.progress(3));
        QVERIFY(world.store(*sink, world.batch(3, 3), world.progress(6)));
        QCOMPARE(world.query("SELECT count(*) || '/' || count(DISTINCT id) FROM records"),
                 std::string("6/6"));
    }

    void projectsNodesAndStreamsDoNotMix()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 2), world.progress(2)));

        TableWorld other;
        other.context.dataFolder = world.context.dataFolder;
        other.context.project = Uuid::random(world.random);
        auto second = other.table({{"table", std::string("second")}});
        QVERIFY(!second->open()->progress);
        QVERIFY(other.store(*second, other.batch(0, 9), other.progress(9, "other")));
        QVERIFY(world.table()->open()->progress == world.progress(2));

        // The stream was deleted and made anew under its old name: another UUID. Both cursors come
        // back, each under its own; the fragment takes those of the streams it reads.
        const runtime::FragmentProgress before = world.progress(2);
        world.stream = Uuid::random(world.random);
        QVERIFY(world.store(*sink, world.batch(0, 1), world.progress(1)));
        const auto progress = world.table()->open()->progress;
        QCOMPARE(progress->cursors.size(), std::size_t{2});
        QVERIFY(std::count(progress->cursors.begin(), progress->cursors.end(), before.cursors[0]) ==
                1);
        QVERIFY(std::count(progress->cursors.begin(), progress->cursors.end(),
                           world.progress(1).cursors[0]) == 1);
    }

    void anotherWriterIsWaitedForAndReported()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        auto other = world.open();
        store::Transaction held(other);
        QVERIFY(held.begin());
        const auto busy = world.store(*sink, world.batch(0, 2), world.progress(2));
        QVERIFY(!busy);
        QCOMPARE(busy.error().code(), Code::Busy);
        held.rollback();
        QVERIFY(world.store(*sink, world.batch(0, 2), world.progress(2)));
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("2"));
    }

    void aFailedWriteStoresNothingAndIsTriedAgain()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 2), world.progress(2)));
        {
            const FileSizeLimit limit(64 * 1024); // as a full disk: writes fail half way
            const auto failed = world.store(*sink, world.batch(2, 5000), world.progress(5002));
            QVERIFY(!failed);
            QVERIFY(failed.error().code() == Code::Io || failed.error().code() == Code::DiskFull);
        }
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("2"));
        QVERIFY(world.store(*sink, world.batch(2, 5000), world.progress(5002)));
        QCOMPARE(world.query("SELECT count(DISTINCT id) FROM records"), std::string("5002"));
        QVERIFY(world.table()->open()->progress == world.progress(5002));
    }

    void aPathThatCanNeverWorkIsSaid_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reason");
        QTest::newRow("a folder") << "folder"
                                  << "it is a folder";
        QTest::newRow("no database") << "text"
                                     << "it is no SQLite database";
        QTest::newRow("below a file") << "text/below.db"
                                      << "a part of the path is no folder";
        QTest::newRow("further below") << "text/far/below.db"
                                       << "a part of the path is no folder";
        QTest::newRow("too long") << QString(300, 'x') << "File name too long";
        QTest::newRow("too long a folder") << QString(300, 'x') + "/o.db"
                                           << "File name too long";
        QTest::newRow("a device") << "/dev/null"
                                  << "it is a device, a pipe or a socket";
        QTest::newRow("a pipe") << "pipe"
                                << "it is a device, a pipe or a socket";
        QTest::newRow("a link to itself") << "loop"
                                          << "Too many levels of symbolic links";
        QTest::newRow("a link to nowhere")
            << "dangling"
            << "it is a link to a file in a folder that does not exist";
        QTest::newRow("no folder can be made") << "/proc/none/o.db"
                                               << "its folder cannot be made";
    }
    void aPathThatCanNeverWorkIsSaid()
    {
        QFETCH(QString, file);
        QFETCH(QString, reason);
        TableWorld world;
        QVERIFY(QDir(world.folder.path()).mkdir("folder"));
        QFile text(world.folder.filePath("text"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(QByteArray(5000, 'x'));
        text.close();
        QCOMPARE(::mkfifo(qPrintable(world.folder.filePath("pipe")), 0600), 0);
        QVERIFY(QFile::link("loop", world.folder.filePath("loop")));
        QVERIFY(QFile::link("/nowhere/out.db", world.folder.filePath("dangling")));
        const auto opened = world.table({{"file", file.toStdString()}})->open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code(), Code::NodeDestinationUnusable);
        const QString path = QDir(world.folder.path()).absoluteFilePath(file);
        QCOMPARE(opened.error().place(), path.toStdString());
        QCOMPARE(opened.error().argument("path"), std::string_view(path.toStdString()));
        QVERIFY2(QString::fromStdString(opened.error().text()).contains(reason),
                 opened.error().text().c_str());
    }

    void aDamagedDatabaseIsUnusable()
    {
        TableWorld world;
        {
            auto sink = world.table();
            QVERIFY(sink->open());
            QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
            QVERIFY(sink->close());
        }
        constexpr int kPageBytes = 4096; // the first page tells what is on the others
        QFile file(QString::fromStdString(world.path()));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.size() > kPageBytes);
        QVERIFY(file.seek(kPageBytes));
        QVERIFY(file.write(QByteArray(static_cast<int>(file.size()) - kPageBytes, 'x')) > 0);
        file.close();
        const auto opened = world.table()->open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code(), Code::NodeDestinationUnusable);
        QVERIFY(opened.error().text().find("its pages do not fit together") != std::string::npos);
    }

    void aDroppedTableIsFilledAgain()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        world.execute("DROP TABLE records");
        const auto lost = world.store(*sink, world.batch(3, 1), world.progress(4));
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::NodeDestinationReplaced);
        QCOMPARE(lost.error().argument("path"),
                 std::string_view("Table records of " + world.path()));
        sink = world.table(); // as the fragment does it
        const auto opened = sink->open();
        QVERIFY(opened);
        QVERIFY(!opened->progress);
        QCOMPARE(opened->notices.size(), std::size_t{1});
        QCOMPARE(opened->notices[0].code(), Code::NodeDestinationReplaced);
        QVERIFY(world.store(*sink, world.batch(0, 4), world.progress(4)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("0,1,2,3"));
        QVERIFY(world.table()->open()->progress == world.progress(4));
    }

    /// Dropping it and making it again may fall between two commits.
    void aTableThatIsMadeAgainIsFilledAgain()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        world.execute("DROP TABLE records; CREATE TABLE records (id INTEGER, name TEXT)");
        const auto lost = world.store(*sink, world.batch(3, 1), world.progress(4));
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::NodeDestinationReplaced);
        QCOMPARE(lost.error().argument("path"),
                 std::string_view("Table records of " + world.path()));
        sink = world.table();
        const auto opened = sink->open();
        QVERIFY(opened && !opened->progress);
        QVERIFY(world.store(*sink, world.batch(0, 4), world.progress(4)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("0,1,2,3"));
    }

    /// Its owner takes rows out, and makes other tables.
    void aTableThatIsOnlyEmptiedIsGoneOnWith()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        world.execute("CREATE TABLE mine AS SELECT * FROM records; DELETE FROM records");
        QVERIFY(world.store(*sink, world.batch(3, 2), world.progress(5)));
        world.execute("CREATE TABLE two (n); CREATE TABLE three (n)");
        QVERIFY(world.store(*sink, world.batch(5, 1), world.progress(6)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("3,4,5"));
        world.execute("CREATE TABLE more AS SELECT * FROM records; DELETE FROM records; VACUUM");
        QVERIFY(world.store(*sink, world.batch(6, 1), world.progress(7)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("6"));
    }

    /// The bad row is not to be a dead letter before that is mended, nor to end the node.
    void whatOthersDidIsMendedBesideADeadRowToo_data()
    {
        QTest::addColumn<QString>("done");
        QTest::addColumn<int>("code");
        QTest::newRow("progress removed")
            << "DELETE FROM _millrace" << static_cast<int>(Code::NodeProgressRemoved);
        QTest::newRow("made again")
            << "DROP TABLE records; CREATE TABLE records (id INT, name TEXT)"
            << static_cast<int>(Code::NodeDestinationReplaced);
        QTest::newRow("emptied") << "DELETE FROM records; DELETE FROM _millrace"
                                 << static_cast<int>(Code::NodeTableEmptied);
    }
    void whatOthersDidIsMendedBesideADeadRowToo()
    {
        QFETCH(QString, done);
        QFETCH(int, code);
        TableWorld world;
        world.execute("CREATE TABLE records (id INT, name TEXT)");
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        world.execute(done.toStdString());
        const auto rows = world.batchOf({R"({"id":3})", R"({"id":"bad"})"});
        const auto refused = world.store(*sink, rows, world.progress(5));
        QVERIFY(!refused);
        QVERIFY2(refused.error().code() == static_cast<Code>(code),
                 refused.error().message().c_str());
        sink = world.table();
        QVERIFY(sink->open());
        QCOMPARE(world.store(*sink, rows, world.progress(5))->size(), std::size_t{1});
    }

    void aFileThatGoesWhileTheDatabaseIsLockedIsMissed()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        auto other = world.open();
        QVERIFY(other.execute("BEGIN IMMEDIATE"));
        QVERIFY(QFile::remove(QString::fromStdString(world.path())));
        const auto rows = world.batchOf({R"({"id":3})", R"({"id":"bad"})"});
        const auto refused = world.store(*sink, rows, world.progress(5));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code(), Code::NodeDestinationReplaced);
    }

    void removedProgressIsWrittenAgain_data()
    {
        QTest::addColumn<QString>("removal");
        for (const char *removal : {"DROP TABLE _millrace", "DELETE FROM _millrace",
                                    "DELETE FROM _millrace WHERE shard >= 0"})
            QTest::newRow(removal) << QString(removal);
    }
    void removedProgressIsWrittenAgain()
    {
        QFETCH(QString, removal);
        TableWorld world;
        world.context.source = world.stream;
        TableWorld other;
        other.context.dataFolder = world.context.dataFolder;
        other.context.project = world.context.project;
        other.stream = other.context.source = Uuid::random(world.random);
        auto first = world.table();
        auto second = other.table();
        QVERIFY(first->open());
        QVERIFY(second->open());
        QVERIFY(world.store(*first, world.batch(0, 3), world.progress(3)));
        QVERIFY(other.store(*second, other.batch(0, 2), other.progress(2)));
        world.execute(removal.toStdString());

        const auto goesOn = [](TableWorld &reader, std::unique_ptr<runtime::Sink> &sink,
                               std::uint64_t at) {
            const auto refused = reader.store(*sink, reader.batch(at, 1), reader.progress(at + 1));
            if (refused || refused.error().code() != Code::NodeProgressRemoved)
                return false;
            sink = reader.table(); // as the fragment does it
            const auto opened = sink->open();
            if (!opened || !opened->progress)
                return false;
            const auto &cursors = opened->progress->cursors;
            return std::count(cursors.begin(), cursors.end(), reader.progress(at).cursors[0]) ==
                       1 &&
                   opened->progress->details == reader.progress(at).details &&
                   reader.store(*sink, reader.batch(at, 1), reader.progress(at + 1)).has_value();
        };
        QVERIFY(goesOn(world, first, 3));
        QVERIFY(goesOn(other, second, 2));
        QCOMPARE(world.query("SELECT group_concat(id, ' ') FROM records"),
                 std::string("0 1 2 0 1 3 2"));
    }

    void aTableAndItsProgressThatAreEmptiedAreFilledAgain()
    {
        TableWorld world;
        world.context.source = world.stream;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        world.execute("DELETE FROM records; DELETE FROM _millrace");
        const auto lost = world.store(*sink, world.batch(3, 1), world.progress(4));
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::NodeTableEmptied);
        sink = world.table();
        const auto opened = sink->open();
        QVERIFY(opened && !opened->progress);
        QVERIFY(world.store(*sink, world.batch(0, 4), world.progress(4)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("0,1,2,3"));
    }

    /// Each wire into a node is a reader of its own, but they fill one table.
    void everyReaderOfADroppedTableBeginsAnew()
    {
        TableWorld world;
        world.context.source = world.stream;
        TableWorld other;
        other.context.dataFolder = world.context.dataFolder;
        other.context.project = world.context.project;
        other.stream = other.context.source = Uuid::random(world.random);
        auto first = world.table();
        auto second = other.table();
        QVERIFY(first->open());
        QVERIFY(second->open());
        QVERIFY(world.store(*first, world.batch(0, 2), world.progress(2)));
        QVERIFY(other.store(*second, other.batch(0, 2), other.progress(2)));
        world.execute("DROP TABLE records");
        QVERIFY(!world.store(*first, world.batch(2, 1), world.progress(3)));
        first = world.table();
        QVERIFY(first->open());
        QVERIFY(world.store(*first, world.batch(0, 3), world.progress(3)));

        // The table is there again, but not what this one had stored.
        const auto lost = other.store(*second, other.batch(2, 1), other.progress(3));
        QVERIFY(!lost);
        QCOMPARE(lost.error().code(), Code::NodeDestinationReplaced);
        second = other.table();
        const auto opened = second->open();
        QVERIFY(opened);
        for (const runtime::Cursor &cursor : opened->progress->cursors)
            QVERIFY(cursor.stream != other.stream);
        QVERIFY(other.store(*second, other.batch(0, 3), other.progress(3)));
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("6"));
    }

    void aTableThatIsChangedUnderTheSinkIsLookedAtAgain()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 2), world.progress(2)));
        world.execute("ALTER TABLE records RENAME COLUMN name TO title");
        const auto changed = world.store(*sink, world.batch(2, 1), world.progress(3));
        QVERIFY(!changed);
        QCOMPARE(changed.error().code(), Code::NodeTableChanged);
        sink = world.table();
        const auto opened = sink->open();
        QVERIFY(opened);
        QVERIFY(opened->progress == world.progress(2));
        QCOMPARE(opened->notices.size(), std::size_t{1});
        QCOMPARE(opened->notices[0].code(), Code::NodeTableGrew);
        QVERIFY(world.store(*sink, world.batch(2, 1), world.progress(3)));
        world.execute("DROP TABLE records; CREATE VIEW records AS SELECT 1 AS id, 'n' AS name");
        QVERIFY(!world.store(*sink, world.batch(3, 1), world.progress(4)));
        const auto view = world.table()->open();
        QVERIFY(!view);
        QCOMPARE(view.error().code(), Code::NodeTableMismatch);
        QCOMPARE(view.error().place(), world.path());
    }

    /// Without it no row can be stored, but that is not the rows' fault.
    void aDroppedIndexIsMadeAgain()
    {
        TableWorld world;
        const auto open = [&] { return world.table({{"mode", std::string("upsert")}}); };
        auto sink = open();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 2), world.progress(2)));
        world.execute("DROP INDEX millrace_records");
        const auto changed = world.store(*sink, world.batch(2, 1), world.progress(3));
        QVERIFY(!changed);
        QCOMPARE(changed.error().code(), Code::NodeTableChanged);
        sink = open();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(2, 1), world.progress(3)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("0,1,2"));
    }

    /// Such a row would be tried for ever, and hold up all behind it.
    void aCheckThatCannotBeComputedIsOfTheRow()
    {
        TableWorld world;
        world.execute("CREATE TABLE records (id INTEGER, name TEXT "
                      "CHECK (json_extract(name, '$') IS NOT NULL))");
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto rows =
            world.batchOf({"{\"id\":1,\"name\":\"{}\"}", "{\"id\":2,\"name\":\"{\"}"});
        const auto dead = world.store(*sink, rows, world.progress(2));
        QVERIFY2(dead, dead ? "" : dead.error().message().c_str());
        QCOMPARE(dead->size(), std::size_t{1});
        QCOMPARE((*dead)[0].row, 1U);
        QCOMPARE((*dead)[0].reason.code(), Code::NodeRowConstraint);
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("1"));
    }

    /// As with another file: nothing is lost, nothing stands twice.
    void aTableThatIsNewToTheNodeBeginsAndAFormerOneGoesOn()
    {
        TableWorld world;
        const auto open = [&](const char *table, std::unique_ptr<runtime::Sink> &sink) {
            sink = world.table({{"table", std::string(table)}});
            const auto opened = sink->open();
            return opened && opened->notices.empty() ? opened->progress
                                                     : runtime::FragmentProgress{};
        };
        const auto standing = [&](const char *table) {
            const auto node = TableWorld::node(
                "sqlite-table", {{"file", std::string("out.db")}, {"table", std::string(table)}});
            return nodes::findFactory("sqlite-table")->standing(node, world.context)->cursors;
        };
        std::unique_ptr<runtime::Sink> sink;
        QVERIFY(!open("first", sink));
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3, "first")));
        QVERIFY(standing("first") == world.progress(3).cursors);
        QVERIFY(standing("second").empty());

        QVERIFY(!open("second", sink));
        QVERIFY(world.store(*sink, world.batch(0, 5), world.progress(5, "second")));
        QVERIFY(standing("First") == world.progress(3).cursors); // SQLite knows no case
        QVERIFY(standing("second") == world.progress(5).cursors);

        QVERIFY(open("First", sink) == world.progress(3, "first"));
        QVERIFY(world.store(*sink, world.batch(3, 4), world.progress(7, "first")));
        QVERIFY(open("second", sink) == world.progress(5, "second"));
        QVERIFY(open("first", sink) == world.progress(7, "first"));
        QCOMPARE(world.query("SELECT group_concat(id) FROM first"), std::string("0,1,2,3,4,5,6"));

        // A table that somebody else made is new to the node, too.
        world.execute("CREATE TABLE third (id INTEGER, name TEXT)");
        QVERIFY(standing("third").empty());
        QVERIFY(!open("third", sink));
    }

    void progressWithoutTheNameOfATableIsOfTheOneThatIsSet()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        QVERIFY(sink->close());
        world.execute("DELETE FROM _millrace WHERE stream = ''"); // as it was written at first
        QVERIFY(world.table()->open()->progress == world.progress(3));
        QCOMPARE(world.query("SELECT details FROM _millrace WHERE stream = ''"),
                 std::string("records"));
    }
};

MILLRACE_TEST(SqliteUpkeepTest)
#include "sqlite_upkeep_test.moc"
