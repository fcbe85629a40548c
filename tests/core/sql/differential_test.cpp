// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sql/sql_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/clock.h"

#include <QTest>

#include <cmath>
#include <memory>
#include <sqlite3.h>

using namespace millrace;
using namespace millrace::test;

namespace {

/// Writes random expressions in what Flink SQL and SQLite have in common: no division by what may
/// be zero (Flink fails, SQLite gives NULL), no mix of texts and numbers, no DECIMAL.
class Generator
{
public:
    explicit Generator(std::uint64_t seed)
        : m_state(seed)
    {}

    std::uint64_t below(std::uint64_t bound)
    {
        m_state = mix64(m_state);
        return m_state % bound;
    }

    std::string number(int depth)
    {
        if (depth <= 0 || below(4) == 0) {
            const std::string atoms[] = {"i", "j", "d", "3", "-7", "0", "25e-1", "NULL", "100"};
            return atoms[below(std::size(atoms) - (depth > 3 ? 2 : 0))];
        }
        switch (below(8)) {
        case 0:
            return two(number(depth - 1), " + ", number(depth - 1));
        case 1:
            return two(number(depth - 1), " - ", number(depth - 1));
        case 2:
            return two(number(depth - 1), " * ", number(0));
        case 3:
            return "(i / 3)";
        case 4:
            return "(j % 5)";
        case 5:
            return "COALESCE(" + number(depth - 1) + ", " + number(depth - 1) + ", 1)";
        case 6:
            return "CASE WHEN " + condition(depth - 1) + " THEN " + number(depth - 1) + " ELSE " +
                   number(depth - 1) + " END";
        default:
            return "CASE i WHEN 1 THEN " + number(depth - 1) + " WHEN j THEN 4 END";
        }
    }

    std::string text(int depth)
    {
        if (depth <= 0 || below(3) == 0) {
            const std::string atoms[] = {"s", "u", "'a'", "'abc'", "''", "'%'", "'B_'"};
            return atoms[below(std::size(atoms))];
        }
        switch (below(3)) {
        case 0:
            return two(text(depth - 1), " || ", text(depth - 1));
        case 1:
            return "COALESCE(" + text(depth - 1) + ", " + text(depth - 1) + ")";
        default:
            return "CASE WHEN " + condition(depth - 1) + " THEN " + text(depth - 1) +
                   " ELSE 'z' END";
        }
    }

    std::string condition(int depth)
    {
        if (depth <= 0)
            return two(number(0), comparison(), number(0));
        switch (below(13)) {
        case 0:
        case 1:
            return two(condition(depth - 1), " AND ", condition(depth - 1));
        case 2:
        case 3:
            return two(condition(depth - 1), " OR ", condition(depth - 1));
        case 4:
            return "(NOT " + condition(depth - 1) + ")";
        case 5:
            return two(number(depth - 1), comparison(), number(depth - 1));
        case 6:
            return two(text(depth - 1), comparison(), text(depth - 1));
        case 7:
            return "(" + number(depth - 1) + no() + "BETWEEN " + number(depth - 1) + " AND " +
                   number(depth - 1) + ")";
        case 8:
            return "(" + number(depth - 1) + no() + "IN (1, " + number(depth - 1) + ", -7, NULL))";
        case 9:
            return "(" + text(depth - 1) + no() + "IN ('a', " + text(0) + "))";
        case 10:
            return "(" + text(depth - 1) + no() + "LIKE " + pattern() + ")";
        case 11:
            return "(" + number(depth - 1) + (below(2) == 0 ? " IS NULL)" : " IS NOT NULL)");
        default:
            return "(" + condition(depth - 1) + (below(2) == 0 ? " IS TRUE)" : " IS NOT FALSE)");
        }
    }

private:
    static std::string two(std::string a, const std::string &op, const std::string &b)
    {
        return '(' + a + op + b + ')';
    }
    std::string no() { return below(2) == 0 ? " " : " NOT "; }
    std::string comparison()
    {
        const std::string all[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
        return all[below(std::size(all))];
    }
    std::string pattern()
    {
        const std::string all[] = {"'a%'",    "'%b%'", "'_b_'", "'%'", "''", "'a!%' ESCAPE '!'",
                                   "'%a_%c'", "s"};
        return all[below(std::size(all))];
    }

    std::uint64_t m_state;
};

struct Row {
    std::string json;
    std::string insert;
};

std::string orNull(Generator &random, std::string value)
{
    return random.below(5) == 0 ? "null" : std::move(value);
}

} // namespace

/// Random expressions mean the same here and in SQLite.
class DifferentialTest final : public QObject
{
    Q_OBJECT

    sqlite3 *m_db = nullptr;
    record::BatchPtr m_batch;

    static record::Schema schema()
    {
        return *record::parseSchema("i BIGINT, j BIGINT, d DOUBLE, s STRING, u STRING");
    }

