// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/record/schema.h"
#include "core/record/schema_problems.h"

#include <QStringList>
#include <QTest>

using namespace millrace;
using namespace millrace::record;

namespace {

/// A field of every kind that a schema may have.
Schema everyKind()
{
    Schema schema;
    schema.fields = {
        {"id", TypeKind::BigInt, false},
        {"small", TypeKind::Int, true},
        {"ok", TypeKind::Boolean, true},
        {"ratio", TypeKind::Double, true},
        {"price", DataType::decimal(10, 2), true},
        {"a `name`, with comma", TypeKind::String, true},
        {"raw", TypeKind::Bytes, true},
        {"at", TypeKind::Timestamp, true},
        {"since", TypeKind::TimestampLtz, true},
        {"where", DataType::row({{"x", TypeKind::Int, false}, {"y z", TypeKind::Double, true}}),
         true},
        {"tags", DataType::array(DataType::row({{"t", TypeKind::String, true}})), false},
    };
    return schema;
}

} // namespace

class SchemaTest : public QObject
{
    Q_OBJECT private slots : void bothTextsReadBackAsTheSame()
    {
        const Schema schema = everyKind();
        const auto fromText = parseSchema(schema.toString());
        QVERIFY2(fromText.has_value(), fromText ? "" : fromText.error().message().c_str());
        QVERIFY(*fromText == schema);
        const auto fromJson = schemaFromJson(schema.toJson());
        QVERIFY2(fromJson.has_value(), fromJson ? "" : fromJson.error().message().c_str());
        QVERIFY(*fromJson == schema);
        QCOMPARE(fromJson->toJson(), schema.toJson());
        QVERIFY(schemaFromJson(Schema().toJson())->fields.empty());
    }

    void textsAreFlinks()
    {
        Schema schema;
        schema.fields = {{"id", TypeKind::BigInt, false}, {"a b", TypeKind::TimestampLtz, true}};
        QCOMPARE(schema.toString(), std::string("id BIGINT NOT NULL, `a b` TIMESTAMP_LTZ(3)"));
        const std::string json =
            "{\"version\":1,\"fields\":["
            "{\"name\":\"id\",\"type\":\"BIGINT\",\"nullable\":false},"
            "{\"name\":\"a b\",\"type\":\"TIMESTAMP_LTZ(3)\",\"nullable\":true}"
            "]}";
        QCOMPARE(schema.toJson(), json);
        QCOMPARE(everyKind().fields[9].type.toString(),
                 std::string("ROW<x INT NOT NULL, `y z` DOUBLE>"));
    }

    void otherSpellingsOfTypesAreUnderstood()
    {
        const std::pair<const char *, DataType> rows[] = {
            {"varchar(255)", TypeKind::String},
            {"INTEGER", TypeKind::Int},
            {"smallint", TypeKind::Int},
            {"float", TypeKind::Double},
            {"NUMERIC(4,1)", DataType::decimal(4, 1)},
            {"VARBINARY", TypeKind::Bytes},
            {"TIMESTAMP WITH LOCAL TIME ZONE", TypeKind::TimestampLtz},
            {"TIMESTAMP", TypeKind::Timestamp},
            {"TIMESTAMP( 3 ) WITHOUT TIME ZONE", TypeKind::Timestamp},
            {"TIMESTAMP(3) WITH LOCAL TIME ZONE", TypeKind::TimestampLtz},
            {"timestamp_ltz", TypeKind::TimestampLtz},
            {"TIMESTAMP_LTZ(3)", TypeKind::TimestampLtz},
            {"array<int>", DataType::array(TypeKind::Int)},
        };
        for (const auto &[text, type] : rows) {
            const auto parsed = parseType(text);
            QVERIFY2(parsed.has_value(), text);
            QVERIFY2(*parsed == type, text);
        }
    }

    void whatIsNoTypeIsNamedByItsColumn()
    {
        for (const char *text : {"", "TEXTT", "DECIMAL(39, 0)", "DECIMAL(3, 4)", "ARRAY<", "ROW<a>",
                                 "INT INT", "ARRAY<INT"}) {
            const auto parsed = parseType(text);
            QVERIFY2(!parsed.has_value(), text);
            QCOMPARE(parsed.error().code(), Code::InvalidArgument);
            QVERIFY2(parsed.error().place().find("column ") != std::string::npos, text);
        }
        const auto counted = parseSchema("`größe` INTEGR, `länge und breite` DOUBLE");
        QCOMPARE(counted.error().place(), std::string("column 9"));
        QVERIFY2(counted.error().message().find("found \"INTEGR\" ") != std::string::npos,
                 counted.error().message().c_str());
        QCOMPARE(parseSchema("`\xff` INT").error().code(), Code::InvalidArgument);
        QCOMPARE(parseSchema("id INT, id STRING").error().code(), Code::InvalidArgument);
    }

