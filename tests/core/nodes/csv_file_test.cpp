// SPDX-License-Identifier: GPL-3.0-or-later
// Files of comma-separated values: their cells, quotes, ends of lines and headers.
#include "tests/core/nodes/file_world.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/nodes/producers/line_reader.h"

#include <QtTest>

#include <array>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

class CsvFileTest : public QObject
{
    Q_OBJECT

private slots:
    void aWideIntegerOfACsvFileMakesADecimalColumn()
    {
        FileWorld world;
        world.write("a,b,c\n18446744073709551615,1,1e30\n-7,2,18446744073709551615\n");
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE((*world.open(kCsv))->schema()->toString(),
                 std::string("a DECIMAL(38, 0), b BIGINT, c DOUBLE"));
        QCOMPARE(joined(*given), std::string("{\"a\":18446744073709551615,\"b\":1,\"c\":1e30}\n"
                                             "{\"a\":-7,\"b\":2,\"c\":18446744073709551615}\n"));
    }

    /// A DOUBLE rounds where it is read, not in the stream.
    void aRealKeepsItsDigits_data()
    {
        QTest::addColumn<QString>("cell");
        QTest::addColumn<QString>("value");
        for (const char *text :
             {"1", "2.50", "-0", "1e5", "0.12345678901234567890", "100000000000000000001",
              "1234567890123456789012345678901234567890", "-0.1E-7"})
            QTest::addRow("kept, %s", text) << text << text;
        for (const auto &[text, value] :
             {std::pair("+1", ""), std::pair("01.5", "1.5"), std::pair(".5", "0.5"),
              std::pair("1.", "1.0"), std::pair("NaN", ""), std::pair("Infinity", ""),
              std::pair("1e400", "")})
            QTest::addRow("not JSON, %s", text) << text << value;
    }
    void aRealKeepsItsDigits()
    {
        QFETCH(QString, cell);
        QFETCH(QString, value);
        FileWorld world;
        world.write("a\n" + cell.toStdString() + "\n");
        const auto given = world.read(csv({{"schema", std::string("a DOUBLE")}}));
        QVERIFY(given);
        QCOMPARE(joined(*given),
                 value.isEmpty() ? std::string() : "{\"a\":" + value.toStdString() + "}\n");
        QCOMPARE(given->dead.size(), std::size_t(value.isEmpty() ? 1 : 0));
    }

    void aGuessedRealKeepsItsDigitsAsWell()
    {
        FileWorld world;
        const std::string text = "1\n2.50\n100000000000000000001\n";
        world.write("a\n" + text);
        QCOMPARE((*world.open(kCsv))->schema()->toString(), std::string("a DOUBLE"));
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE(joined(*given),
                 std::string("{\"a\":1}\n{\"a\":2.50}\n{\"a\":100000000000000000001}\n"));
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
                             "{\"id\":2,\"name\":\"two\\nlines\",\"ratio\":2,\"ok\":false,"
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

    void aStrayQuoteInsideACellHarmsNothing()
    {
        FileWorld world;
        world.write("pipe,n\n5\" wide,1\nplain,2\n");
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE(joined(*given),
                 std::string("{\"pipe\":\"5\\\" wide\",\"n\":1}\n{\"pipe\":\"plain\",\"n\":2}\n"));
    }

    /// Of CSV they are cells.
    void aLineOfBlanksIsARow()
    {
        FileWorld world;
        world.write("a\n  \n\nx\n");
        const auto given = world.read(kCsv);
        QVERIFY(given);
        QCOMPARE(joined(*given), std::string("{\"a\":\"  \"}\n{\"a\":\"x\"}\n"));
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
};

MILLRACE_TEST(CsvFileTest)
#include "csv_file_test.moc"
