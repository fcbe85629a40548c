// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/table_world.h"
#include "tests/support/sqlite_syncs.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace millrace;
using namespace millrace::test;

class SqliteTableTest : public QObject
{
    Q_OBJECT

private slots:
    /// Streams are trimmed up to the cursor that stands in the table's file.
    void everyCommitIsSynced()
    {
        const SqliteSyncs syncs;
        TableWorld world;
        SystemClock clock; // in virtual time nothing is promised
        world.context.clock = &clock;
        const auto sink = world.table();
        QVERIFY(sink->open().has_value());
        std::uint64_t before = syncs.count();
        for (std::uint64_t n = 0; n < 3; ++n) {
            QVERIFY(world.store(*sink, world.batch(n, 1), world.progress(n + 1)).has_value());
            QVERIFY(syncs.count() > before);
            before = syncs.count();
        }
        QVERIFY(sink->close().has_value());
    }

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

    /// Nothing is said to be stored that is not there.
    void aRowThatATriggerLeavesOutIsDead_data()
    {
        QTest::addColumn<QString>("mode");
        for (const char *mode : {"append", "upsert"})
            QTest::newRow(mode) << QString(mode);
    }
    void aRowThatATriggerLeavesOutIsDead()
    {
        QFETCH(QString, mode);
        TableWorld world;
        world.execute("CREATE TABLE records (id INTEGER, name TEXT);"
                      "CREATE TABLE seen (id INTEGER);"
                      "CREATE TRIGGER guard BEFORE INSERT ON records WHEN new.id = 2 "
                      "BEGIN INSERT INTO seen VALUES (new.id); SELECT RAISE(IGNORE); END;"
                      "CREATE TRIGGER late AFTER INSERT ON records WHEN new.id = 3 "
                      "BEGIN SELECT RAISE(IGNORE); END");
        auto sink = world.table({{"mode", mode.toStdString()}});
        QVERIFY(sink->open());
        const auto dead = world.store(*sink, world.batch(0, 5), world.progress(5));
        QVERIFY2(dead, dead ? "" : dead.error().message().c_str());
        QCOMPARE(dead->size(), std::size_t{1});
        QCOMPARE((*dead)[0].row, 2U);
        QCOMPARE((*dead)[0].reason.code(), Code::NodeRowConstraint);
        QCOMPARE((*dead)[0].reason.argument("reason"),
                 std::string_view("one of its triggers leaves the row out, with RAISE(IGNORE)"));
        QCOMPARE(world.query("SELECT group_concat(id) FROM records"), std::string("0,1,3,4"));
        QCOMPARE(world.query("SELECT group_concat(id) FROM seen"), std::string("2"));
    }

    /// SQLite counts no changes there; the rows stand all the same.
    void whatIsThereAlreadyOrGoesThroughAViewIsStored()
    {
        TableWorld world;
        world.execute("CREATE TABLE kept (id INTEGER, name TEXT);"
                      "CREATE VIEW records AS SELECT * FROM kept;"
                      "CREATE TRIGGER through INSTEAD OF INSERT ON records "
                      "BEGIN INSERT INTO kept VALUES (new.id, new.name); END");
        auto view = world.table();
        QVERIFY(view->open());
        QCOMPARE(world.store(*view, world.batch(0, 3), world.progress(3))->size(), std::size_t{0});
        QCOMPARE(world.query("SELECT count(*) FROM kept"), std::string("3"));
        auto keys = world.table({{"table", std::string("keys")},
                                 {"mode", std::string("upsert")},
                                 {"keyColumns", graph::TextList{"id", "name"}}});
        QVERIFY(keys->open());
        for (int i = 0; i < 2; ++i)
            QCOMPARE(world.store(*keys, world.batch(0, 3), world.progress(3))->size(),
                     std::size_t{0});
        QCOMPARE(world.query("SELECT count(*) FROM keys"), std::string("3"));
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
