// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/options.h"
#include "tests/support/test_main.h"

#include "ui/shell/main_window.h"

#include <QTest>

using namespace millrace;
using namespace millrace::studio;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class OptionsTest final : public QObject
{
    Q_OBJECT

private slots:
    void everythingAtOnce()
    {
        const auto read =
            readOptions({u"a.millrace"_s, u"--data"_s, u"/d"_s, u"--budget=2GB"_s, u"--theme"_s,
                         u"light"_s, u"--size"_s, u"1366x768"_s, u"--run"_s, u"--screenshot"_s,
                         u"o.png"_s, u"--after"_s, u"10s"_s, u"--language"_s, u"de"_s});
        const auto *options = std::get_if<Options>(&read);
        QVERIFY(options);
        QCOMPARE(options->file, u"a.millrace"_s);
        QCOMPARE(options->dataDirectory, u"/d"_s);
        QCOMPARE(options->budgetBytes, 2'000'000'000U);
        QCOMPARE(options->theme, std::optional(ui::ThemeKind::Light));
        QCOMPARE(options->size, std::optional(QSize(1366, 768)));
        QVERIFY(options->run);
        QCOMPARE(options->screenshot, u"o.png"_s);
        QCOMPARE(options->after, 10s);
        QCOMPARE(options->language, u"de"_s);
    }

    void nothingIsTheStartPage()
    {
        const auto read = readOptions({});
        QVERIFY(std::get<Options>(read).file.isEmpty());
        QVERIFY(!std::get<Options>(read).theme);
    }

    void wrongUseIsNamed_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("names");
        QTest::newRow("unknown") << QStringList{u"--fast"_s} << u"--fast"_s;
        QTest::newRow("no value") << QStringList{u"--data"_s} << u"--data"_s;
        QTest::newRow("size") << QStringList{u"--size"_s, u"big"_s} << u"big"_s;
        QTest::newRow("theme") << QStringList{u"--theme=blue"_s} << u"blue"_s;
        QTest::newRow("budget") << QStringList{u"--budget"_s, u"lots"_s} << u"lots"_s;
        QTest::newRow("no budget") << QStringList{u"--budget"_s, u"0"_s} << u"--budget"_s;
        QTest::newRow("after, of nothing")
            << QStringList{u"--after"_s, u"3s"_s} << u"add --screenshot OUT.png"_s;
        QTest::newRow("after") << QStringList{u"--after"_s, u"soon"_s} << u"soon"_s;
        QTest::newRow("bench") << QStringList{u"--bench"_s, u"all"_s} << u"all"_s;
        QTest::newRow("two files") << QStringList{u"a"_s, u"b"_s} << u"b"_s;
        QTest::newRow("run what") << QStringList{u"--run"_s} << u"--run"_s;
        QTest::newRow("flag with value") << QStringList{u"a"_s, u"--run=yes"_s} << u"--run"_s;
    }
    void wrongUseIsNamed()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, names);
        const auto read = readOptions(arguments);
        QVERIFY(std::holds_alternative<QString>(read));
        QVERIFY(std::get<QString>(read).contains(names));
    }

    /// What is too small is told with the least by whoever knows the window.
    void aSizeThatIsNoneIsToldWithTheRange_data()
    {
        QTest::addColumn<QString>("size");
        QTest::addColumn<bool>("fine");
        QTest::newRow("small") << u"10x10"_s << true;
        QTest::newRow("largest") << u"16384x16384"_s << true;
        QTest::newRow("too wide") << u"16385x1000"_s << false;
        QTest::newRow("too high") << u"1600x99999"_s << false;
        QTest::newRow("one number") << u"1600"_s << false;
    }
    void aSizeThatIsNoneIsToldWithTheRange()
    {
        QFETCH(QString, size);
        QFETCH(bool, fine);
        const auto read = readOptions({u"--size"_s, size});
        QCOMPARE(std::holds_alternative<Options>(read), fine);
        if (!fine)
            QCOMPARE(std::get<QString>(read),
                     u"--size wants width and height from %1x%2 to 16384x16384, such as "
                     "1600x1000, not \"%3\""_s.arg(ui::kSmallestWindow.width())
                         .arg(ui::kSmallestWindow.height())
                         .arg(size));
    }

    void theWindowFitsTheScreen()
    {
        QCOMPARE(startSize({1920, 1080}), std::optional(kUsualSize));
        QCOMPARE(startSize({1366, 768}), std::optional<QSize>());
        QCOMPARE(startSize({1600, 1000}), std::optional<QSize>());
        QCOMPARE(startSize({1920, 1000}), std::optional<QSize>());
    }

    void sizesAndTimes()
    {
        QCOMPARE(readBytes(u"500 MB"_s), std::optional<std::uint64_t>(500'000'000));
        QCOMPARE(readBytes(u"1.5GiB"_s), std::optional<std::uint64_t>(1'610'612'736));
        QCOMPARE(readBytes(u"1000"_s), std::optional<std::uint64_t>(1000));
        QVERIFY(!readBytes(u"-1GB"_s));
        QCOMPARE(readTime(u"500ms"_s), std::optional(500ms));
        QCOMPARE(readTime(u"2min"_s), std::optional<std::chrono::milliseconds>(120s));
        QCOMPARE(readTime(u"10"_s), std::optional<std::chrono::milliseconds>(10s));
        QVERIFY(!readTime(u"tomorrow"_s));
    }

    void helpNamesEveryOption()
    {
        for (const char *option : {"--run", "--data", "--budget", "--theme", "--size",
                                   "--screenshot", "--after", "--language", "--help", "--version"})
            QVERIFY2(helpText().contains(QLatin1String(option)), option);
    }
};

MILLRACE_TEST(OptionsTest)
#include "options_test.moc"
