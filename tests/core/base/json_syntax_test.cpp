// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/json_syntax.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace millrace;

class JsonSyntaxTest : public QObject
{
    Q_OBJECT

    static QString said(std::string_view text)
    {
        const auto fault = findJsonFault(text);
        return fault ? QStringLiteral("%1:%2 %3")
                           .arg(fault->line)
                           .arg(fault->column)
                           .arg(QString::fromStdString(fault->reason))
                     : QString();
    }

private slots:
    void saysWhereItStopsAndWhatWasExpected_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("fault");
        const auto row = [](const char *name, const char *text, const char *fault) {
            QTest::newRow(name) << QByteArray(text) << QString(fault);
        };
        row("empty", "", "1:1 expected a value, found the end");
        row("blank", " \n ", "2:2 expected a value, found the end");
        row("word", "no JSON", "1:1 expected a value, found \"no\"");
        row("word that begins well", "nullx", "1:1 expected a value, found \"nullx\"");
        row("cut word", "{\"a\":tru", "1:6 expected a value, found \"tru\"");
        row("value missing", "{\"a\":}", "1:6 expected a value, found \"}\"");
        row("name missing", "{,}", "1:2 expected a name in quotes or \"}\", found \",\"");
        row("comma before the end", "{\n \"ä\": 1,\n}",
            "3:1 expected a name in quotes, found \"}\"");
        row("bare name", "{a:1}", "1:2 expected a name in quotes or \"}\", found \"a\"");
        row("colon", "{\"a\" 1}", "1:6 expected \":\", found \"1\"");
        row("columns are characters", "{\"ää\": ?}", "1:8 expected a value, found \"?\"");
        row("cut object", "{\"a\":1", "1:7 expected \",\" or \"}\", found the end");
        row("cut list", "[1", "1:3 expected \",\" or \"]\", found the end");
        row("wrong bracket", "[1}", "1:3 expected \",\" or \"]\", found \"}\"");
        row("comma in a list", "[1,]", "1:4 expected a value, found \"]\"");
        row("more", "{} {}", "1:4 expected the end, found \"{\"");
        row("leading zero", "[01]", "1:3 expected \",\" or \"]\", found \"1\"");
        row("minus", "-", "1:2 expected a digit, found the end");
        row("fraction", "[1.]", "1:4 expected a digit, found \"]\"");
        row("exponent", "[1e+]", "1:5 expected a digit, found \"]\"");
        row("open text", "[\"abc", "1:6 expected the quote that ends the text, found the end");
        row("text over lines", "[\"abc\n\"]",
            "1:6 expected the quote that ends the text, found a line end");
        row("control", "[\"\x01\"]", "1:3 expected an escape such as \\u001f, found byte 1");
        row("escape", "[\"\\x\"]",
            "1:4 expected one of \" \\ / b f n r t u behind the backslash, found \"x\"");
        row("hexadecimal", "[\"\\u12g4\"]",
            "1:7 expected four hexadecimal digits behind \\u, found \"g4\"");
        row("half a pair", "[\"\\ud83d\"]",
            "1:9 expected both halves of a surrogate pair, such as \\ud83d\\ude00, found \"\"\"");
        QTest::newRow("byte 0") << QByteArray("{}\0", 3) << "1:3 expected the end, found byte 0";
        row("UTF-8", "[\"\xFF\"]", "1:3 expected UTF-8, found byte 255");
        row("overlong", "[\"\xC0\xAF\"]", "1:3 expected UTF-8, found byte 192");
    }
    void saysWhereItStopsAndWhatWasExpected()
    {
        QFETCH(QByteArray, text);
        QTEST(said(std::string_view(text.constData(), std::size_t(text.size()))), "fault");
    }

    /// Every text of up to five of these pieces: a fault where the parser sees one, and nowhere
    /// else.
    void agreesWithTheParser()
    {
        const std::vector<std::string> pieces{"{", "}",     "[",  "]",    ",", ":",
                                              "1", "\"a\"", "-0", "true", " ", "x"};
        std::vector<std::string> texts{""};
        std::size_t checked = 0;
        for (int length = 0; length < 5; ++length) {
            std::vector<std::string> longer;
            for (const std::string &text : texts) {
                for (const std::string &piece : pieces) {
                    longer.push_back(text + piece);
                    const bool accepted = nlohmann::json::accept(longer.back());
                    QVERIFY2(accepted == !findJsonFault(longer.back()), longer.back().c_str());
                    ++checked;
                }
            }
            if (length < 4)
                texts = std::move(longer);
        }
        QVERIFY(checked > 250'000);
    }

    void everyBytePair()
    {
        // Not byte 0, which the parser takes for the end of the text.
        for (int first = 1; first < 256; ++first) {
            for (int second = 1; second < 256; ++second) {
                for (const char *tail : {"", "\x80", "\x80\x80", "\xBF"}) {
                    std::string text = "\"";
                    text += static_cast<char>(first);
                    text += static_cast<char>(second);
                    text += tail + std::string("\"");
                    QVERIFY2(nlohmann::json::accept(text) == !findJsonFault(text),
                             qPrintable(QByteArray::fromStdString(text).toHex()));
                }
            }
        }
    }
};

MILLRACE_TEST(JsonSyntaxTest)
#include "json_syntax_test.moc"
