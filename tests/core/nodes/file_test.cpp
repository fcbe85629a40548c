// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/nodes/producers/line_reader.h"

#include <QtTest>

#include <array>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

using Parameters = std::map<std::string, graph::ParameterValue>;
constexpr const char *kPath = "/documents/in";

struct FileWorld : NodeWorld {
    void write(const std::string &text)
    {
        const ByteView bytes = asBytes(text);
        (void)files.makeFolders("/documents");
        files.setContent(kPath, Bytes(bytes.begin(), bytes.end()));
    }
    Result<std::unique_ptr<runtime::Source>> open(Parameters parameters = {}) const
    {
        parameters.try_emplace("path", std::string("in"));
        return source("file", std::move(parameters));
    }
    /// Everything the file gives, in steps of `budget`, or the problem.
    Result<Given> read(Parameters parameters = {}, runtime::SourceBudget budget = {})
    {
        auto source = open(std::move(parameters));
        if (!source)
            return std::move(source).error();
        MILLRACE_TRY((*source)->restore({}));
        Given given;
        MILLRACE_TRY(drain(**source, clock, MonoTime::max(), budget, given));
        return given;
    }
};

std::string joined(const Given &given)
{
    std::string out;
    for (const Row &row : given.rows)
        out += row.data + '\n';
    return out;
}

constexpr std::size_t kMoreThanALine = 11U << 20U;
const Parameters kCsv = {{"format", std::string("csv")}};

Parameters csv(Parameters more)
{
    more.insert(kCsv.begin(), kCsv.end());
    return more;
}

} // namespace

