// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/store/database.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace millrace;
using namespace millrace::test;

namespace {

using Parameters = std::map<std::string, graph::ParameterValue>;

/// A folder on the disk (SQLite has its own file access), with a sink over it.
struct TableWorld : NodeWorld {
    QTemporaryDir folder;
    Uuid stream = Uuid::random(random);

    TableWorld()
    {
        context.fileSystem = &posixFileSystem();
        context.dataFolder = folder.path().toStdString();
        context.inputSchema = record::parseSchema("id BIGINT, name STRING").value();
    }

    std::string path() const { return context.dataFolder + "/out.db"; }

    std::unique_ptr<runtime::Sink> table(Parameters parameters = {}) const
    {
        parameters.try_emplace("file", std::string("out.db"));
        return sink("sqlite-table", std::move(parameters)).value();
    }

    /// Rows {"id": n, "name": "n"} of shard 0 from `first` on.
    record::BatchPtr batch(std::uint64_t first, std::uint64_t count) const
    {
        std::vector<std::string> payloads;
        for (std::uint64_t n = first; n < first + count; ++n)
            payloads.push_back("{\"id\":" + std::to_string(n) + ",\"name\":\"n" +
                               std::to_string(n) + "\"}");
        return batchOf(payloads, first);
    }
    record::BatchPtr batchOf(const std::vector<std::string> &payloads,
                             std::uint64_t first = 0) const
    {
        record::RecordBatchBuilder builder;
        for (const std::string &payload : payloads)
            builder.append({.data = payload, .key = "key"});
        return builder.finishPlaced(stream, ShardIndex(0), Ordinal(first),
                                    std::vector<std::int64_t>(payloads.size(), 5),
                                    std::vector<std::uint64_t>(payloads.size(), 1));
    }
    runtime::FragmentProgress progress(std::uint64_t next, const char *details = "d") const
    {
        const ByteView bytes = asBytes(details);
        return {{{stream, ShardIndex(0), Ordinal(next)}}, Bytes(bytes.begin(), bytes.end())};
    }
    /// check() and commit() as the fragment does it: without the dead rows. Gives the dead ones.
    Result<std::vector<runtime::DeadRow>> store(runtime::Sink &sink, const record::BatchPtr &batch,
                                                const runtime::FragmentProgress &progress) const
    {
        std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(batch)};
        runtime::SinkResult checked = sink.check(chunks);
        std::vector<runtime::DeadRow> dead = std::move(checked.dead.at(0));
        if (checked.failure && (!dead.empty() || checked.failure->code() != Code::Busy))
            return *std::move(checked.failure);
        for (const runtime::DeadRow &row : dead)
            std::erase(chunks[0].rows, row.row);
        if (auto done = sink.commit(chunks, progress); !done)
            return std::move(done).error();
        return dead;
    }

    store::Database open() const
    {
        return store::Database::open(path(), store::Database::Mode::ReadWrite).value();
    }
    /// The result of a query, columns separated by '|', rows by ' '.
    std::string query(const std::string &sql) const
    {
        auto database = open();
        auto statement = database.prepare(sql).value();
        std::string out;
        while (statement.step().value()) {
            if (!out.empty())
                out += ' ';
            for (int column = 0; column < columns; ++column) {
                if (column > 0)
                    out += '|';
                out += statement.isNull(column) ? "NULL" : std::string(statement.text(column));
            }
        }
        return out;
    }
    int columns = 1; ///< of query()
    void execute(const std::string &sql) const
    {
        const Status done = open().execute(sql);
        if (!done)
            qFatal("%s", done.error().message().c_str());
    }
};

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

