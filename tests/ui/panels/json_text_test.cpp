// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/panels/json_text.h"

#include <QTest>

using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

/// The text of data that is short enough to be shown whole.
QString whole(const QByteArray &data)
{
    const JsonText shown = indentedJson(data, 1024);
    return shown.bytesLeft == 0 ? shown.text : QString();
}

} // namespace

class JsonTextTest final : public QObject
{
    Q_OBJECT

private slots:
    void fieldsKeepTheirOrderAndNumbersTheirDigits()
    {
        QCOMPARE(whole("{\"page\":\"/\",\"id\":12345678901234567890,\"price\":1.10}"),
                 u"{\n"
                 "    \"page\": \"/\",\n"
                 "    \"id\": 12345678901234567890,\n"
                 "    \"price\": 1.10\n"
                 "}"_s);
    }

    void nestingIsIndentedAndEmptinessIsShort()
    {
        QCOMPARE(whole(" {\"a\" : [1, {\"b\":null}], \"c\":{ }, \"d\":[]} "),
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
        QCOMPARE(whole('[' + strings.join(',') + ']'),
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
        QCOMPARE(whole(data), QString::fromUtf8(data));
    }

    void noMoreIsMadeThanTheLimit_data()
    {
        QTest::addColumn<QByteArray>("data");
        // Every comma is a new line of four thousand blanks.
        QByteArray deep = QByteArray(1000, '[') + '1';
        deep += QByteArray(",1").repeated(500'000) + QByteArray(1000, ']');
        QTest::newRow("deep") << deep;
        QTest::newRow("a long string") << "{\"a\":\"" + QByteArray(1'000'000, 'x') + "\"}";
        QTest::newRow("flat") << '[' + QByteArray("1,").repeated(500'000) + "1]";
        QTest::newRow("a long number") << '[' + QByteArray(1'000'000, '1') + ']';
        QTest::newRow("no JSON") << QByteArray(1'000'000, 'x');
    }
    void noMoreIsMadeThanTheLimit()
    {
        QFETCH(QByteArray, data);
        constexpr qsizetype kLimit = 4096;
        const JsonText shown = indentedJson(data, kLimit);
        QVERIFY(!shown.text.isEmpty() && shown.text.size() <= kLimit);
        // What is left follows what is shown.
        QByteArray expected = data.first(data.size() - shown.bytesLeft);
        QByteArray text = shown.text.toUtf8();
        QCOMPARE(text.replace('\n', "").replace(' ', ""), expected);
    }

    void aCharacterIsNotCutInTwo_data()
    {
        QTest::addColumn<QByteArray>("data");
        QTest::newRow("a string") << QByteArray("[\"üüüü\"]");
        QTest::newRow("no JSON") << QByteArray("[\"üüüü");
    }
    void aCharacterIsNotCutInTwo()
    {
        QFETCH(QByteArray, data);
        for (qsizetype limit = 1; limit < data.size(); ++limit) {
            const JsonText shown = indentedJson(data, limit);
            QVERIFY(!shown.text.contains(QChar::ReplacementCharacter));
            QVERIFY(shown.text.toUtf8().size() <= limit && shown.bytesLeft > 0);
        }
    }
};

MILLRACE_TEST(JsonTextTest)
#include "json_text_test.moc"
