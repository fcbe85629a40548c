// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sql/sql_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/clock.h"
#include "core/sql/evaluation.h"
#include "core/sql/schema_inference.h"
#include "core/sql/unknown_fields.h"

#include <QTest>

#include <set>
#include <thread>

using namespace millrace;
using namespace millrace::test;

namespace {

class FixedNumbers final : public sql::SequenceNumberSource
{
public:
    void append(const record::RecordBatch &batch, std::size_t row, std::string &out) const override
    {
        out += "4967" + std::to_string(batch.seqIx(row));
    }
};

/// A text of 1,000 characters, to be repeated `times`.
std::string withText(int times)
{
    return "{\"s\":\"" + std::string(1000, 'x') + "\",\"n\":" + std::to_string(times) + '}';
}

} // namespace

/// Batches through bound expressions: what passes, what fails and why, and what is never asked.
class EvaluationTest final : public QObject
{
    Q_OBJECT

    static record::Schema schema()
    {
        return *record::parseSchema("status INT, page STRING, ms BIGINT, b BOOLEAN, d DOUBLE, "
                                    "m DECIMAL(6, 2), t TIMESTAMP(3), r ROW<x INT>, a ARRAY<INT>");
    }

    static sql::FilterResult filtered(const std::string &text, const record::RecordBatch &batch)
    {
        const auto bound = sql::bindFilter(text, schema());
        sql::FilterResult out;
        if (!bound) {
            QTest::qFail(messages(bound.problems).c_str(), __FILE__, __LINE__);
            return out;
        }
        sql::EvaluationScratch scratch;
        bound->evaluateFilter(batch, allRows(batch), scratch, out);
        return out;
    }

private slots:
    /// As a value of another type is: whoever put the record was not asked.
    void whatLacksAFieldThatIsNotNullIsARowError_data()
    {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char *expression, const char *payload, const char *value) {
            QTest::addRow("%s of %s", expression, payload)
                << QByteArray(expression) << QByteArray(payload) << QByteArray(value);
        };
        row("id", R"({"id":7})", "7");
        row("id", R"({"id":null})", "! field id: expected INT NOT NULL, found NULL");
        row("id", R"({"n":1})", "! field id: expected INT NOT NULL, found NULL");
        row("id IS NULL", "{}", "! field id: expected INT NOT NULL, found NULL");
        row("n", R"({"n":null})", "NULL"); // of what nobody asks for, nothing is said
        row("r.x", R"({"r":{"x":1}})", "1");
        row("r.x", R"({"r":{"y":1}})", "! field `r.x`: expected INT NOT NULL, found NULL");
        row("r.x", R"({"r":{"x":null}})", "! field `r.x`: expected INT NOT NULL, found NULL");
        row("r.x", R"({"r":null})", "NULL");
        row("r.x", "{}", "NULL");
        row("r.y", R"({"r":{"x":1}})", "NULL");
        row("q.x", "{}", "! field `q.x`: expected INT NOT NULL, found NULL");
        row("q.x", R"({"q":null})", "! field `q.x`: expected INT NOT NULL, found NULL");
        row("q", R"({"q":null})", "! field q: expected ROW<x INT NOT NULL> NOT NULL, found NULL");
    }
    void whatLacksAFieldThatIsNotNullIsARowError()
    {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, payload);
        QFETCH(QByteArray, value);
        const auto schema = record::parseSchema("id INT NOT NULL, n INT, r ROW<x INT NOT NULL, "
                                                "y INT>, q ROW<x INT NOT NULL> NOT NULL");
        QVERIFY(schema.has_value());
        QCOMPARE(evaluatedOnce(expression.toStdString(), *schema, payload.toStdString()),
                 value.toStdString());
    }

    /// Wherever the cut falls, the reason is a text.
    void aLongTextIsCutBetweenCharacters()
    {
        for (const std::size_t before : {0, 1, 2}) {
            std::string text(before, 'x');
            for (int i = 0; i < 40; ++i)
                text += "€";
            const std::string found = evaluatedOnce("CAST('" + text + "' AS INT)");
            QVERIFY2(found.starts_with("! CAST: 'x") || found.starts_with("! CAST: '€"),
                     found.c_str());
            QVERIFY2(found.ends_with("€…' does not become INT"), found.c_str());
            QCOMPARE(QString::fromStdString(found).toStdString(), found);
        }
    }

    /// For columns, inside rows, for JSON paths and for the inference alike.
    void ofTwoFieldsOfOneNameTheFirstCounts_data()
    {
        QTest::addColumn<QString>("payload");
        QTest::newRow("twice") << R"({"a":1,"a":2,"r":{"x":3,"x":"y"}})";
        QTest::newRow("around it twice") << R"({"a":1,"r":{"x":3},"a":"z","r":{"x":4}})";
        QTest::newRow("escaped first") << R"({"\u0061":1,"a":2,"r":{"\u0078":3,"x":4}})";
        QTest::newRow("escaped second") << R"({"a":1,"\u0061":2,"r":{"x":3,"\u0078":4}})";
    }
    void ofTwoFieldsOfOneNameTheFirstCounts()
    {
        QFETCH(QString, payload);
        const std::string json = payload.toStdString();
        const auto rows = *record::parseSchema("a STRING, r ROW<x STRING>");
        const auto texts = *record::parseSchema("a STRING, r STRING");
        QCOMPARE(evaluatedOnce("a", rows, json), std::string("1"));
        QCOMPARE(evaluatedOnce("r.x", rows, json), std::string("3"));
        QCOMPARE(evaluatedOnce("JSON_VALUE(r, '$.x')", texts, json), std::string("3"));
        QCOMPARE(evaluatedOnce("JSON_QUERY(r, '$.x' WITH WRAPPER)", texts, json),
                 std::string("[3]"));
        sql::SchemaInference inference;
        QVERIFY(inference.add(json));
        QCOMPARE(inference.schema().toString(), std::string("a BIGINT, r ROW<x BIGINT>"));
        QVERIFY(sql::UnknownFields(rows).of(json).empty());
    }

    void everyRowHasOneFate()
    {
        const auto batch = batchOf({
            R"({"status":500,"page":"/p1"})",
            R"({"status":200,"page":"/p2"})",
            R"({"status":"500","page":"/p3"})",
            R"({"page":"/p4"})",
            R"({"status":null,"page":"/p5"})",
            R"(not json)",
            R"([1,2])",
            R"({"status":5.5,"page":"/p6"})",
            R"({"status":99999999999,"page":"/p7"})",
            "{\"status\":503,\"page\":\"/p\\u0031\",\"page\":7}",
        });
        const auto out = filtered("status >= 500 AND page LIKE '/p%'", *batch);
        QCOMPARE(out.passed, (std::vector<std::uint32_t>{0, 9}));
        QCOMPARE(out.rejected, (std::vector<std::uint32_t>{1, 3, 4}));
        const std::vector<sql::RowError> errors{
            {2, "field status: expected INT, found string"},
            {5, "the payload is not a JSON object"},
            {6, "the payload is not a JSON object"},
            {7, "field status: expected INT, found a number that does not fit"},
            {8, "field status: expected INT, found a number that does not fit"},
        };
        QCOMPARE(out.errors, errors);
    }

    void valuesThatDoNotFitSayWhatWasFound_data()
    {
        QTest::addColumn<QString>("column");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *column, const char *json, const char *expected) {
            QTest::addRow("%s %s", column, json)
                << QString(column) << QString(json) << QString(expected);
        };
        row("status", "true", "! field status: expected INT, found boolean");
        row("status", "{}", "! field status: expected INT, found object");
        row("ms", "[1]", "! field ms: expected BIGINT, found array");
        row("ms", "9223372036854775808",
            "! field ms: expected BIGINT, found a number that does not fit");
        row("b", "1", "! field b: expected BOOLEAN, found number");
        row("d", "\"1\"", "! field d: expected DOUBLE, found string");
        row("d", "3", "3.0");
        row("m", "12.345", "12.35");
        row("m", "12345.6", "! field m: expected DECIMAL(6, 2), found a number that does not fit");
        row("t", "\"soon\"",
            "! field t: expected TIMESTAMP(3), found a string that is no such value");
        row("t", "17", "! field t: expected TIMESTAMP(3), found number");
        row("t", "\"2026-01-01T00:00:00+01:00\"", "2025-12-31 23:00:00.000");
        row("r.x", "1", "! field `r.x`: expected INT, found number");
        row("r.x", "{\"x\":\"y\"}", "! field `r.x`: expected INT, found string");
        row("r.x", "null", "NULL");
        row("r", "[]", "! field r: expected ROW<x INT>, found array");
        row("a", "{}", "! field a: expected ARRAY<INT>, found object");
        row("a[1]", "[\"x\"]", "! field `[1]`: expected INT, found string");
        row("page", "17.50", "17.50");
        row("page", "true", "true");
        row("page", "{\"a\" : 1}", "{\"a\" : 1}");
        row("page", "\"a\\u00e4\\n\"", "aä\n");
        row("page", "nul", "! field page: expected STRING, found malformed JSON");
    }
    void valuesThatDoNotFitSayWhatWasFound()
    {
        QFETCH(QString, column);
        QFETCH(QString, json);
        QFETCH(QString, expected);
        const std::string field =
            column.toStdString().substr(0, column.toStdString().find_first_of(".["));
        const std::string payload = "{\"" + field + "\":" + json.toStdString() + "}";
        QCOMPARE(QString::fromStdString(evaluatedOnce(column.toStdString(), schema(), payload)),
                 expected);
    }

    void threeValuedLogic()
    {
        const char *values[] = {"TRUE", "FALSE", "NULL"};
        const std::string payload = R"({"b":true})";
        for (int a = 0; a < 3; ++a) {
            for (int b = 0; b < 3; ++b) {
                // The truth tables of SQL: AND is the least, OR the greatest of F < NULL < T.
                const auto rank = [](int v) { return v == 0 ? 2 : v == 1 ? 0 : 1; };
                const char *byRank[] = {"FALSE", "NULL", "TRUE"};
                for (const bool wide : {false, true}) {
                    // Once folded or constant, once behind a column.
                    const std::string left =
                        wide ? "(b = b AND " + std::string(values[a]) + ")" : values[a];
                    QCOMPARE(evaluatedOnce(left + " AND " + values[b], schema(), payload),
                             std::string(byRank[std::min(rank(a), rank(b))]));
                    QCOMPARE(evaluatedOnce(left + " OR " + values[b], schema(), payload),
                             std::string(byRank[std::max(rank(a), rank(b))]));
                    QCOMPARE(evaluatedOnce("NOT " + left, schema(), payload),
                             std::string(byRank[2 - rank(a)]));
                }
            }
        }
    }

    void errorsCountOnlyWhereTheyAreReached()
    {
        const auto batch = batchOf({
            R"({"status":0,"ms":10})",
            R"({"status":2,"ms":10})",
            R"({"status":null,"ms":"bad"})",
        });
        const auto each = [&](const char *text) { return evaluated(text, schema(), *batch); };
        using Cells = std::vector<std::string>;
        QCOMPARE(each("status <> 0 AND ms / status = 5"),
                 (Cells{"FALSE", "TRUE", "! field ms: expected BIGINT, found string"}));
        QCOMPARE(each("status = 0 OR ms / status = 5"),
                 (Cells{"TRUE", "TRUE", "! field ms: expected BIGINT, found string"}));
        QCOMPARE(each("CASE WHEN status = 0 THEN -1 ELSE ms / status END"),
                 (Cells{"-1", "5", "! field ms: expected BIGINT, found string"}));
        QCOMPARE(each("CASE WHEN status IS NULL THEN 0 WHEN status = 0 THEN 1 ELSE ms END"),
                 (Cells{"1", "10", "0"}));
        QCOMPARE(each("COALESCE(status, ms)"),
                 (Cells{"0", "2", "! field ms: expected BIGINT, found string"}));
        QCOMPARE(each("IF(status = 2, ms, 7)"), (Cells{"7", "10", "7"}));
        QCOMPARE(each("status"), (Cells{"0", "2", "NULL"})); // ms is not read at all
        QCOMPARE(
            each("ms / status = 5 AND status <> 0"),
            (Cells{"! division by zero", "TRUE", "! field ms: expected BIGINT, found string"}));
        // The condition fails: neither branch is taken.
        QCOMPARE(each("CASE WHEN 1 / status = 1 THEN 'a' ELSE 'b' END"),
                 (Cells{"! division by zero", "b", "b"}));
    }

    void someRowsOfABatchAreTheRowsAsked()
    {
        std::vector<std::string> payloads;
        for (int i = 0; i < 5000; ++i)
            payloads.push_back("{\"status\":" + std::to_string(i) + "}");
        const auto batch = batchOf(payloads);
        std::vector<std::uint32_t> rows;
        for (std::uint32_t i = 1; i < 5000; i += 2)
            rows.push_back(i);
        const auto bound = sql::bindFilter("status % 4 = 1", schema());
        sql::EvaluationScratch scratch;
        sql::FilterResult out;
        bound->evaluateFilter(*batch, rows, scratch, out);
        QCOMPARE(out.passed.size(), std::size_t{1250});
        QCOMPARE(out.rejected.size(), std::size_t{1250});
        for (const std::uint32_t row : out.passed)
            QCOMPARE(row % 4, 1U);
        // The same scratch again, over another batch and another expression.
        const auto sum = sql::bindExpression("status * 2", schema());
        std::vector<sql::RowError> errors;
        const std::vector<std::uint32_t> last{4999, 7};
        const sql::ColumnVector &column = sum->evaluate(*batch, last, scratch, errors).values;
        QCOMPARE(column.asInt64(0), std::int64_t{9998});
        QCOMPARE(column.asInt64(1), std::int64_t{14});
    }

    void projectionWritesDeterministicJson()
    {
        const auto batch = batchOf({
            "{\"status\":1,\"page\":\"a\\\"b\\\\\\u0001\",\"ms\":2,\"b\":true,\"d\":0.1,\"m\":1.5,"
            "\"t\":\"2026-01-01 00:00:00\",\"r\":{\"x\":[1, 2]},\"a\":[1, 2]}",
            R"({"status":0})",
            R"({"status":2,"d":1e300})",
        });
        const auto bound = sql::bindSelect("page, r, a, t, record.arrival_time AS arrived, m, d, "
                                           "b, ms / status AS q, d * d AS big",
                                           schema());
        QVERIFY2(bound, messages(bound.problems).c_str());
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        bound->project(*batch, allRows(*batch), scratch, out);
        QCOMPARE(out.rows, (std::vector<std::uint32_t>{0, 1}));
        QCOMPARE(
            std::string(out.payload(0)),
            std::string("{\"page\":\"a\\\"b\\\\\\u0001\",\"r\":{\"x\":[1, 2]},\"a\":[1, 2],"
                        R"("t":"2026-01-01 00:00:00.000","arrived":"2026-01-01 00:00:00.000Z",)"
                        R"("m":1.50,"d":0.1,"b":true,"q":2,"big":0.010000000000000002})"));
        // NULL / 0 is NULL: the row without ms has nothing to divide.
        QVERIFY(out.payload(1).ends_with(R"("b":null,"q":null,"big":null})"));
        const std::vector<sql::RowError> errors{
            {2, "column big: Infinity cannot be written as JSON"}};
        QCOMPARE(out.errors, errors);
    }

    void aRowErrorSpellsANameAsSqlDoes()
    {
        const auto odd = record::parseSchema("`a``b` INT");
        QCOMPARE(evaluatedOnce("`a``b`", *odd, R"({"a`b":"x"})"),
                 std::string("! field `a``b`: expected INT, found string"));
    }

    /// As columns too; and an expression that is evaluated next has no column's name.
    void aRowErrorOfASelectListNamesTheColumn()
    {
        const auto batch = batchOf({R"({"status":0,"ms":1})", R"({"status":1,"ms":"x"})"});
        const auto bound = sql::bindSelect("page, ms AS m, 1 / status AS q", schema());
        QVERIFY2(bound, messages(bound.problems).c_str());
        sql::EvaluationScratch scratch;
        std::vector<const sql::ColumnVector *> columns;
        std::vector<sql::RowError> errors;
        bound->evaluate(*batch, allRows(*batch), scratch, columns, errors);
        QCOMPARE(errors,
                 (std::vector<sql::RowError>{{0, "column q: division by zero"},
                                             {1, "field ms: expected BIGINT, found string"}}));
        const auto alone = sql::bindExpression("1 / status", schema());
        (void)alone->evaluate(*batch, allRows(*batch), scratch, errors);
        QCOMPARE(errors, (std::vector<sql::RowError>{{0, "division by zero"}}));
    }

    void metadataGivesWayToPayloadFieldsOfThatName()
    {
        const auto own = *record::parseSchema("shard STRING, record ROW<x INT>");
        const std::string payload = R"({"shard":"mine","record":{"x":5}})";
        QCOMPARE(evaluatedOnce("shard", own, payload), std::string("mine"));
        QCOMPARE(evaluatedOnce("record.shard", own, payload), std::string("3"));
        QCOMPARE(evaluatedOnce("record.x", own, payload), std::string("5"));
        QCOMPARE(evaluatedOnce("partition_key", own, payload), std::string("k0"));

        const auto batch = batchOf({"{}", "{}"});
        const auto bound = sql::bindExpression("sequence_number", schema());
        sql::EvaluationScratch scratch;
        const FixedNumbers numbers;
        scratch.setSequenceNumbers(&numbers);
        std::vector<sql::RowError> errors;
        const sql::ColumnVector &column =
            bound->evaluate(*batch, allRows(*batch), scratch, errors).values;
        QCOMPARE(std::string(column.asText(1)), std::string("49671"));
    }

    void chanceHangsOnTheOriginAlone()
    {
        const std::vector<std::string> payloads(100, "{}");
        const auto batch = batchOf(payloads);
        const auto once = evaluated("RAND()", schema(), *batch);
        QCOMPARE(evaluated("RAND()", schema(), *batch), once);
        QCOMPARE(std::set<std::string>(once.begin(), once.end()).size(), std::size_t{100});
        record::RecordBatchBuilder builder;
        builder.appendRow(*batch, 42); // elsewhere, with the same root
        QCOMPARE(evaluated("RAND()", schema(), *builder.finish()).front(), once[42]);
    }

    void oneBoundExpressionServesManyThreads()
    {
        std::vector<std::string> payloads;
        for (int i = 0; i < 3000; ++i)
            payloads.push_back("{\"page\":\"/p" + std::to_string(i) +
                               "\",\"status\":" + std::to_string(i % 7) + "}");
        const auto batch = batchOf(payloads);
        const auto bound =
            sql::bindFilter("REGEXP(UPPER(page), '^/P.*[13579]$') AND status < 5", schema());
        QVERIFY(bound);
        std::vector<sql::FilterResult> results(4);
        {
            std::vector<std::jthread> threads;
            for (sql::FilterResult &result : results) {
                threads.emplace_back([&] {
                    sql::EvaluationScratch scratch;
                    for (int i = 0; i < 5; ++i)
                        bound->evaluateFilter(*batch, allRows(*batch), scratch, result);
                });
            }
        }
        QVERIFY(results[0].passed.size() > 1000 && results[0].passed.size() < 1100);
        for (const sql::FilterResult &result : results)
            QCOMPARE(result.passed, results[0].passed);
    }

    void everyPrefixAndEveryFlippedBitOfAPayloadHasAFate()
    {
        const std::string payload =
            "{\"status\":500,\"page\":\"/p\\n1\",\"r\":{\"x\":1},\"a\":[1,2],\"t\":\"2026-01-01 "
            "00:00:00\",\"m\":1.5}";
        std::vector<std::string> payloads;
        for (std::size_t i = 0; i < payload.size(); ++i)
            payloads.push_back(payload.substr(0, i));
        for (std::size_t i = 0; i < payload.size() * 8; ++i) {
            std::string flipped = payload;
            flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
            payloads.push_back(flipped);
        }
        payloads.push_back(payload);
        const auto batch = batchOf(payloads);
        const auto bound = sql::bindSelect("status, page, r, r.x, a[2] AS a2, a, t, m", schema());
        QVERIFY2(bound, messages(bound.problems).c_str());
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        bound->project(*batch, allRows(*batch), scratch, out);
        QCOMPARE(out.rows.size() + out.errors.size(), payloads.size());
        QCOMPARE(out.rows.back(), static_cast<std::uint32_t>(payloads.size() - 1));
        for (std::size_t i = 0; i < payload.size(); ++i) // no prefix is an object
            QCOMPARE(out.errors[i].row, static_cast<std::uint32_t>(i));
    }

    void aSelectListStopsWhereItsTextFillsTheMemory()
    {
        const auto schema = record::parseSchema("n INT");
        std::vector<std::string> payloads;
        for (int i = 0; i < 1000; ++i)
            payloads.push_back("{\"n\":" + (i % 100 == 7 ? "\"seven\"" : std::to_string(i)) + '}');
        const auto batch = batchOf(payloads);
        const auto bound = sql::bindSelect("n, REPEAT('k', 100000) AS big", *schema);
        QVERIFY(bound);
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        const std::vector<std::uint32_t> rows = allRows(*batch);
        std::vector<std::uint32_t> fates; // made or failed, in order
        for (std::size_t at = 0; at < rows.size(); at += out.taken) {
            bound->project(*batch, std::span(rows).subspan(at), scratch, out);
            QVERIFY(out.taken > 0);
            QVERIFY(out.text.size() < sql::kMaxProjectedBytes + 110'000);
            QCOMPARE(out.rows.size() + out.errors.size(), out.taken);
            std::vector<std::uint32_t> these = out.rows;
            for (const sql::RowError &error : out.errors)
                these.push_back(error.row);
            std::sort(these.begin(), these.end());
            fates.insert(fates.end(), these.begin(), these.end());
        }
        QCOMPARE(fates, rows);
    }

    void textsMadeOnTheWayTakeBoundedMemory()
    {
        const auto schema = record::parseSchema("s STRING, n INT");
        const auto batch = batchOf(std::vector<std::string>(1000, withText(1000)));
        const std::vector<std::uint32_t> rows = allRows(*batch);
        sql::EvaluationScratch scratch;
        sql::FilterResult out;
        const auto filter = sql::bindFilter("CHAR_LENGTH(REPEAT(s, n)) = 1000000", *schema);
        filter->evaluateFilter(*batch, rows, scratch, out);
        QCOMPARE(out.passed, rows);
        QVERIFY(scratch.context().arena().given() < std::size_t{64} << 20U);

        const auto value = sql::bindExpression("CHAR_LENGTH(REPEAT(s, n))", *schema);
        std::vector<sql::RowError> errors;
        const auto first = value->evaluate(*batch, rows, scratch, errors);
        QVERIFY(first.count > 0 && first.count < 64);
        QVERIFY(errors.empty());
        QCOMPARE(first.values.asInt64(first.count - 1), std::int64_t{1'000'000});
    }

    /// Alone or among others: the same.
    void aRecordThatNeedsTooMuchMemoryFails()
    {
        std::string text = "CHAR_LENGTH(REPEAT(s, n))";
        for (int i = 0; i < 17; ++i)
            text += " + CHAR_LENGTH(REPEAT(s, n))";
        const auto schema = record::parseSchema("s STRING, n INT");
        const std::string small = withText(1);
        const std::string large = withText(16'000);
        const std::string error = "! the texts made of the record take more than 256 MiB";
        QCOMPARE(evaluatedOnce(text, *schema, large), error);
        const auto bound = sql::bindSelect(text + " AS v", *schema);
        QVERIFY(bound);
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        const auto batch = batchOf({small, large, small});
        bound->project(*batch, allRows(*batch), scratch, out);
        QCOMPARE(out.text, std::string(R"({"v":18000}{"v":18000})"));
        QCOMPARE(out.errors, (std::vector<sql::RowError>{{1, "column v: " + error.substr(2)}}));
    }

    void aReasonQuotesTheBeginningOfALongValue()
    {
        const auto schema = record::parseSchema("n INT");
        const std::string found =
            evaluatedOnce("DATE_FORMAT(NOW(), REPEAT('äb', n))", *schema, R"({"n":1000000})");
        QVERIFY(found.starts_with("! 'äbäb"));
        QVERIFY(found.ends_with("…"));
        QVERIFY(found.size() < 1100);
    }
};

MILLRACE_TEST(EvaluationTest)
#include "evaluation_test.moc"
