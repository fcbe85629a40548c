// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/sql/sql_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/sql/schema_inference.h"
#include "core/sql/unknown_fields.h"

#include <QTest>

using namespace millrace;
using namespace millrace::test;

/// What is made of payloads nobody described, and that those payloads then fit it.
class SchemaInferenceTest final : public QObject
{
    Q_OBJECT

private slots:
    void fieldsThatTheSchemaLacks()
    {
        sql::UnknownFields unknown(*record::parseSchema("a INT, `b c` STRING, r ROW<x INT>"));
        using Names = std::vector<std::string>;
        QCOMPARE(unknown.of(R"({"a":1,"b c":"x","r":{"y":1}})"), Names{});
        QCOMPARE(unknown.of(R"({"r":{},"A":1,"a":1,"":2,"z":3,"A":4})"), (Names{"A", "", "z"}));
        QCOMPARE(unknown.of(R"({"\u0061":1,"\u007a":1})"), Names{"z"});
        QCOMPARE(unknown.of(R"({"a":1,"z":12345678901234567890123})"), Names{"z"});
        for (const char *none : {"[1]", "no JSON", R"({"z":1)", "", "7",
                                 R"({"z":012345678901234567890123})", R"({"z":1e999})"})
            QCOMPARE(unknown.of(none), Names{});
    }

    void widening_data()
    {
        QTest::addColumn<QStringList>("payloads");
        QTest::addColumn<QString>("schema");
        const auto row = [](const char *name, QStringList payloads, const char *schema) {
            QTest::newRow(name) << payloads << QString(schema);
        };
        row("small", {R"({"a":1})", R"({"a":-2147483648})"}, "a BIGINT");
        row("bigint", {R"({"a":1})", R"({"a":2147483648})"}, "a BIGINT");
        row("double", {R"({"a":2147483648})", R"({"a":1.5})"}, "a DOUBLE");
        row("wide", {R"({"a":1})", R"({"a":18446744073709551615})"}, "a DECIMAL(38, 0)");
        row("wider", {R"({"a":-12345678901234567890123, "b":[{"c":12345678901234567890123 }]})"},
            "a DECIMAL(38, 0), b ARRAY<ROW<c DECIMAL(38, 0)>>");
        row("wide and a fraction", {R"({"a":12345678901234567890123})", R"({"a":0.5})"},
            "a DOUBLE");
        row("39 digits", {R"({"a":123456789012345678901234567890123456789})"}, "a DOUBLE");
        row("wide in a text", {"{\"a\":\"\\\"12345678901234567890123\",\"b\":1}"},
            "a STRING, b BIGINT");
        row("string", {R"({"a":1})", R"({"a":"x"})", R"({"a":2})"}, "a STRING");
        row("bool and number", {R"({"a":true})", R"({"a":2})"}, "a STRING");
        row("null", {R"({"a":null})", R"({"a":2})"}, "a BIGINT");
        row("only null", {R"({"a":null})"}, "a STRING");
        row("missing later", {R"({"a":1,"b":1})", R"({"a":1})"}, "a BIGINT, b BIGINT");
        row("missing first", {R"({"a":1})", R"({"b":"x","a":1})"}, "a BIGINT, b STRING");
        row("order of first sight", {R"({"z":1,"y":1})", R"({"y":1,"x":1,"z":1})"},
            "z BIGINT, y BIGINT, x BIGINT");
        row("iso text", {R"({"t":"2026-01-01T00:00:00Z"})"}, "t STRING");
        row("row", {R"({"r":{"x":1}})", R"({"r":{"x":2.5,"y":"s"}})"}, "r ROW<x DOUBLE, y STRING>");
        row("row or scalar", {R"({"r":{"x":1}})", R"({"r":1})"}, "r STRING");
        row("empty row", {R"({"r":{}})"}, "r STRING");
        row("array", {R"({"a":[1,2]})", R"({"a":[3.5]})"}, "a ARRAY<DOUBLE>");
        row("empty array", {R"({"a":[]})"}, "a ARRAY<STRING>");
        row("array of rows", {R"({"a":[{"k":1},{"k":null,"l":2}]})"},
            "a ARRAY<ROW<k BIGINT, l BIGINT>>");
        row("twice", {R"({"a":1,"a":"x"})"}, "a BIGINT");
        row("quoted", {R"({"a b":1})"}, "`a b` BIGINT");
        row("nothing", {}, "");
    }
    void widening()
    {
        QFETCH(QStringList, payloads);
        QFETCH(QString, schema);
        sql::SchemaInference inference;
        for (const QString &payload : payloads)
            QVERIFY(inference.add(payload.toStdString()));
        QCOMPARE(QString::fromStdString(inference.schema().toString()), schema);
        const auto again = record::parseSchema(inference.schema().toString());
        QVERIFY(again.has_value());
        QCOMPARE(*again, inference.schema());
    }