class FileTest : public QObject
{
    Q_OBJECT

private slots:
    void ndjsonLinesAreRecordsAsTheyStand()
    {
        FileWorld world;
        world.write("\xEF\xBB\xBF{\"a\":1}\r\n\n  {\"b\": [1, 2]} \n{\"c\":\"é\"}");
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"a\":1}\n  {\"b\": [1, 2]} \n{\"c\":\"é\"}\n"));
        QVERIFY(given->finished);
        QCOMPARE(given->rows[0].key, std::string("0"));
        QCOMPARE(given->rows[2].key, std::string("2"));
    }

    void linesThatAreNoJsonObjectsAreDead()
    {
        FileWorld world;
        world.write("{\"a\":1}\n{\"a\":}\n[1]\n{\"a\":2}\n{\"a\":\"\xFF\"}\n");
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"a\":1}\n{\"a\":2}\n"));
        QCOMPARE(given->dead.size(), std::size_t{3});
        QCOMPARE(given->dead[0].data, std::string("{\"a\":}"));
        QCOMPARE(given->dead[0].reason.code(), Code::NodeBadLine);
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 2: column 6"));
        QCOMPARE(given->dead[0].reason.argument("reason"),
                 std::string_view("expected a value, found \"}\""));
        QCOMPARE(given->dead[1].reason.place(), std::string("in: line 3: column 1"));
        QCOMPARE(given->dead[2].reason.place().substr(0, 10), std::string("in: line 5"));
    }

    void whatIsJsonButTooMuchSaysSo()
    {
        FileWorld world;
        world.write("{\"a\":1e999}\n" + std::string(3000, '[') + std::string(3000, ']') + "\n");
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(given->dead.size(), std::size_t{2});
        QCOMPARE(given->dead[0].reason.argument("reason"),
                 std::string_view("it holds a number that is too large"));
        QCOMPARE(given->dead[1].reason.argument("reason"),
                 std::string_view("it is nested too deeply"));
    }

    void aWideIntegerIsARowAndMakesADecimalColumn()
    {
        FileWorld world;
        world.write("{\"a\":12345678901234567890123}\n{\"a\":1}\n");
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(given->dead.size(), std::size_t{0});
        QCOMPARE(joined(*given), std::string("{\"a\":12345678901234567890123}\n{\"a\":1}\n"));
        QCOMPARE((*world.open())->schema()->toString(), std::string("a DECIMAL(38, 0)"));
    }

    /// Longer than a step reads at once: reading goes on behind it all the same.
    void aLineThatIsMuchTooLongDoesNotEndTheLookAtAFile()
    {
        FileWorld world;
        world.write("{\"a\":\"" + std::string(40U << 20U, 'x') + "\"}\n{\"b\":1}\n{\"b\":1.5}\n");
        QCOMPARE((*world.open())->schema()->toString(), std::string("b DOUBLE"));
    }

    void aWideIntegerOfACsvFileMakesADecimalColumn()
    {
        FileWorld world;
        world.write("a,b,c\n18446744073709551615,1,1e30\n-7,2,18446744073709551615\n");
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE((*world.open(kCsv))->schema()->toString(),
                 std::string("a DECIMAL(38, 0), b BIGINT, c DOUBLE"));
        QCOMPARE(joined(*given), std::string("{\"a\":18446744073709551615,\"b\":1,\"c\":1.0E30}\n"
                                             "{\"a\":-7,\"b\":2,\"c\":1.8446744073709552E19}\n"));
    }

    void bringsTheSchemaOfTheWholeFile()
    {
        FileWorld world;
        world.write("{\"a\":1,\"b\":\"x\"}\n{\"a\":1.5,\"b\":\"y\"}\n");
        QCOMPARE((*world.open())->schema()->toString(), std::string("a DOUBLE, b STRING"));
    }

    void csvRowsBecomeObjects()
    {
        FileWorld world;
        world.write("id,name,ratio,ok,at,zip\r\n"
                    "1,\"Doe, \"\"J\"\"\",0.5,true,2001/01/01 00:47,00123\r\n"
                    "2,\"two\nlines\",2,FALSE,2026-01-31T08:05:00Z,99\r\n"
                    "3,,,,,\"\"\n");
        auto source = world.open(kCsv);
        QVERIFY(source);
        QCOMPARE((*source)->schema()->toString(),
                 std::string("id BIGINT, name STRING, ratio DOUBLE, ok BOOLEAN, at STRING, "
                             "zip STRING"));
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QVERIFY2(given->dead.empty(),
                 given->dead.empty() ? "" : given->dead[0].reason.message().c_str());
        QCOMPARE(joined(*given),
                 std::string("{\"id\":1,\"name\":\"Doe, \\\"J\\\"\",\"ratio\":0.5,\"ok\":true,"
                             "\"at\":\"2001/01/01 00:47\",\"zip\":\"00123\"}\n"
                             "{\"id\":2,\"name\":\"two\\nlines\",\"ratio\":2.0,\"ok\":false,"
                             "\"at\":\"2026-01-31T08:05:00Z\",\"zip\":\"99\"}\n"
                             "{\"id\":3,\"name\":null,\"ratio\":null,\"ok\":null,\"at\":null,"
                             "\"zip\":\"\"}\n"));
    }

    /// A date is a text until a schema says otherwise, and then too it is not spelled anew where
    /// SQL reads it as it stands.
    void csvKeepsDatesAsTheyStand_data()
    {
        QTest::addColumn<QString>("schema");
        QTest::addColumn<QString>("cell");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("value");
        for (const char *text : {"2026-01-31", "2026-01-31T08:05:00Z", "2001/01/01 00:47",
                                 "2026-01-31 08:05:00.123456"})
            QTest::addRow("guessed, %s", text) << "" << text << "STRING" << text;
        for (const char *text :
             {"2026-01-31", "2026-01-31T08:05:00Z", "2026-01-31 08:05:00.123456"})
            QTest::addRow("given, %s", text) << "t TIMESTAMP(3)" << text << "TIMESTAMP(3)" << text;
        QTest::newRow("given, other spelling") << "t TIMESTAMP(3)"
                                               << "2001/01/01 00:47"
                                               << "TIMESTAMP(3)"
                                               << "2001-01-01 00:47:00.000";
        QTest::newRow("given, seconds") << "t TIMESTAMP(3)"
                                        << "60"
                                        << "TIMESTAMP(3)"
                                        << "1970-01-01 00:01:00.000";
    }
    void csvKeepsDatesAsTheyStand()
    {
        QFETCH(QString, schema);
        QFETCH(QString, cell);
        QFETCH(QString, type);
        QFETCH(QString, value);
        FileWorld world;
        world.write("t\n" + cell.toStdString() + "\n");
        const Parameters parameters = csv({{"schema", schema.toStdString()}});
        QCOMPARE((*world.open(parameters))->schema()->toString(), "t " + type.toStdString());
        const auto given = world.read(parameters);
        QCOMPARE(joined(*given), "{\"t\":\"" + value.toStdString() + "\"}\n");
    }

    void csvWithASchemaIsHeldToIt()
    {
        FileWorld world;
        world.write("name,id,extra\nx,1,?\ny,soon,?\nz,2\n\"w,3,?\n");
        const auto given =
            world.read(csv({{"schema", std::string("id INT NOT NULL, name STRING")}}));
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"id\":1,\"name\":\"x\"}\n"));
        QCOMPARE(given->dead.size(), std::size_t{3});
        QCOMPARE(given->dead[0].reason.code(), Code::NodeValueMisfit);
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 3: column 3"));
        QCOMPARE(given->dead[1].reason.code(), Code::NodeColumnCount);
        QCOMPARE(given->dead[1].reason.place(), std::string("in: line 4: column 3"));
        QCOMPARE(given->dead[2].reason.code(), Code::NodeBadLine);
        QCOMPARE(given->dead[2].reason.place(), std::string("in: line 5: column 1"));
    }

    void ndjsonWithASchemaIsHeldToIt()
    {
        FileWorld world;
        const std::string good = "{\"more\":[],\"id\":1,\"r\":{\"x\":2}}\n";
        world.write(good + "{\"id\":2,\"r\":null}\n{\"id\":null}\n{\"name\":\"w\"}\n"
                           "{\"id\":\"soon\"}\n{\"id\":3,\"r\":{\"x\":null}}\n"
                           "{\"id\":3,\"r\":{\"x\":0.5}}\n{\"id\":3,\"r\":[]}\n");
        const auto given = world.read(
            {{"schema", std::string("id INT NOT NULL, name STRING, r ROW<x INT NOT NULL>")}});
        QVERIFY(given);
        QCOMPARE(joined(*given), good + "{\"id\":2,\"r\":null}\n");
        const std::array reasons = {
            "field `id`: expected INT NOT NULL, found NULL",
            "field `id`: expected INT NOT NULL, found NULL",
            "field `id`: expected INT, found string",
            "field `r.x`: expected INT NOT NULL, found NULL",
            "field `r.x`: expected INT, found a number that does not fit",
            "field `r`: expected ROW<x INT NOT NULL>, found array",
        };
        QCOMPARE(given->dead.size(), reasons.size());
        for (std::size_t i = 0; i < reasons.size(); ++i) {
            QCOMPARE(given->dead[i].reason.code(), Code::NodeRowError);
            QCOMPARE(given->dead[i].reason.argument("reason"), std::string_view(reasons[i]));
            QCOMPARE(given->dead[i].reason.place(), "in: line " + std::to_string(i + 3));
        }
    }

    void linesCountOnOverQuotedNewlines()
    {
        FileWorld world;
        world.write("a,b\n\"1\n2\n3\",x\ny\n");
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE(given->rows.size(), std::size_t{1});
        QCOMPARE(given->dead.at(0).reason.place(), std::string("in: line 5: column 1"));
    }

    /// It swallowed the rest of the file.
    void aQuoteThatIsNotClosedCostsOneLine_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("dead");
        const QByteArray many(11 << 20, 'y');
        QTest::newRow("to the end") << QByteArray("1,\"x\n2,y\n3,z\n") << "line 2: column 3"
                                    << "1,\"x";
        QTest::newRow("another one opens")
            << QByteArray("1,\"x\n2,\"y\"\n3,\"z\"\n") << "line 2: column 3"
            << "1,\"x";
        QTest::newRow("behind quoted newlines")
            << QByteArray("\"1\n0\",\"é\"\"x\n2,y\n3,z\n") << "line 3: column 4"
            << "\"1\n0\",\"é\"\"x";
        QTest::newRow("CRLF") << QByteArray("1,\"x\r\n2,y\r\n3,z\r\n") << "line 2: column 3"
                              << "1,\"x";
        QTest::newRow("CR") << QByteArray("1,\"x\r2,y\r3,z\r") << "line 2: column 3"
                            << "1,\"x";
        QTest::newRow("more than a line may have")
            << QByteArray("1,\"x\n2,y\n3,z\n" + many + "\n" + many + "\n") << "line 2: column 3"
            << "1,\"x";
    }
    void aQuoteThatIsNotClosedCostsOneLine()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, place);
        QFETCH(QString, dead);
        FileWorld world;
        world.write("a,b\n" + text.toStdString());
        const auto given = world.read(csv({{"schema", std::string("a INT, b STRING")}}));
        QVERIFY(given);
        QCOMPARE(joined(*given).size(), std::string("{\"a\":2,\"b\":\"y\"}\n").size() * 2);
        QCOMPARE(given->rows.size(), std::size_t{2});
        QCOMPARE(given->rows[1].data, std::string("{\"a\":3,\"b\":\"z\"}"));
        QVERIFY(!given->dead.empty());
        QCOMPARE(given->dead[0].reason.code(), Code::NodeBadLine);
        QCOMPARE(given->dead[0].reason.place(), "in: " + place.toStdString());
        QCOMPARE(given->dead[0].data, dead.toStdString());
        QCOMPARE(given->dead.size(), std::size_t(text.size() > 1000 ? 3 : 1));
    }

    void aHeaderWithAnOpenQuoteIsNoHeader()
    {
        FileWorld world;
        world.write("a,\"b\n1,2\n");
        const auto source = world.open(csv({{"schema", std::string("a INT, b STRING")}}));
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::NodeBadSchema);
    }

    void anyEndsOfLinesAreUnderstoodInCsv_data()
    {
        QTest::addColumn<QString>("end");
        QTest::newRow("LF") << "\n";
        QTest::newRow("CRLF") << "\r\n";
        QTest::newRow("CR") << "\r";
    }
    void anyEndsOfLinesAreUnderstoodInCsv()
    {
        QFETCH(QString, end);
        FileWorld world;
        std::string text;
        for (const char *line : {"a,b", "1,x", "2,\"y", "z\"", "broken", "3,w"})
            text += line + end.toStdString();
        world.write(text);
        const auto given = world.read(kCsv);
        QVERIFY(given);
        const std::string inside = end == "\n" ? "\\n" : end == "\r" ? "\\r" : "\\r\\n";
        QCOMPARE(joined(*given), "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y" + inside +
                                     "z\"}\n{\"a\":3,\"b\":\"w\"}\n");
        QCOMPARE(given->dead.size(), std::size_t{1});
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 5: column 1"));
    }

    void ndjsonWithEndsOfCrAloneSaysSo()
    {
        for (const std::size_t pad : {std::size_t{1}, kMoreThanALine}) {
            FileWorld world;
            world.write("{\"a\":1}\r{\"a\":2}\r" + std::string(pad, ' ') + "\r");
            const auto given = world.read();
            QVERIFY(given);
            QCOMPARE(given->dead.size(), std::size_t{1});
            QCOMPARE(given->dead[0].reason.code(), Code::NodeLineEnds);
            QCOMPARE(given->dead[0].reason.place(), std::string("in: line 1"));
        }
    }

    void aStrayQuoteInsideACellHarmsNothing()
    {
        FileWorld world;
        world.write("pipe,n\n5\" wide,1\nplain,2\n");
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE(joined(*given),
                 std::string("{\"pipe\":\"5\\\" wide\",\"n\":1}\n{\"pipe\":\"plain\",\"n\":2}\n"));
    }

    void otherDelimitersAndNoHeader()
    {
        FileWorld world;
        world.write("1;x\n2;y\n");
        const auto given = world.read(csv({{"delimiter", std::string("semicolon")},
                                           {"header", false},
                                           {"schema", std::string("n INT, t STRING")}}));
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"n\":1,\"t\":\"x\"}\n{\"n\":2,\"t\":\"y\"}\n"));
    }

    void badInputsAreSaid_data()
    {
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("schema");
        QTest::addColumn<bool>("header");
        QTest::addColumn<int>("code");
        const int badSchema = static_cast<int>(Code::NodeBadSchema);
        QTest::newRow("empty") << ""
                               << "" << true << badSchema;
        QTest::newRow("column twice") << "a,a\n"
                                      << "" << true << badSchema;
        QTest::newRow("column twice, quoted") << "a,\"a\"\n"
                                              << "" << true << badSchema;
        QTest::newRow("column without name") << "a,,b\n"
                                             << "" << true << badSchema;
        QTest::newRow("schema names another") << "a\n"
                                              << "b INT" << true << badSchema;
        QTest::newRow("neither header nor schema") << "1\n"
                                                   << "" << false << badSchema;
        QTest::newRow("bad schema") << "a\n"
                                    << "a NUMBR" << true << static_cast<int>(Code::InvalidArgument);
    }
    void badInputsAreSaid()
    {
        QFETCH(QString, content);
        QFETCH(QString, schema);
        QFETCH(bool, header);
        QFETCH(int, code);
        FileWorld world;
        world.write(content.toStdString());
        const auto source = world.open(csv({{"schema", schema.toStdString()}, {"header", header}}));
        QVERIFY(!source);
        QCOMPARE(static_cast<int>(source.error().code()), code);
        QVERIFY(source.error().place().starts_with("node node0001: parameter "));
    }

    void aHeaderThatIsNoUtf8IsSaid()
    {
        FileWorld world;
        world.write("a,b\x88\n1,2\n");
        const auto source = world.open(kCsv);
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::NodeBadSchema);
    }

    void missingAndUnreadableFilesAreSaid()
    {
        FileWorld world;
        const auto missing = world.open();
        QVERIFY(!missing);
        QCOMPARE(missing.error().code(), Code::NodeFileMissing);
        QCOMPARE(std::string(missing.error().argument("path")), std::string(kPath));
        QVERIFY(world.files.makeFolders("/documents/in"));
        const auto folder = world.open();
        QVERIFY(!folder);
        QCOMPARE(folder.error().code(), Code::NodeFileUnreadable);
    }

    void linesThatAreTooLongAreDeadAndTheRestGoesOn()
    {
        FileWorld world;
        std::string text = "{\"n\":1}\n{\"x\":\"";
        text.append(nodes::kMaxLineBytes + 5, 'x');
        text += "\"}\n{\"n\":2}\n";
        world.write(text);
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"n\":1}\n{\"n\":2}\n"));
        QCOMPARE(given->dead.size(), std::size_t{1});
        QCOMPARE(given->dead[0].reason.code(), Code::NodeLineTooLong);
        QCOMPARE(given->dead[0].data.size(), nodes::kKeptBytes);
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 2"));
    }

    /// Blank lines, or one line without end: a step ends, and says how far it is.
    void aStepEndsThoughNothingComes()
    {
        FileWorld world;
        world.write(std::string(2 * nodes::kMaxStepBytes, '\n') + "{\"a\":1}\n");
        auto source = world.open().value();
        QVERIFY(source->restore({}));
        Given given;
        auto step = take(*source, {}, given);
        QCOMPARE(step->state, runtime::SourceStep::State::More);
        QVERIFY(step->storeAlone);
        auto again = world.open().value();
        QVERIFY(again->restore(given.progress));
        QVERIFY(drain(*again, world.clock, MonoTime::max(), {}, given));
        QCOMPARE(joined(given), std::string("{\"a\":1}\n"));

        world.write(std::string(nodes::kMaxLineBytes + 2 * nodes::kMaxStepBytes, 'x') +
                    "\n{\"a\":2}\n");
        source = world.open().value();
        QVERIFY(source->restore({}));
        given = {};
        step = take(*source, {}, given);
        QCOMPARE(step->state, runtime::SourceStep::State::More);
        QVERIFY(given.dead.empty());
        QVERIFY(drain(*source, world.clock, MonoTime::max(), {}, given));
        QCOMPARE(given.dead.at(0).reason.code(), Code::NodeLineTooLong);
        QCOMPARE(joined(given), std::string("{\"a\":2}\n"));
    }

    void partitionKeysComeFromAnExpression()
    {
        FileWorld world;
        world.write("{\"u\":\"a\",\"n\":1}\n{\"n\":2}\nno\n{\"u\":\"b\",\"n\":3}\n");
        const auto given = world.read({{"partitionKey", std::string("UPPER(u)")}});
        QVERIFY(given);
        QCOMPARE(given->rows.size(), std::size_t{2});
        QCOMPARE(given->rows[0].key, std::string("A"));
        QCOMPARE(given->rows[1].key, std::string("B"));
        QCOMPARE(given->dead.size(), std::size_t{2});
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 2"));
        QVERIFY(given->dead[1].reason.place().starts_with("in: line 3"));
    }

    void paceFollowsTheRate()
    {
        FileWorld world;
        world.write("{}\n{}\n{}\n{}\n{}\n");
        auto source = *world.open({{"pace", std::string("rate")}, {"ratePerSecond", 2.0}});
        QVERIFY(source->restore({}));
        Given given;
        QVERIFY(drain(*source, world.clock, world.clock.mono() + 1200ms, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{3});
    }

    void paceFollowsATimeField_data()
    {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::newRow("ms") << "1517363399650"
                            << "1517363409650";
        QTest::newRow("s") << "1517363399"
                           << "1517363409";
        QTest::newRow("ISO") << "\"2026-01-01T00:00:00Z\""
                             << "\"2026-01-01T00:00:10Z\"";
        QTest::newRow("slashes") << "\"2001/01/01 00:47:00\""
                                 << "\"2001/01/01 00:47:10\"";
    }
    void paceFollowsATimeField()
    {
        QFETCH(QString, first);
        QFETCH(QString, second);
        FileWorld world;
        world.write("{\"t\":" + first.toStdString() + "}\n{\"t\":" + second.toStdString() +
                    "}\n{\"t\":" + first.toStdString() + "}\n");
        auto source = *world.open(
            {{"pace", std::string("time")}, {"timeField", std::string("t")}, {"timeFactor", 2.0}});
        QVERIFY(source->restore({}));
        const MonoTime start = world.clock.mono();
        Given given;
        QVERIFY(drain(*source, world.clock, start + 4900ms, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{1});
        QVERIFY(drain(*source, world.clock, start + 5100ms, {}, given));
        QCOMPARE(given.rows.size(), std::size_t{3}); // what lies in the past comes at once
        QVERIFY(given.finished);
    }

    /// Once, by the first line without one: a pace that nothing has would else just look wrong.
    void aMissingTimeIsSaid_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::newRow("no field") << "ndjson"
                                  << "{\"t\":1}\n{\"a\":1}\n{\"a\":2}\n"
                                  << "in: line 2: The record has no field t for its time";
        QTest::newRow("no time") << "ndjson"
                                 << "{\"t\":\"soon\"}\n{\"t\":\"later\"}\n"
                                 << "in: line 1: The time field t holds \"soon\", which is no time";
        QTest::newRow("csv") << "csv"
                             << "t,a\n1,x\nsoon,y\n,z\n"
                             << "in: line 3: The time field t holds soon, which is no time";
        QTest::newRow("csv, empty") << "csv"
                                    << "t,a\n,x\n"
                                    << "in: line 2: The time field t is empty";
        QTest::newRow("all have one") << "ndjson"
                                      << "{\"t\":1}\n{\"t\":2}\n"
                                      << "";
    }
    void aMissingTimeIsSaid()
    {
        QFETCH(QString, format);
        QFETCH(QString, text);
        QFETCH(QString, said);
        FileWorld world;
        world.write(text.toStdString());
        const auto given = world.read({{"format", format.toStdString()},
                                       {"pace", std::string("time")},
                                       {"timeField", std::string("t")}});
        QVERIFY(given);
        QVERIFY(given->finished);
        QCOMPARE(given->notices.size(), std::size_t(said.isEmpty() ? 0 : 1));
        if (!said.isEmpty()) {
            QCOMPARE(given->notices[0].code(), Code::NodeNoTime);
            QVERIFY2(given->notices[0].message().starts_with(said.toStdString()),
                     given->notices[0].message().c_str());
        }
    }

    /// A record whose names are data: what its schema has no room for is not silently left out.
    void aSchemaThatIsCutIsSaid()
    {
        FileWorld world;
        std::string text = "{\"f0\":0";
        for (int i = 1; i < 1005; ++i)
            text += ",\"f" + std::to_string(i) + "\":" + std::to_string(i);
        world.write(text + "}\n" + text + "}\n");
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(given->notices.size(), std::size_t(1));
        QCOMPARE(given->notices[0].code(), Code::SqlSchemaCut);
        QCOMPARE(given->notices[0].place(), std::string("in"));
        QCOMPARE(given->notices[0].argument("names"),
                 std::string_view("f1000, f1001, f1002 and others"));
    }

    void restoredAnywhereItGoesOn_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("pace");
        for (const char *format : {"ndjson", "csv"}) {
            for (const char *pace : {"at-once", "rate", "time"})
                QTest::addRow("%s %s", format, pace) << format << pace;
        }
    }
    void restoredAnywhereItGoesOn()
    {
        QFETCH(QString, format);
        QFETCH(QString, pace);
        const bool isCsv = format == "csv";
        std::string text = isCsv ? "t,n,x\n" : "";
        for (int n = 0; n < 300; ++n) {
            if (n % 17 == 5)
                text += isCsv ? "broken\n" : "{broken\n";
            const std::string t = std::to_string(1'517'363'399 + n / 3);
            const std::string i = std::to_string(n);
            text +=
                isCsv ? t + ',' + i + ",\"a\n" + i + "\"\n" : "{\"t\":" + t + ",\"n\":" + i + "}\n";
        }
        const Parameters parameters = {{"format", format.toStdString()},
                                       {"pace", pace.toStdString()},
                                       {"timeField", std::string("t")},
                                       {"ratePerSecond", 100.0}};
        FileWorld whole;
        whole.write(text);
        const auto expected = whole.read(parameters);
        QVERIFY(expected);
        QCOMPARE(expected->rows.size(), std::size_t{300});
        QVERIFY(expected->dead.size() > 15);
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            FileWorld world;
            world.write(text);
            Given given;
            const auto cut =
                cutAndRestore([&] { return *world.open(parameters); }, world.clock, seed, given);
            QVERIFY2(cut, cut ? "" : cut.error().message().c_str());
            QVERIFY(given.rows == expected->rows);
            QCOMPARE(given.dead.size(), expected->dead.size());
            for (std::size_t i = 0; i < given.dead.size(); ++i)
                QCOMPARE(given.dead[i].reason.message(), expected->dead[i].reason.message());
        }
    }

    void aFileThatGrewIsReadOn()
    {
        FileWorld world;
        world.write("{\"n\":1}\n");
        const auto first = world.read();
        world.write("{\"n\":1}\n{\"n\":2}\n");
        auto source = *world.open();
        QVERIFY(source->restore(first->progress));
        Given given;
        QVERIFY(drain(*source, world.clock, MonoTime::max(), {}, given));
        QCOMPARE(joined(given), std::string("{\"n\":2}\n"));
    }

    void aFileThatChangedIsSaid()
    {
        FileWorld world;
        world.write("{\"n\":1}\n{\"n\":2}\n");
        const auto first = world.read();
        for (const char *other : {"{\"n\":1}\n", "{\"n\":7}\n{\"n\":2}\n"}) {
            world.write(other);
            const Status restored = (*world.open())->restore(first->progress);
            QVERIFY(!restored);
            QCOMPARE(restored.error().code(), Code::NodeFileChanged);
        }
    }

    void damagedProgressIsRefused()
    {
        FileWorld world;
        world.write("{}\n");
        const Status restored = (*world.open())->restore(Bytes(4, std::byte{0xFF}));
        QVERIFY(!restored);
        QCOMPARE(restored.error().code(), Code::Corrupt);
    }
};

MILLRACE_TEST(FileTest)
#include "file_test.moc"
