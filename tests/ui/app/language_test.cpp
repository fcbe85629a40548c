// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/language.h"
#include "tests/support/test_main.h"

#include "ui/style/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTest>

using namespace millrace::studio;
using namespace millrace::ui;
using namespace Qt::StringLiterals;

class LanguageTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_before = QLocale(); }
    void cleanup() { QLocale::setDefault(m_before); }

    void numbersAreWrittenAsTheLanguageDoes()
    {
        installLanguage(*QCoreApplication::instance(), u"de"_s);
        QCOMPARE(QLocale().language(), QLocale::German);
        QCOMPARE(format::integer(2600), u"2.600"_s);
        installLanguage(*QCoreApplication::instance(), u"en"_s);
        QCOMPARE(format::integer(2600), u"2,600"_s);
    }

    void withoutATranslationTheTextsAreEnglish()
    {
        installLanguage(*QCoreApplication::instance(), u"de"_s);
        const auto shards = [](int count) {
            return QCoreApplication::translate("millrace::ui::CardContent", "%n shard(s)", nullptr,
                                               count);
        };
        QCOMPARE(shards(1), u"1 shard"_s);
        QCOMPARE(shards(4), u"4 shards"_s);
    }

    void nothingSaidIsTheSystems()
    {
        installLanguage(*QCoreApplication::instance(), {});
        QCOMPARE(QLocale().name(), QLocale::system().name());
    }

private:
    QLocale m_before;
};

MILLRACE_TEST(LanguageTest)
#include "language_test.moc"