class SqliteTableTest : public QObject
{
    Q_OBJECT

private slots:
    void storesRowsAndProgressTogether()
    {
        TableWorld world;
        {
            auto sink = world.table();
            const auto opened = sink->open();
            QVERIFY(opened);
            QVERIFY(!opened->progress);
            QVERIFY(opened->notices.empty());
            QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3, "first")));
            QVERIFY(world.store(*sink, world.batch(3, 2), world.progress(5, "second")));
            QVERIFY(sink->close());
        }
        world.columns = 2;
        QCOMPARE(world.query("SELECT id, name FROM records ORDER BY rowid"),
                 std::string("0|n0 1|n1 2|n2 3|n3 4|n4"));
        const auto opened = world.table()->open();
        QVERIFY(opened->progress == world.progress(5, "second"));
    }

    void progressWithoutRowsIsKept()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(sink->check({}).dead.empty());
        QVERIFY(sink->commit({}, world.progress(77)));
        QVERIFY(world.table()->open()->progress == world.progress(77));
    }

    void aCheckThatWasNotCommittedLeavesNothing()
    {
        TableWorld world;
        {
            auto sink = world.table();
            QVERIFY(sink->open());
            const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(world.batch(0, 3))};
            QVERIFY(sink->check(chunks).dead.at(0).empty());
        }
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("0"));
        QVERIFY(!world.table()->open()->progress);
    }

    /// The dead letters of the batch may be refused for long: others can write meanwhile.
    void aCheckThatIsGivenUpLocksNobodyOut()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        const std::vector<runtime::Chunk> chunks = {runtime::Chunk::all(world.batch(0, 2))};
        (void)sink->check(chunks);
        sink->giveUp();
        world.execute("CREATE TABLE other (n); INSERT INTO other VALUES (1)");
        QVERIFY(sink->commit(chunks, world.progress(2)));
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("2"));
    }

    void commitOfOtherRowsThanCheckedStoresThose()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        const std::vector<runtime::Chunk> checked = {runtime::Chunk::all(world.batch(0, 3))};
        (void)sink->check(checked);
        const std::vector<runtime::Chunk> other = {runtime::Chunk::all(world.batch(5, 2))};
        QVERIFY(sink->commit(other, world.progress(7)));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("5,6"));
    }

    void typesStandAsDocumented()
    {
        TableWorld world;
        world.context.inputSchema =
            record::parseSchema(
                "b BOOLEAN, i INT, d DOUBLE, m DECIMAL(10, 2), s STRING, "
                "y BYTES, t TIMESTAMP(3), l TIMESTAMP_LTZ(3), r ROW<x INT>, n STRING")
                .value();
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto batch = world.batchOf(
            {R"({"b":true,"i":7,"d":1.5,"m":12.50,"s":"é","y":"aGk=","t":"2026-01-31 08:05:00.123",)"
             R"("l":"2026-01-31T08:05:00.123Z","r":{"x":1},"n":null})"});
        const auto dead = world.store(*sink, batch, world.progress(1));
        QVERIFY(dead);
        for (const auto &row : *dead)
            QFAIL(row.reason.message().c_str());
        world.columns = 10;
        QCOMPARE(world.query("SELECT b, i, d, m, s, y, t, l, r, n FROM records"),
                 std::string("1|7|1.5|12.5|é|aGk=|2026-01-31 08:05:00.123|2026-01-31 08:05:00.123Z|"
                             "{\"x\":1}|NULL"));
        QCOMPARE(
            world.query("SELECT typeof(b), typeof(i), typeof(d), typeof(m), typeof(s), typeof(y), "
                        "typeof(t), typeof(l), typeof(r), typeof(n) FROM records"),
            std::string("integer|integer|real|real|text|text|text|text|text|null"));
    }

    void decimalsOfManyDigitsKeepThem()
    {
        TableWorld world;
        world.context.inputSchema =
            record::parseSchema("m DECIMAL(38, 0), f DECIMAL(15, 2), d DATE").value();
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink,
                            world.batchOf({R"({"m":12345678901234567890123,"f":1234567890123.25,)"
                                           R"("d":"2026-01-31"})"}),
                            world.progress(1)));
        world.columns = 3;
        QCOMPARE(world.query("SELECT m, f, d FROM records"),
                 std::string("12345678901234567890123|1234567890123.25|2026-01-31"));
        QVERIFY(sink->close());
        // A column in which SQLite would round them is none for them.
        world.execute("DROP TABLE records; CREATE TABLE records (m NUMERIC, f NUMERIC, d TEXT)");
        const auto refused = world.table()->open();
        QVERIFY(!refused);
        QVERIFY(refused.error().message().find("column m is NUMERIC") != std::string::npos);
    }

    void recordsWithoutASchemaStandAsTheyAre()
    {
        TableWorld world;
        world.context.inputSchema = {};
        auto sink = world.table();
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batchOf({"no json", ""}), world.progress(2)));
        world.columns = 2;
        QCOMPARE(world.query("SELECT partition_key, data FROM records"),
                 std::string("key|no json key|"));
    }

    void rowsThatDoNotFitAreDead()
    {
        TableWorld world;
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto dead = world.store(
            *sink, world.batchOf({R"({"id":1})", R"({"id":"x"})", "nonsense", R"({"id":2})"}),
            world.progress(4));
        QVERIFY(dead);
        QCOMPARE(dead->size(), std::size_t{2});
        QCOMPARE((*dead)[0].row, 1U);
        QCOMPARE((*dead)[1].row, 2U);
        QCOMPARE((*dead)[0].reason.code(), Code::NodeRowError);
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("1,2"));
    }

    void rowsThatBreakAConstraintAreDead()
    {
        TableWorld world;
        world.execute("CREATE TABLE records (id INTEGER UNIQUE CHECK (id < 100), name TEXT)");
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto dead = world.store(
            *sink, world.batchOf({R"({"id":1})", R"({"id":500})", R"({"id":1})", R"({"id":2})"}),
            world.progress(4));
        QVERIFY(dead);
        QCOMPARE(dead->size(), std::size_t{2});
        QCOMPARE((*dead)[0].row, 1U);
        QCOMPARE((*dead)[1].row, 2U);
        QCOMPARE((*dead)[0].reason.code(), Code::NodeRowConstraint);
        QVERIFY((*dead)[0].reason.text().find("CHECK") != std::string::npos);
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("1,2"));
    }

    /// Its batch would be tried again for ever, and hold up all behind it.
    void aRowWithoutTheParentOfADeferredKeyIsDead()
    {
        TableWorld world;
        world.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
        world.execute("INSERT INTO parents VALUES (1)");
        world.execute("CREATE TABLE records (id INTEGER REFERENCES parents (id) "
                      "DEFERRABLE INITIALLY DEFERRED, name TEXT)");
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto dead = world.store(*sink,
                                      world.batchOf({R"({"id":1,"name":"a"})", R"({"id":2})",
                                                     R"({"name":"b"})", R"({"id":1,"name":"c"})"}),
                                      world.progress(4));
        QVERIFY2(dead, dead ? "" : dead.error().message().c_str());
        QCOMPARE(dead->size(), std::size_t{1});
        QCOMPARE((*dead)[0].row, 1U);
        QCOMPARE((*dead)[0].reason.code(), Code::NodeRowConstraint);
        QCOMPARE(world.query("SELECT group_concat(name, '') FROM records"), std::string("abc"));
    }

    /// What the table says of its constraints would take rows along that were stored, or drop one
    /// that counts as stored.
    void conflictClausesOfTheTableDoNotReachOtherRows_data()
    {
        QTest::addColumn<QString>("clause");
        for (const char *clause : {"ROLLBACK", "FAIL", "IGNORE", "REPLACE"})
            QTest::newRow(clause) << QString(clause);
    }
    void conflictClausesOfTheTableDoNotReachOtherRows()
    {
        QFETCH(QString, clause);
        const std::string conflict = " ON CONFLICT " + clause.toStdString();
        TableWorld world;
        world.execute("CREATE TABLE records (id INTEGER UNIQUE" + conflict +
                      ", name TEXT NOT NULL" + conflict + ")");
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto dead =
            world.store(*sink,
                        world.batchOf({R"({"id":1,"name":"a"})", R"({"id":2})",
                                       R"({"id":1,"name":"b"})", R"({"id":3,"name":"c"})"}),
                        world.progress(4));
        QVERIFY2(dead, dead ? "" : dead.error().message().c_str());
        QCOMPARE(dead->size(), std::size_t{2});
        QCOMPARE((*dead)[0].row, 1U);
        QCOMPARE((*dead)[1].row, 2U);
        QCOMPARE(world.query("SELECT group_concat(id || name) FROM records"), std::string("1a,3c"));
    }

    void aTriggerThatUndoesMoreOrLessThanTheRowEndsTheNode_data()
    {
        QTest::addColumn<QString>("raise");
        for (const char *raise : {"ROLLBACK", "FAIL"})
            QTest::newRow(raise) << QString(raise);
    }
    void aTriggerThatUndoesMoreOrLessThanTheRowEndsTheNode()
    {
        QFETCH(QString, raise);
        TableWorld world;
        world.execute("CREATE TABLE records (id INTEGER, name TEXT);"
                      "CREATE TRIGGER guard AFTER INSERT ON records WHEN new.id = 2 "
                      "BEGIN SELECT RAISE(" +
                      raise.toStdString() + ", 'no twos'); END");
        auto sink = world.table();
        QVERIFY(sink->open());
        const auto stored = world.store(*sink, world.batch(0, 5), world.progress(5));
        QVERIFY(!stored);
        QCOMPARE(stored.error().code(), Code::NodeTriggerEndsAll);
        QCOMPARE(stored.error().argument("reason"), std::string_view("no twos"));
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("0"));
        QVERIFY(!world.table()->open()->progress);
    }

    void upsertByOriginReplacesOnReplay()
    {
        TableWorld world;
        auto sink = world.table({{"mode", std::string("upsert")}});
        QVERIFY(sink->open());
        QVERIFY(world.store(*sink, world.batch(0, 3), world.progress(3)));
        QVERIFY(world.store(*sink, world.batchOf({R"({"id":90,"name":"again"})"}, 1),
                            world.progress(3)));
        world.columns = 3;
        QCOMPARE(world.query("SELECT id, name, _origin = '" + world.stream.toString() +
                             "/0/' || (rowid - 1) FROM records ORDER BY rowid"),
                 std::string("0|n0|1 90|again|1 2|n2|1"));
    }

    void upsertByColumnsReplacesByKey()
    {
        TableWorld world;
        auto sink =
            world.table({{"mode", std::string("upsert")}, {"keyColumns", graph::TextList{"ID"}}});
        QVERIFY(sink->open());
        const auto dead =
            world.store(*sink,
                        world.batchOf({R"({"id":1,"name":"a"})", R"({"id":2,"name":"b"})",
                                       R"({"id":1,"name":"c"})", R"({"name":"nobody"})"}),
                        world.progress(4));
        QVERIFY(dead);
        QCOMPARE(dead->size(), std::size_t{1});
        QCOMPARE((*dead)[0].row, 3U);
        world.columns = 2;
        QCOMPARE(world.query("SELECT id, name FROM records ORDER BY id"), std::string("1|c 2|b"));
    }

    void upsertIntoRowsThatAreNotUniqueIsRefused()
    {
        TableWorld world;
        world.execute("CREATE TABLE records (id INTEGER, name TEXT);"
                      "INSERT INTO records VALUES (1, 'a'), (1, 'b')");
        const auto opened =
            world.table({{"mode", std::string("upsert")}, {"keyColumns", graph::TextList{"id"}}})
                ->open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code(), Code::NodeTableMismatch);
        QVERIFY(opened.error().text().find("not unique") != std::string::npos);
    }

    void aTableThatDoesNotFitIsRefused()
    {
        TableWorld world;
        world.execute("CREATE TABLE records (id TEXT, extra INTEGER NOT NULL, name BLOB)");
        const auto opened = world.table()->open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code(), Code::NodeTableMismatch);
        QVERIFY(opened.error().text().find("column id is TEXT, the field is BIGINT") !=
                std::string::npos);
        QVERIFY(opened.error().text().find("column extra is NOT NULL") != std::string::npos);
        QCOMPARE(world.query("SELECT count(*) FROM sqlite_schema WHERE name = '_millrace'"),
                 std::string("0")); // nothing half made
    }

    void aNewFieldBecomesANewColumn()
    {
        TableWorld world;
        {
            auto sink = world.table();
            QVERIFY(sink->open());
            QVERIFY(world.store(*sink, world.batch(0, 1), world.progress(1)));
        }
        world.context.inputSchema =
            record::parseSchema("id BIGINT, name STRING, ms DOUBLE").value();
        auto sink = world.table();
        const auto opened = sink->open();
        QVERIFY(opened);
        QCOMPARE(opened->notices.size(), std::size_t{1});
        QCOMPARE(opened->notices[0].code(), Code::NodeTableGrew);
        QVERIFY(world.store(*sink, world.batchOf({R"({"id":1,"ms":2.5})"}, 1), world.progress(2)));
        world.columns = 2;
        QCOMPARE(world.query("SELECT id, ms FROM records"), std::string("0|NULL 1|2.5"));
    }

    void badSettingsAreRefusedBeforeAnyFileIsMade()
    {
        TableWorld world;
        const auto refused = [&](Parameters parameters) {
            const auto sink = world.sink("sqlite-table", std::move(parameters));
            return !sink && sink.error().code() == Code::NodeTableMismatch &&
                   sink.error().place() == "node node0001";
        };
        QVERIFY(refused({{"table", std::string("_millrace")}}));
        QVERIFY(refused({{"table", std::string("sqlite_x")}}));
        QVERIFY(
            refused({{"mode", std::string("upsert")}, {"keyColumns", graph::TextList{"nobody"}}}));
        world.context.inputSchema = record::parseSchema("id INT, ID INT").value();
        QVERIFY(refused({}));
    }

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

    void storesFast()
    {
        TableWorld world;
        world.context.inputSchema =
            record::parseSchema(
                "id BIGINT, name STRING, page STRING, ms DOUBLE, at TIMESTAMP_LTZ(3)")
                .value();
        auto sink = world.table();
        QVERIFY(sink->open());
        std::vector<std::string> payloads;
        for (int i = 0; i < 10'000; ++i)
            payloads.push_back(
                R"({"id":)" + std::to_string(i) +
                R"(,"name":"somebody","page":"/cart","ms":17.5,"at":"2026-01-31T08:05:00.123Z"})");
        QElapsedTimer timer;
        timer.start();
        for (std::uint64_t round = 0; round < 20; ++round)
            QVERIFY(world.store(*sink, world.batchOf(payloads, round * 10'000),
                                world.progress((round + 1) * 10'000)));
        qInfo("%.0f rows/s of 5 columns",
              200'000.0 * 1e9 / static_cast<double>(timer.nsecsElapsed()));
        QCOMPARE(world.query("SELECT count(*) FROM records"), std::string("200000"));
    }
};

MILLRACE_TEST(SqliteTableTest)
#include "sqlite_table_test.moc"