    /// What SQLite makes of the expression for each row, as text; empty when it refuses it.
    std::vector<std::string> oracle(const std::string &expression)
    {
        sqlite3_stmt *statement = nullptr;
        const std::string sql = "SELECT " + expression + " FROM t ORDER BY rowid";
        std::vector<std::string> out;
        if (sqlite3_prepare_v2(m_db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            return out;
        while (sqlite3_step(statement) == SQLITE_ROW) {
            switch (sqlite3_column_type(statement, 0)) {
            case SQLITE_NULL:
                out.emplace_back("NULL");
                break;
            case SQLITE_TEXT:
                out.emplace_back("'" + std::string(reinterpret_cast<const char *>(
                                           sqlite3_column_text(statement, 0))));
                break;
            default:
                out.push_back(record::doubleText(sqlite3_column_double(statement, 0)));
            }
        }
        sqlite3_finalize(statement);
        return out;
    }

    std::vector<std::string> ours(const std::string &expression)
    {
        const auto bound = sql::bindExpression(expression, schema());
        if (!bound)
            return {messages(bound.problems)};
        sql::EvaluationScratch scratch;
        std::vector<sql::RowError> errors;
        const auto rows = allRows(*m_batch);
        const sql::ColumnVector &column = bound->evaluate(*m_batch, rows, scratch, errors).values;
        std::vector<std::string> out;
        for (const std::uint32_t row : rows) {
            if (column.isNull(row))
                out.emplace_back("NULL");
            else if (column.type().is(record::TypeKind::String))
                out.emplace_back("'" + std::string(column.asText(row)));
            else if (column.type().is(record::TypeKind::Double))
                out.push_back(record::doubleText(column.asDouble(row)));
            else
                out.push_back(record::doubleText(static_cast<double>(column.asInt64(row))));
        }
        for (const sql::RowError &error : errors)
            out[error.row] = "! " + error.reason;
        return out;
    }

    void compare(const std::string &expression, std::size_t &compared)
    {
        const auto wanted = oracle(expression);
        QVERIFY2(!wanted.empty(), expression.c_str());
        const auto found = ours(expression);
        QVERIFY2(found.size() == wanted.size(), (expression + ": " + found.front()).c_str());
        for (std::size_t row = 0; row < found.size(); ++row) {
            // INT may overflow here, where SQLite has 64 bits; nothing else may fail.
            if (found[row] == "! the result does not fit into INT")
                continue;
            QVERIFY2(found[row] == wanted[row], (expression + ", row " + std::to_string(row) +
                                                 ": " + found[row] + ", SQLite says " + wanted[row])
                                                    .c_str());
            ++compared;
        }
    }

private slots:
    void initTestCase()
    {
        QCOMPARE(sqlite3_open(":memory:", &m_db), SQLITE_OK);
        QCOMPARE(sqlite3_exec(m_db,
                              "PRAGMA case_sensitive_like = ON;"
                              "CREATE TABLE t(i INTEGER, j INTEGER, d REAL, s TEXT, u TEXT)",
                              nullptr, nullptr, nullptr),
                 SQLITE_OK);
        Generator random(4711);
        std::vector<std::string> payloads;
        const std::string texts[] = {"a", "abc", "", "aXc", "b", "B_", "äb", "zz%"};
        for (int row = 0; row < 40; ++row) {
            const std::string i = orNull(random, std::to_string(int(random.below(9)) - 3));
            const std::string j = orNull(random, std::to_string(random.below(40)));
            const std::string d =
                orNull(random, record::doubleText(double(random.below(100)) / 8 - 4));
            const std::string s = orNull(random, '"' + texts[random.below(std::size(texts))] + '"');
            const std::string u = orNull(random, '"' + texts[random.below(std::size(texts))] + '"');
            payloads.push_back("{\"u\":" + u + ",\"i\":" + i + ",\"j\":" + j + ",\"d\":" + d +
                               ",\"s\":" + s + "}");
            std::string values = i + ',' + j + ',' + d + ',' + s + ',' + u;
            for (char &c : values)
                c = c == '"' ? '\'' : c;
            QCOMPARE(sqlite3_exec(m_db, ("INSERT INTO t VALUES(" + values + ")").c_str(), nullptr,
                                  nullptr, nullptr),
                     SQLITE_OK);
        }
        m_batch = batchOf(payloads);
    }

    void cleanupTestCase() { sqlite3_close(m_db); }

    void randomExpressionsAgreeWithSqlite()
    {
        Generator random(20'260'101);
        std::size_t compared = 0;
        for (int round = 0; round < 3000; ++round) {
            const int depth = 1 + static_cast<int>(random.below(4));
            const std::uint64_t kind = random.below(4);
            const std::string expression = kind == 0   ? random.number(depth)
                                           : kind == 1 ? random.text(depth)
                                                       : random.condition(depth);
            compare(expression, compared);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY2(compared > 100'000, std::to_string(compared).c_str());
    }
};

MILLRACE_TEST(DifferentialTest)
#include "differential_test.moc"
