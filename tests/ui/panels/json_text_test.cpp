// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/panels/json_text.h"

#include <QTest>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

class JsonTextTest final : public QObject
{
    Q_OBJECT

private slots:
    void fieldsKeepTheirOrderAndNumbersTheirDigits()
    {
        QCOMPARE(indentedJson("{\"page\":\"/\",\"id\":12345678901234567890,\"price\":1.10}"),
                 u"{\n"
                 "    \"page\": \"/\",\n"
                 "    \"id\": 12345678901234567890,\n"
                 "    \"price\": 1.10\n"
                 "}"_s);
    }

    void nestingIsIndentedAndEmptinessIsShort()
    {
        QCOMPARE(indentedJson(" {\"a\" : [1, {\"b\":null}], \"c\":{ }, \"d\":[]} "),
                 u"{\n"
                 "    \"a\": [\n"
                 "        1,\n"
                 "        {\n"
                 "            \"b\": null\n"
                 "        }\n"
                 "    ],\n"
                 "    \"c\": {},\n"
                 "    \"d\": []\n"
                 "}"_s);
    }

    void stringsStayAsTheyAre()
    {
        const QList<QByteArray> strings = {"\"a, {b}: [c]\"", "\"\\\"d\\\" \\\\\"", "\"\\\" {\"",
                                           "\"\\u00e9\"", "\"ü\""};
        QCOMPARE(indentedJson('[' + strings.join(',') + ']'),
                 QString::fromUtf8("[\n    " + strings.join(",\n    ") + "\n]"));
    }

    void whatIsNoJsonStaysAsItIs_data()
    {
        QTest::addColumn<QByteArray>("data");
        QTest::newRow("a line") << QByteArray("GET /index.html 200");
        QTest::newRow("cut") << QByteArray("{\"page\":\"/ca");
        QTest::newRow("open") << QByteArray("{\"a\":[1,2");
        QTest::newRow("a number") << QByteArray("17");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("blanks") << QByteArray(" \n ");
    }
    void whatIsNoJsonStaysAsItIs()
    {
        QFETCH(QByteArray, data);
        QCOMPARE(indentedJson(data), QString::fromUtf8(data));
    }
};

MILLRACE_TEST(JsonTextTest)
#include "json_text_test.moc"
