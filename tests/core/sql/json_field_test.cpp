// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/sql/json_field.h"

#include <QTest>

using namespace millrace;

class JsonFieldTest : public QObject
{
    Q_OBJECT
private slots:
    void aFieldIsFoundByItsPath_data()
    {
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("a text") << QByteArray(R"({"a":"x y"})") << QByteArray("a")
                                << QByteArray("x y");
        QTest::newRow("inside") << QByteArray(R"({"a":{"b":{"c":7}},"b":1})") << QByteArray("a.b.c")
                                << QByteArray("7");
        QTest::newRow("a truth value")
            << QByteArray(R"({"a":true})") << QByteArray("a") << QByteArray("true");
        QTest::newRow("a number of many digits")
            << QByteArray(R"({"a":12345678901234567890123.10})") << QByteArray("a")
            << QByteArray("12345678901234567890123.10");
        QTest::newRow("a number beyond a double's digits")
            << QByteArray(R"({"a":9007199254740993})") << QByteArray("a")
            << QByteArray("9007199254740993");
        QTest::newRow("an escaped text")
            << QByteArray(R"({"a":"\u00e9"})") << QByteArray("a") << QByteArray("\xc3\xa9");
        QTest::newRow("the first of two")
            << QByteArray(R"({"a":1,"b":{"a":9},"a":2})") << QByteArray("a") << QByteArray("1");
        QTest::newRow("the first of two inside")
            << QByteArray(R"({"x":[{"a":0}],"b":{"a":1,"a":2}})") << QByteArray("b.a")
            << QByteArray("1");
    }
    void aFieldIsFoundByItsPath()
    {
        QFETCH(QByteArray, document);
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, text);
        const auto found = sql::JsonField(path.toStdString()).textIn(document.toStdString());
        QVERIFY(found);
        QCOMPARE(*found, text.toStdString());
    }

    void whyThereIsNoneIsSaid_data()
    {
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("no JSON") << QByteArray("{a") << QByteArray("the line is not JSON");
        QTest::newRow("broken behind it")
            << QByteArray(R"({"a":{"b":1}} x)") << QByteArray("the line is not JSON");
        QTest::newRow("no object") << QByteArray("[1]") << QByteArray("there is no a");
        QTest::newRow("no field") << QByteArray(R"({"b":1})") << QByteArray("there is no a");
        QTest::newRow("no field inside")
            << QByteArray(R"({"a":{"c":1}})") << QByteArray("there is no b");
        QTest::newRow("an object")
            << QByteArray(R"({"a":{"b":{}}})")
            << QByteArray("it is neither a text, a number nor a truth value");
        QTest::newRow("nothing") << QByteArray(R"({"a":{"b":null}})")
                                 << QByteArray("it is neither a text, a number nor a truth value");
    }
    void whyThereIsNoneIsSaid()
    {
        QFETCH(QByteArray, document);
        QFETCH(QByteArray, reason);
        const auto found = sql::JsonField("a.b").textIn(document.toStdString());
        QVERIFY(!found);
        QCOMPARE(found.error().code(), Code::InvalidArgument);
        QCOMPARE(found.error().argument("what"), std::string_view(reason.toStdString()));
    }
};

MILLRACE_TEST(JsonFieldTest)
#include "json_field_test.moc"
