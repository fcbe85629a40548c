// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/utf8.h"

#include <QTest>

using namespace millrace;

class Utf8Test : public QObject
{
    Q_OBJECT
private slots:
    void aTextIsCutBetweenCharacters_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<QByteArray>("last");
        const auto row = [](const char *name, const char *text, int bytes, const char *first,
                            const char *last) {
            QTest::newRow(name) << QByteArray(text) << bytes << QByteArray(first)
                                << QByteArray(last);
        };
        row("ASCII", "abcdef", 3, "abc", "def");
        row("whole", "aé", 3, "aé", "aé");
        row("between", "éé", 2, "é", "é");
        row("two bytes", "aébcéd", 2, "a", "d");
        row("three bytes", "€€", 5, "€", "€");
        row("four bytes", "😀a😀", 4, "😀", "😀");
        row("four bytes, the last but one", "😀a😀", 3, "", "");
        row("nothing fits", "€€", 2, "", "");
        row("no UTF-8", "\x80\x80\x80\x80\x80\x80\x80\x80", 5, "\x80\x80", "\x80\x80");
    }
    void aTextIsCutBetweenCharacters()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, bytes);
        QFETCH(QByteArray, first);
        QFETCH(QByteArray, last);
        const std::string whole = text.toStdString();
        const auto size = static_cast<std::size_t>(bytes);
        QCOMPARE(std::string(firstBytes(whole, size)), first.toStdString());
        QCOMPARE(std::string(lastBytes(whole, size)), last.toStdString());
        const bool cut = first.size() < text.size();
        QCOMPARE(shortened(whole, size), first.toStdString() + (cut ? "…" : ""));
    }
};

MILLRACE_TEST(Utf8Test)
#include "utf8_test.moc"
