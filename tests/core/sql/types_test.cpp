// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/record/timestamp_text.h"
#include "core/record/value.h"

#include <QTest>

using namespace millrace;
using namespace millrace::record;

/// Types, schemas, decimals and timestamps: their texts read back, and say what is wrong.
class TypesTest final : public QObject
{
    Q_OBJECT

private slots:
    void schemaTextReadsBack()
    {
        const std::string text = "id BIGINT NOT NULL, `a b` DECIMAL(10, 2), "
                                 "r ROW<x INT NOT NULL, `from` ARRAY<STRING NOT NULL>>, "
                                 "t TIMESTAMP(3), z TIMESTAMP_LTZ(3), y BYTES";
        const auto schema = parseSchema(text);
        QVERIFY2(schema.has_value(), schema ? "" : schema.error().message().c_str());
        QCOMPARE(schema->fields.size(), std::size_t{6});
        QCOMPARE(schema->fields[0].nullable, false);
        QCOMPARE(schema->find("a b")->type, DataType::decimal(10, 2));
        const auto again = parseSchema(schema->toString());
        QVERIFY(again.has_value());
        QCOMPARE(*again, *schema);
    }

    void schemaJsonReadsBackAndIsDeterministic()
    {
        const auto schema = parseSchema("b STRING, a ROW<x DOUBLE> NOT NULL");
        QVERIFY(schema.has_value());
        QCOMPARE(schema->toJson(),
                 std::string(R"({"version":1,"fields":[)"
                             R"({"name":"b","type":"STRING","nullable":true},)"
                             R"({"name":"a","type":"ROW<x DOUBLE>","nullable":false}]})"));
        QCOMPARE(*schemaFromJson(schema->toJson()), *schema);
        QVERIFY(schemaFromJson(R"({"version":2,"fields":[]})").error().code() == Code::NewerFormat);
        for (const char *bad : {"", "[]", "{}", R"({"version":1})", R"({"version":1,"fields":[1]})",
                                R"({"version":1,"fields":[{"name":"a","type":"INTT"}]})"})
            QVERIFY(schemaFromJson(bad).error().code() == Code::Corrupt);
    }

    void typeSynonymsAndProblems()
    {
        QCOMPARE(*parseType(" integer "), DataType(TypeKind::Int));
        QCOMPARE(*parseType("VARCHAR(20)"), DataType(TypeKind::String));
        QCOMPARE(*parseType("double precision"), DataType(TypeKind::Double));
        QCOMPARE(*parseType("TIMESTAMP(3) WITH LOCAL TIME ZONE"), DataType(TypeKind::TimestampLtz));
        QCOMPARE(*parseType("DECIMAL"), DataType::decimal(10, 0));
        QCOMPARE(parseType("DECIMAL(39, 0)").error().text(),
                 std::string("DECIMAL(p, s) needs 1 <= p <= 38 and s <= p"));
        QCOMPARE(parseType("ARRAY<INT").error().message(),
                 std::string("column 10: expected \">\", found the end [base.invalid-argument]"));
        QVERIFY(parseSchema("a INT, a STRING").error().text().find("twice") != std::string::npos);
        std::string deep;
        for (int i = 0; i < 1000; ++i)
            deep += "ARRAY<";
        QVERIFY(!parseType(deep).has_value());
    }

    void decimalsAreExactTo38Digits()
    {
        const std::string most = "99999999999999999999999999999999999999";
        QCOMPARE(decimalText(*parseDecimal(most)), most);
        QCOMPARE(decimalText(*parseDecimal("-0.0010")), std::string("-0.0010"));
        QVERIFY(!parseDecimal(most + "9").has_value());
        for (const char *bad : {"", ".", "-", "1x", "1e", "1e999", "--1", "1.2.3"})
            QVERIFY2(!parseDecimal(bad).has_value(), bad);
        QCOMPARE(*rescale(25, 1, 0), Int128(3));
        QCOMPARE(*rescale(-25, 1, 0), Int128(-3));
        QCOMPARE(*rescale(24, 1, 0), Int128(2));
        QVERIFY(!rescale(parseDecimal(most)->unscaled, 0, 1).has_value());
        // 10^30 × 10^30 ÷ 10^30 needs more than 128 bits in between.
        const Int128 big = powerOfTen(30);
        QCOMPARE(*multiplyDecimal(big, big, 30), big);
        QCOMPARE(*divideDecimal(1, 3, 38), parseDecimal(std::string(38, '3'))->unscaled);
        QCOMPARE(toDouble(*parseDecimal("0.1")), 0.1);
        QCOMPARE(*decimalFromDouble(2.675, 2), Int128(268));
        QVERIFY(!decimalFromDouble(1e39, 0).has_value());
        QCOMPARE(compareDecimal({1, 0}, {10, 1}), 0);
        QCOMPARE(compareDecimal({parseDecimal(most)->unscaled, 0}, {1, 38}), 1);
    }

    void timestampsReadBack()
    {
        QCOMPARE(parseTimestamp("1970-01-01"), std::optional<std::int64_t>(0));
        QCOMPARE(parseTimestamp("2018-01-31T01:49:59.65Z"),
                 std::optional<std::int64_t>(1'517'363'399'650));
        QCOMPARE(parseTimestamp("2018-01-31 02:49:59.6509+01:00"),
                 std::optional<std::int64_t>(1'517'363'399'650));
        for (const char *bad : {"", "2026", "2026-13-01", "2026-02-29", "2026-01-01 24:00:00",
                                "2026-01-01x", "2026-01-01 10", "0000-01-01"})
            QVERIFY2(!parseTimestamp(bad).has_value(), bad);
        // Every 9 days and some over all years: there and back.
        std::int64_t count = 0;
        for (std::int64_t millis = *parseTimestamp("0001-01-01"); isTimestampInRange(millis);
             millis += 9 * kMillisPerDay + 12'345'678) {
            QCOMPARE(*parseTimestamp(timestampText(millis)), millis);
            ++count;
        }
        QVERIFY(count > 390'000);
    }

    void doublesAreWrittenAsJavaDoes()
    {
        QCOMPARE(doubleText(3), std::string("3.0"));
        QCOMPARE(doubleText(0.1), std::string("0.1"));
        QCOMPARE(doubleText(1e7), std::string("1.0E7"));
        QCOMPARE(doubleText(1.5e-4), std::string("1.5E-4"));
        QCOMPARE(doubleText(-0.0), std::string("-0.0"));
    }
};

MILLRACE_TEST(TypesTest)
#include "types_test.moc"