    /// Of what is not expected, one word; and behind a wrong field the others are read.
    void everyWrongFieldOfASchemaIsSaid_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("problems");
        const QString type =
            "expected a type such as BIGINT, DOUBLE, STRING or TIMESTAMP(3), found ";
        const auto row = [](const char *text, const QString &problems) {
            QTest::newRow(text) << text << problems;
        };
        row("id INT, name STRING", "");
        row("id FOO, name", "4: " + type + "\"FOO\"|13: " + type + "the end");
        row("id, `a b` größer, `x", "3: " + type + "\",\"|11: " + type +
                                        "\"größer\"|21: expected a closing `, found the end");
        row("a INT INT, b `x y`, e STRING, c DECIMAL(50, 2), d INT NOT 5",
            "7: expected \",\", found \"INT\"|14: " + type +
                "\"`x y`\"|47: DECIMAL(p, s) needs 1 <= p <= 38 and s "
                "<= p|59: expected NULL, found \"5\"");
        row("a INT, a STRING, b", "9: the name a is used twice|19: " + type + "the end");
        row("r ROW<`x>` FOO, b INT>, c BAR, d INT",
            "12: " + type + "\"FOO\"|27: " + type + "\"BAR\"");
        row("r ROW<a INT; b INT>, 7 INT", "12: expected \",\" or \">\", found \";\"|22: expected a "
                                          "name, found \"7\"");
        row("r ROW<a INT, c BAR", "16: " + type + "\"BAR\"");
        row("r ROW<a INT", "12: expected \",\" or \">\", found the end");
        const QString precision =
            "expected 3, as times have milliseconds: TIMESTAMP(3), with FLOOR(… TO SECOND) for "
            "whole seconds, or STRING for more digits, found ";
        row("a TIMESTAMP(0), b TIMESTAMP_LTZ( 9), c TIMESTAMP(6) WITH LOCAL TIME ZONE, d DATE",
            "13: " + precision + "\"0\"|34: " + precision + "\"9\"|50: " + precision + "\"6\"");
        row("a TIMESTAMP(3", "14: expected \")\", found the end");
        row("a INT,", "7: expected a name, found the end");
        row(", a INT", "1: expected a name, found \",\"");
        row("a INT,,b FOO", "7: expected a name, found \",\"|10: " + type + "\"FOO\"");
    }
    void everyWrongFieldOfASchemaIsSaid()
    {
        QFETCH(QString, text);
        QFETCH(QString, problems);
        const std::vector<Problem> found = schemaProblems(text.toStdString());
        QStringList said;
        for (const Problem &problem : found) {
            QCOMPARE(problem.code(), Code::InvalidArgument);
            said << QString::fromStdString(problem.place()).mid(7) + ": " +
                        QString::fromStdString(problem.text());
        }
        QCOMPARE(said.join('|'), problems);
        const auto parsed = parseSchema(text.toStdString());
        QCOMPARE(parsed.has_value(), found.empty());
        if (!parsed)
            QCOMPARE(parsed.error(), found.front());
    }

    void damagedAndNewerJsonIsRefused()
    {
        for (const char *json :
             {"", "{}", "[]", R"({"version":1})", R"({"version":"1","fields":[]})",
              R"({"version":1,"fields":[{"name":"a"}]})",
              R"({"version":1,"fields":[{"name":"a","type":"NOPE"}]})",
              R"({"version":1,"fields":)"})
            QCOMPARE(schemaFromJson(json).error().code(), Code::Corrupt);
        const char *newer = R"({"version":2,"fields":[]})";
        QCOMPARE(schemaFromJson(newer).error().code(), Code::NewerFormat);
    }

    void namesAreCaseSensitive()
    {
        const Schema schema = everyKind();
        QCOMPARE(schema.indexOf("ratio"), std::size_t(3));
        QCOMPARE(schema.indexOf("Ratio"), schema.fields.size());
        QVERIFY(schema.find("price") == &schema.fields[4]);
        QVERIFY(schema.find("") == nullptr);
    }
};

MILLRACE_TEST(SchemaTest)
#include "schema_test.moc"
