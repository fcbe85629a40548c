// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/store/database.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::store;

class DatabaseTest : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_dir;
    int m_next = 0;

    Path newPath() { return m_dir.filePath(QString::number(++m_next) + ".db").toStdString(); }
    static Database open(const Path &path, const DatabaseOptions &options = {})
    {
        return Database::open(path, Database::Mode::ReadWrite, options).value();
    }
    static std::int64_t number(Database &database, const char *sql)
    {
        auto query = database.prepare(sql).value();
        return query.step().value() ? query.integer(0) : -1;
    }
    /// What opening says, 0 when it goes.
    static int opening(const Path &path, Database::Mode mode = Database::Mode::ReadWrite)
    {
        const auto opened = Database::open(path, mode);
        if (opened)
            return 0;
        if (opened.error().place() != path)
            qFatal("place %s", opened.error().place().c_str());
        return static_cast<int>(opened.error().code());
    }

private slots:
    void whatIsBoundIsRead()
    {
        auto database = open(newPath());
        auto query = database.prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7").value();
        const std::string text("a\0b", 3);
        const Bytes blob = {std::byte{0}, std::byte{255}};
        query.bind(0, std::int64_t{-7})
            .bind(1, 2.5)
            .bind(2, text)
            .bind(3, ByteView(blob))
            .bind(4, std::string_view())
            .bind(5, ByteView())
            .bindNull(6);
        for (int round = 0; round < 2; ++round) { // what is bound stays bound
            QVERIFY(query.step().value());
            QCOMPARE(query.integer(0), std::int64_t(-7));
            QCOMPARE(query.real(1), 2.5);
            QCOMPARE(query.text(2), std::string_view(text));
            QVERIFY(std::ranges::equal(query.blob(3), blob));
            QVERIFY(!query.isNull(4) && query.text(4).empty());
            QVERIFY(!query.isNull(5) && query.blob(5).empty());
            QVERIFY(query.isNull(6));
            QVERIFY(!query.step().value());
        }
    }

    void aFileThatIsMovedOrReplacedIsNotAtItsPath()
    {
        const auto name = [](const Path &path) { return QString::fromStdString(path); };
        const Path path = newPath();
        auto database = open(path);
        QVERIFY(database.isAtPath());
        QVERIFY(QFile::rename(name(path), name(path + ".away")));
        QVERIFY(!database.isAtPath());
        auto another = open(path);
        QVERIFY(!database.isAtPath());
        QVERIFY(another.isAtPath());

        const Path link = newPath();
        QVERIFY(QFile::link(name(path), name(link)));
        auto linked = open(link);
        QVERIFY(linked.isAtPath());
        QVERIFY(QFile::remove(name(link)));
        QVERIFY(QFile::link(name(path + ".away"), name(link)));
        QVERIFY(!linked.isAtPath());
    }

    void aBrokenConstraintLeavesTheRestOfTheTransaction()
    {
        auto database = open(newPath());
        QVERIFY(database.execute("CREATE TABLE t (n INTEGER UNIQUE)"));
        Transaction transaction(database);
        QVERIFY(transaction.begin());
        auto insert = database.prepare("INSERT INTO t VALUES (?)").value();
        QVERIFY(insert.bind(0, std::int64_t{1}).run());
        const Status refused = insert.bind(0, std::int64_t{1}).run();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code(), Code::DatabaseConstraint);
        QCOMPARE(refused.error().argument("reason"),
                 std::string_view("UNIQUE constraint failed: t.n"));
        QVERIFY(insert.bind(0, std::int64_t{2}).run()); // usable again
        QVERIFY(transaction.commit());
        QCOMPARE(number(database, "SELECT count(*) FROM t"), std::int64_t(2));
    }

    void whatIsNotCommittedIsRolledBack()
    {
        auto database = open(newPath());
        {
            Transaction transaction(database);
            QVERIFY(transaction.begin());
            QVERIFY(transaction.isOpen());
            QVERIFY(database.execute("CREATE TABLE t (n)"));
        }
        QVERIFY(!database.inTransaction());
        const auto gone = database.prepare("SELECT n FROM t");
        QVERIFY(!gone);
        QCOMPARE(gone.error().code(), Code::DatabaseRefused);
        QCOMPARE(gone.error().place(), database.path());
    }

    void aTableThatGoesWhileAStatementLivesIsRefused()
    {
        const Path path = newPath();
        auto database = open(path);
        QVERIFY(database.execute("CREATE TABLE t (n)"));
        auto insert = database.prepare("INSERT INTO t VALUES (1)").value();
        QVERIFY(insert.run());
        QVERIFY(open(path).execute("DROP TABLE t"));
        const Status refused = insert.run();
        QVERIFY(!refused);
        QCOMPARE(refused.error().code(), Code::DatabaseRefused);
    }

    void anotherWriterIsWaitedForAsLongAsTheOptionsSay()
    {
        const Path path = newPath();
        auto holder = open(path);
        Transaction held(holder);
        QVERIFY(held.begin());
        auto database = open(path, {.busyWait = std::chrono::milliseconds(0)});
        Transaction transaction(database);
        QCOMPARE(number(database, "PRAGMA busy_timeout"), std::int64_t(0)); // in milliseconds
        QCOMPARE(number(holder, "PRAGMA busy_timeout"), std::int64_t(2000));
        const Status busy = transaction.begin();
        QVERIFY(!busy);
        QCOMPARE(busy.error().code(), Code::Busy);
        held.rollback();
        QVERIFY(transaction.begin());
    }

    void commitsAreSyncedUnlessTheOptionsSayOtherwise()
    {
        auto synced = open(newPath());
        auto fast = open(newPath(), {.synced = false});
        QCOMPARE(number(synced, "PRAGMA synchronous"), std::int64_t(2));
        QCOMPARE(number(fast, "PRAGMA synchronous"), std::int64_t(0));
        for (Database *database : {&synced, &fast}) {
            QCOMPARE(number(*database, "PRAGMA foreign_keys"), std::int64_t(1));
            auto mode = database->prepare("PRAGMA journal_mode").value();
            QVERIFY(mode.step().value());
            QCOMPARE(mode.text(0), std::string_view("wal"));
        }
    }

    void whatCannotBeOpenedIsToldApart()
    {
        const Path absent = newPath();
        QCOMPARE(opening(absent, Database::Mode::Existing), static_cast<int>(Code::NotFound));
        QCOMPARE(opening(absent, Database::Mode::ReadOnly), static_cast<int>(Code::NotFound));
        QVERIFY(!posixFileSystem().exists(absent));
        QCOMPARE(opening(m_dir.path().toStdString()), static_cast<int>(Code::InvalidArgument));
        QCOMPARE(opening(absent + "/below.db"), static_cast<int>(Code::NotFound));
        const Path text = newPath();
        {
            const auto file = posixFileSystem().open(text, OpenMode::CreateNew).value();
            QVERIFY(file->writeAt(FilePos(0), Bytes(5000, std::byte{'x'})));
        }
        QCOMPARE(opening(text), static_cast<int>(Code::Corrupt));
        QCOMPARE(opening(text + "/below.db"), static_cast<int>(Code::InvalidArgument));
    }

    void namesAreQuoted() { QCOMPARE(quotedName("a \"b\" c"), std::string("\"a \"\"b\"\" c\"")); }
};

MILLRACE_TEST(DatabaseTest)
#include "database_test.moc"
