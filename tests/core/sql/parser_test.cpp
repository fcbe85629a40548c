// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sql/sql_fixture.h"
#include "tests/support/test_main.h"

#include "core/sql/parser.h"

#include <QTest>

using namespace millrace;
using namespace millrace::test;

/// What is wrong with a text, where, and what comes after it.
class ParserTest final : public QObject
{
    Q_OBJECT

    static record::Schema schema()
    {
        return *record::parseSchema(
            "status INT, page STRING, ms BIGINT, ok BOOLEAN, "
            "at TIMESTAMP(3), geo ROW<lat DOUBLE, lon DOUBLE>, `time` STRING");
    }

private slots:
    void problems_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("problems");
        const auto row = [](const char *text, const char *problems) {
            QTest::newRow(text) << QString(text) << QString(problems);
        };
        row("status >", "line 1, column 9: Expected an expression, found the end of the text");
        row("", "line 1, column 1: Expected an expression, found the end of the text");
        row("ok AND\n  status = = 5", "line 2, column 12: Expected an expression, found \"=\"");
        row("CAST(status AS TINYINT)",
            "line 1, column 16: Expected a type whose values are kept as they are: INT for TINYINT "
            "and SMALLINT, DOUBLE for FLOAT, STRING for CHAR(n) and VARCHAR(n), BYTES for "
            "BINARY(n), found \"TINYINT\"");
        const std::string precision =
            ": Expected 3, as times have milliseconds: TIMESTAMP(3), with "
            "FLOOR(… TO SECOND) for whole seconds, or STRING for more "
            "digits, found ";
        row("CAST(page AS TIMESTAMP(0)) = at", ("line 1, column 24" + precision + "\"0\"").c_str());
        row("TRY_CAST(page AS TIMESTAMP_LTZ(9)) = at",
            ("line 1, column 32" + precision + "\"9\"").c_str());
        row("CAST(page AS TIMESTAMP (6) WITH LOCAL TIME ZONE) = at",
            ("line 1, column 25" + precision + "\"6\"").c_str());
        row("CAST(page AS TIMESTAMP(3)) = at", "! row");
        row("CAST(page AS TIMESTAMP) = at", "! row");
        row("(status = 5", "line 1, column 12: Expected \")\", found the end of the text");
        row("page LIKE 'x", "line 1, column 11: Expected a closing ', found the end of the text");
        row("status = 5 page",
            "line 1, column 12: Expected an operator or the end of the expression, found \"page\"");
        row("page = \"x\"", "line 1, column 8: Expected a text in 'single quotes' or a name in "
                            "`backticks`, found \" | line 1, column 8: There is no column x; there "
                            "are status, page, ms, ok, at, geo, time");
        row("stats = 5", "line 1, column 1: There is no column stats; did you mean status?");
        row("geo.lot > 1", "line 1, column 5: There is no column lot in geo; did you mean lat?");
        row("page.x = 1", "line 1, column 6: page is STRING and has no fields; use JSON_VALUE");
        row("record.shart = 1",
            "line 1, column 8: There is no column shart; record has shard, partition_key, "
            "arrival_time, sequence_number, ordinal and data");
        row("UPER(page) = 'X'", "line 1, column 1: There is no function UPER; did you mean UPPER?");
        row("UPPER(status) = 'X'", "line 1, column 1: UPPER takes (STRING), not (INT)");
        row("status = 'x'",
            "line 1, column 8: \"=\" cannot take INT and STRING together; use CAST");
        row("page + 'x' = page",
            "line 1, column 6: \"+\" cannot take STRING and STRING; use || to join texts");
        row("status", "line 1, column 1: a filter needs a condition (BOOLEAN), this is INT");
        row("ok AND status", "line 1, column 8: AND needs a condition (BOOLEAN), this is INT");
        row("at > 'yesterday'", "! row");
        row("REGEXP(page, '(')", "line 1, column 1: REGEXP: pattern '(', character 2: missing "
                                 "closing parenthesis");
        row("REGEXP(page, 'ü(')", "line 1, column 1: REGEXP: pattern 'ü(', character 3: missing "
                                  "closing parenthesis");
        row("ms > 12größer", "line 1, column 6: Expected a number, or a name in `backticks`, found "
                             "\"12größer\"");
        row("CAST(geo AS INT) = 1", "line 1, column 1: ROW<lat DOUBLE, lon DOUBLE> cannot be CAST "
                                    "to INT");
        row("CAST(page AS INTT) = 1",
            "line 1, column 14: Expected a type such as BIGINT, DOUBLE, STRING or DECIMAL(10, 2), "
            "found \"INTT\"");
        row("at > TIMESTAMP '2026-13-01'", "line 1, column 16: '2026-13-01' is not a time such as "
                                           "'2026-01-31 08:05:00.123'");
        row("EXTRACT(FORTNIGHT FROM at) = 1",
            "line 1, column 1: EXTRACT: the unit must be YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, "
            "MINUTE or SECOND");
        row("ok = #", "line 1, column 6: Expected a name, a value or an operator, found \"#\"");
        // Several at once, each with its place, in their order.
        row("stats = 5 AND (ms > OR pge = 'x') AND UPER(page) = 'y'",
            "line 1, column 1: There is no column stats; did you mean status? | "
            "line 1, column 21: Expected an expression, found \"OR\" | "
            "line 1, column 24: There is no column pge; did you mean page? | "
            "line 1, column 39: There is no function UPER; did you mean UPPER?");
        row("CASE WHEN status THEN END",
            "line 1, column 11: WHEN needs a condition (BOOLEAN), this is INT | "
            "line 1, column 23: Expected an expression, found \"END\"");
        row("größe = 1\n-- a comment, ä\n  AND page = 1",
            "line 1, column 1: There is no column `größe`; there are status, page, ms, ok, at, "
            "geo, time | line 3, column 12: \"=\" cannot take STRING and INT together; use CAST");
    }
    void problems()
    {
        QFETCH(QString, text);
        QFETCH(QString, problems);
        const auto bound = sql::bindFilter(text.toStdString(), schema());
        if (problems == "! row") { // binds; the row fails when it gets there
            QVERIFY(bound);
            return;
        }
        QVERIFY(!bound);
        QCOMPARE(QString::fromStdString(messages(bound.problems)), problems);
    }

    void precedence_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("same");
        const auto row = [](const char *text, const char *same) {
            QTest::newRow(text) << QString(text) << QString(same);
        };
        row("TRUE OR TRUE AND FALSE", "TRUE OR (TRUE AND FALSE)");
        row("NOT FALSE AND FALSE", "(NOT FALSE) AND FALSE");
        row("NOT 1 = 2", "NOT (1 = 2)");
        row("2 + 3 * 4 - 1", "(2 + (3 * 4)) - 1");
        row("10 - 3 - 2", "(10 - 3) - 2");
        row("10-3-2", "(10 - 3) - 2");
        row("5 -1", "5 - 1");
        row("5 - -1", "5 + 1");
        row("-5-1", "(-5) - 1");
        row("2*-3", "2 * (-3)");
        row("-9223372036854775808 + 1", "-9223372036854775807");
        row("1 = 1 IS NULL", "(1 = 1) IS NULL");
        row("1 + 1 BETWEEN 2 AND 1 + 2", "(1 + 1) BETWEEN 2 AND (1 + 2)");
        row("5 NOT IN (1, 2) AND TRUE", "(NOT (5 IN (1, 2))) AND TRUE");
        row("- 2 + 3", "(-2) + 3");
        row("1 BETWEEN 0 AND 2 AND FALSE", "(1 BETWEEN 0 AND 2) AND FALSE");
        row("/* a */ 1 -- b\n + 1", "2");
    }
    void precedence()
    {
        QFETCH(QString, text);
        QFETCH(QString, same);
        QCOMPARE(evaluatedOnce(text.toStdString()), evaluatedOnce(same.toStdString()));
    }

    void textsThatGrowAreRefusedNotOverflowed()
    {
        std::string brackets(100'000, '(');
        QVERIFY(!sql::bindExpression(brackets, {}));
        std::string nots;
        for (int i = 0; i < 50'000; ++i)
            nots += "NOT ";
        QVERIFY(!sql::bindExpression(nots + "TRUE", {}));
        std::string sum = "1";
        for (int i = 0; i < 50'000; ++i)
            sum += "+1";
        QVERIFY(!sql::bindExpression(sum, {}));
        QVERIFY(!sql::bindExpression(std::string(2U << 20U, ' ') + "1", {}));
        // A long chain of OR is one node, however long.
        std::string chain = "1 = 0";
        for (int i = 0; i < 60'000; ++i)
            chain += " OR 1 = " + std::to_string(i % 2);
        QCOMPARE(evaluatedOnce(chain), std::string("TRUE"));
    }

    void reservedWordsInBackticksAreNames()
    {
        const auto bound = sql::bindSelect("`time`, `status` AS `select`", schema());
        QVERIFY2(bound, messages(bound.problems).c_str());
        QCOMPARE(bound->output().toString(), std::string("time STRING, select INT"));
    }

    void selectListNamesAndProblems()
    {
        const auto bound =
            sql::bindSelect("*, geo.lat, ms * 2, 'x' AS x, NULL AS nothing", schema());
        QVERIFY2(bound, messages(bound.problems).c_str());
        QCOMPARE(bound->output().fields.size(), std::size_t{11});
        QCOMPARE(bound->output().fields[7].name, std::string("lat"));
        QCOMPARE(bound->output().fields[8].name, std::string("EXPR$2"));
        QCOMPARE(bound->output().fields[8].type, record::DataType(record::TypeKind::BigInt));
        QCOMPARE(bound->output().fields[10].type, record::DataType(record::TypeKind::String));

        const auto bad =
            sql::bindSelect("status, , ms AS status, nope AS n extra, * + 1", schema());
        QVERIFY(!bad);
        QCOMPARE(
            QString::fromStdString(messages(bad.problems)),
            QString("line 1, column 9: Expected an expression, found \",\" | "
                    "line 1, column 17: The name status is used twice in the select list; name "
                    "one of them with AS | "
                    "line 1, column 25: There is no column nope; there are status, page, ms, "
                    "ok, at, geo, time | "
                    "line 1, column 35: Expected \",\", AS or the end of the select list, "
                    "found \"extra\" | "
                    "line 1, column 42: The name status is used twice in the select list; name "
                    "one of them with AS | "
                    "line 1, column 44: Expected \",\", AS or the end of the select list, "
                    "found \"+\""));
    }
};

MILLRACE_TEST(ParserTest)
#include "parser_test.moc"
