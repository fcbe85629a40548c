// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/file_world.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/nodes/producers/file_kind.h"
#include "core/nodes/producers/line_reader.h"
#include "core/record/timestamp_text.h"

#include <QtTest>

#include <algorithm>
#include <array>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

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

    void linesOfBlanksAreNoRecordsOfNdjson()
    {
        FileWorld world;
        world.write("{\"a\":1}\n   \n \t\r\n{\"a\":}\n ");
        const auto given = world.read();
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"a\":1}\n"));
        QCOMPARE(given->dead.size(), std::size_t{1});
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 4: column 6"));
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

    void aLongValueThatDoesNotFitIsShownUpToACharacter()
    {
        FileWorld world;
        std::string value;
        for (int i = 0; i < 40; ++i)
            value += "€";
        world.write("n,m\n" + value + ",1\nx" + value + ",1\nxx" + value + ",1\n");
        const auto given = world.read(csv({{"schema", std::string("n INT, m INT")}}));
        QVERIFY(given);
        QCOMPARE(given->dead.size(), std::size_t{3});
        for (const auto &dead : given->dead) {
            const std::string shown(dead.reason.argument("value"));
            QVERIFY2(shown.ends_with("€…"), shown.c_str());
            QCOMPARE(QString::fromStdString(shown).toStdString(), shown);
        }
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

    void bringsTheSchemaOfTheWholeFile()
    {
        FileWorld world;
        world.write("{\"a\":1,\"b\":\"x\"}\n{\"a\":1.5,\"b\":\"y\"}\n");
        QCOMPARE((*world.open())->schema()->toString(), std::string("a DOUBLE, b STRING"));
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
            "field id: expected INT NOT NULL, found NULL",
            "field id: expected INT NOT NULL, found NULL",
            "field id: expected INT, found string",
            "field `r.x`: expected INT NOT NULL, found NULL",
            "field `r.x`: expected INT, found a number that does not fit",
            "field r: expected ROW<x INT NOT NULL>, found array",
        };
        QCOMPARE(given->dead.size(), reasons.size());
        for (std::size_t i = 0; i < reasons.size(); ++i) {
            QCOMPARE(given->dead[i].reason.code(), Code::NodeRowError);
            QCOMPARE(given->dead[i].reason.argument("reason"), std::string_view(reasons[i]));
            QCOMPARE(given->dead[i].reason.place(), "in: line " + std::to_string(i + 3));
        }
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

    void badInputsAreSaid_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("schema");
        QTest::addColumn<bool>("header");
        QTest::addColumn<QString>("text");
        const QString unreadable = "The columns of /documents/in cannot be used: ";
        const graph::NodeKind &kind = nodes::fileKind();
        const auto header = std::find_if(kind.parameters.begin(), kind.parameters.end(),
                                         [](const auto &one) { return one.id == "header"; });
        const QString title = '"' + QString::fromStdString(header->title) + '"';
        const QString mend =
            "; mend the names in line 1 of the file, or turn off " + title +
            " and name all columns in the schema (line 1 is then a row like the others)";
        const auto row = [&](const char *name, const QByteArray &content, const char *schema,
                             const QString &text, bool named = true) {
            QTest::newRow(name) << content << schema << named << unreadable + text;
        };
        row("empty", "", "",
            "the file is empty, it has no header; start when the file is written, or turn off " +
                title + " and name them in the schema");
        row("column twice", "a,b,a\n", "", "the header names a twice, in columns 1 and 3" + mend);
        row("column twice, quoted", "a,\"a\"\n", "",
            "the header names a twice, in columns 1 and 2" + mend);
        row("column without name", "a,,b\n", "", "column 2 of the header has no name" + mend);
        row("column without name, with a schema", "a,b,\n", "a INT, b INT",
            "column 3 of the header has no name" + mend);
        row("no UTF-8", "a,b\x88\n", "",
            "column 2 of the header is not UTF-8; save the file as UTF-8, for instance with iconv "
            "-f LATIN1 -t UTF-8");
        row("schema names another", "a,x y\n", "b INT",
            "the header has no column b as the schema has it, only a, `x y`; spell it in the "
            "schema "
            "as in the header, or leave it out there, or choose the delimiter that the file has");
        row("open quote", "a,\"b\n1,2\n", "",
            "the header, line 1, is too long or has a quote that is not closed; mend that line, or "
            "turn off " +
                title + " and name them in the schema");
        row("neither header nor schema", "1\n", "",
            "there is neither a header nor a schema; turn on " + title +
                ", or name the columns in the schema",
            false);
    }
    void badInputsAreSaid()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, schema);
        QFETCH(bool, header);
        QFETCH(QString, text);
        FileWorld world;
        world.write(content.toStdString());
        const auto source = world.open(csv({{"schema", schema.toStdString()}, {"header", header}}));
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::NodeBadSchema);
        QCOMPARE(QString::fromStdString(source.error().text()), text);
        QCOMPARE(source.error().place(), std::string("node node0001: parameter path"));
    }

    /// What the refusals of a bad header advise.
    void aBadHeaderIsARowWhereTheSchemaNamesTheColumns()
    {
        FileWorld world;
        world.write("a,,a\n1,2,3\n");
        const auto given =
            world.read(csv({{"schema", std::string("a INT, b INT, c INT")}, {"header", false}}));
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"a\":1,\"b\":2,\"c\":3}\n"));
        QCOMPARE(given->dead.size(), std::size_t{1});
        QCOMPARE(given->dead[0].reason.place(), std::string("in: line 1: column 1"));
    }

    void aTimeFieldThatIsNoColumnIsSaidWithTheColumns()
    {
        FileWorld world;
        world.write("at,n\n2026-01-31,2\n");
        const auto source =
            world.open(csv({{"pace", std::string("time")}, {"timeField", std::string("time")}}));
        QVERIFY(!source);
        QCOMPARE(source.error().text(),
                 std::string("The columns of /documents/in cannot be used: there is no column time "
                             "for the time; name one of them as the time field: at STRING, n "
                             "BIGINT"));
    }

    void aBadSchemaIsSaid()
    {
        FileWorld world;
        world.write("a\n");
        std::vector<Problem> further;
        world.context.furtherProblems = &further;
        const auto source = world.open(csv({{"schema", std::string("a NUMBR, b")}}));
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::InvalidArgument);
        QCOMPARE(source.error().place(), std::string("node node0001: parameter schema: column 3"));
        QCOMPARE(further.size(), std::size_t{1});
        QCOMPARE(further[0].place(), std::string("node node0001: parameter schema: column 11"));
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

    /// Chance and time are those of the row: dealt out over the keys, the same after a restart.
    void aKeyExpressionHasAnOriginAndAnArrival()
    {
        FileWorld world;
        std::string text;
        for (int i = 0; i < 400; ++i)
            text += "{\"n\":" + std::to_string(i) + "}\n";
        world.write(text);
        const Parameters parameters = {
            {"partitionKey", std::string("CAST(RAND_INTEGER(4) AS STRING) || '/' || "
                                         "DATE_FORMAT(NOW(), 'yyyy-MM-dd')")}};
        const auto given = world.read(parameters);
        QVERIFY(given);
        QCOMPARE(given->dead.size(), std::size_t{0});
        const std::string day =
            record::timestampText(world.clock.wall().time_since_epoch().count()).substr(0, 10);
        std::map<std::string, int> keys;
        for (const Row &row : given->rows)
            keys[row.key] += 1;
        QCOMPARE(keys.size(), std::size_t{4});
        for (const auto &[key, count] : keys) {
            QVERIFY2(count > 50, (key + ": " + std::to_string(count)).c_str());
            QVERIFY2(key.ends_with('/' + day), key.c_str());
        }
        Given cut;
        QVERIFY(cutAndRestore([&] { return *world.open(parameters); }, world.clock, 5, cut));
        QVERIFY(cut.rows == given->rows);
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