    /// A whole number of up to 38 digits keeps them from the payload to what map writes.
    void wideNumbersKeepTheirDigits()
    {
        const std::vector<std::string> payloads{
            R"({"id":12345678901234567890123,"r":{"x":-99999999999999999999999999999999999999}})",
            R"({"id":18446744073709551615,"r":{"x":0}})"};
        sql::SchemaInference inference;
        for (const std::string &payload : payloads)
            QVERIFY(inference.add(payload));
        const record::Schema schema = inference.schema();
        const record::BatchPtr batch = batchOf(payloads);
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        sql::bindSelect("id, r.x AS x, CAST(id AS STRING) AS s, id + 1 AS n", schema)
            ->project(*batch, allRows(*batch), scratch, out);
        QCOMPARE(out.errors, std::vector<sql::RowError>{});
        QCOMPARE(std::string(out.payload(0)),
                 std::string(R"({"id":12345678901234567890123,)"
                             R"("x":-99999999999999999999999999999999999999,)"
                             R"("s":"12345678901234567890123","n":12345678901234567890124})"));
        QCOMPARE(std::string(out.payload(1)),
                 std::string(R"({"id":18446744073709551615,"x":0,"s":"18446744073709551615",)"
                             R"("n":18446744073709551616})"));
        QCOMPARE(evaluated("id = 12345678901234567890123", schema, *batch),
                 (std::vector<std::string>{"TRUE", "FALSE"}));
        const auto narrow = record::parseSchema("id BIGINT");
        QCOMPARE(evaluated("id", *narrow, *batch).front(),
                 std::string("! field id: expected BIGINT, found a number that does not fit"));
    }

    void whatIsNoObjectIsCountedAndSaid()
    {
        sql::SchemaInference inference;
        QVERIFY(inference.add(R"({"a":1})"));
        QVERIFY(!inference.add("[1]"));
        QVERIFY(!inference.add(R"({"a":)"));
        QVERIFY(!inference.add(""));
        QCOMPARE(inference.records(), std::uint64_t{1});
        QCOMPARE(inference.refused(), std::uint64_t{3});
        QVERIFY(inference.problem().has_value());
        QCOMPARE(inference.problem()->place(), std::string("record 2"));
        QVERIFY(inference.problem()->code() == Code::SqlNotAnObject);
        QCOMPARE(inference.schema().toString(), std::string("a BIGINT"));
    }

    void fieldsWithoutRoomAreNamed()
    {
        const auto object = [](int fields) {
            std::string out = "{\"f0\":0";
            for (int i = 1; i < fields; ++i)
                out += ",\"f" + std::to_string(i) + "\":" + std::to_string(i);
            return out + "}";
        };
        sql::SchemaInference inference;
        QVERIFY(inference.add("{\"in\":" + object(1000) + "}"));
        QVERIFY(!inference.cut());
        QVERIFY(inference.add("{\"in\":" + object(1001) + "}"));
        QVERIFY(inference.add("{\"in\":" + object(1001) + "}"));
        const auto cut = inference.cut();
        QVERIFY(cut.has_value());
        QCOMPARE(cut->code(), Code::SqlSchemaCut);
        QCOMPARE(cut->argument("names"), std::string_view("in.f1000"));
        QCOMPARE(cut->argument("limit"), std::string_view("1000"));
        QVERIFY(inference.add("{\"in\":" + object(1003) + "}"));
        QCOMPARE(inference.cut()->argument("names"),
                 std::string_view("in.f1000, in.f1001, in.f1002"));
        QVERIFY(inference.add("{\"in\":" + object(1004) + "}"));
        QCOMPARE(inference.cut()->argument("names"),
                 std::string_view("in.f1000, in.f1001, in.f1002 and others"));
    }

    void inferredSchemaHoldsItsOwnPayloads()
    {
        const std::vector<std::string> payloads{
            R"({"time":1517363399650,"id":"uw61345682","place":"37km NNE of Amboy","mag":0.31,"lon":-122.197,"felt":null,"tsunami":0})",
            "{\"time\":1517364015660,\"id\":\"mb80279649\",\"place\":\"Lima, "
            "\\\"Montana\\\"\",\"mag\":2,\"lon\":-112,\"felt\":4,\"tsunami\":0}",
            R"({"time":1517364031800,"id":17,"place":"x","mag":5.3,"lon":118.79,"felt":4,"tsunami":0,"tags":["a",1]})",
        };
        sql::SchemaInference inference;
        for (const std::string &payload : payloads)
            QVERIFY(inference.add(payload));
        const record::Schema schema = inference.schema();
        QCOMPARE(schema.toString(), std::string("time BIGINT, id STRING, place STRING, mag "
                                                "DOUBLE, lon DOUBLE, felt BIGINT, tsunami BIGINT, "
                                                "tags ARRAY<STRING>"));
        const record::BatchPtr batch = batchOf(payloads);
        sql::EvaluationScratch scratch;
        sql::ProjectedRows out;
        sql::bindColumns(schema)->project(*batch, allRows(*batch), scratch, out);
        QCOMPARE(out.errors, std::vector<sql::RowError>{});
        QCOMPARE(
            std::string(out.payload(1)),
            std::string(
                "{\"time\":1517364015660,\"id\":\"mb80279649\",\"place\":\"Lima, \\\"Montana\\\"\","
                R"("mag":2,"lon":-112,"felt":4,"tsunami":0,"tags":null})"));
        const auto found = evaluated("TO_TIMESTAMP_LTZ(`time`) > TIMESTAMP '2018-01-31 02:00:00' "
                                     "AND mag >= 2 AND tags[2] IS NOT NULL",
                                     schema, *batch);
        QCOMPARE(found, (std::vector<std::string>{"FALSE", "FALSE", "TRUE"}));
    }
};

MILLRACE_TEST(SchemaInferenceTest)
#include "schema_inference_test.moc"
