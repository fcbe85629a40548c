// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "ui/style/format.h"

#include <QLocale>
#include <QTest>
#include <QTextBoundaryFinder>

using namespace millrace::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class FormatTest final : public QObject
{
    Q_OBJECT

private slots:
    void counts_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << 0.0 << u"0"_s;
        QTest::newRow("negative is none") << -1.0 << u"0"_s;
        QTest::newRow("little") << 0.4 << u"0.4"_s;
        QTest::newRow("whole") << 3.0 << u"3"_s;
        QTest::newRow("nearly ten") << 9.96 << u"10"_s;
        QTest::newRow("hundreds") << 476.2 << u"476"_s;
        QTest::newRow("thousands") << 2370.0 << u"2,370"_s;
        QTest::newRow("below the step") << 9999.4 << u"9,999"_s;
        QTest::newRow("above the step") << 9999.6 << u"10.0\u00a0k"_s;
        QTest::newRow("k") << 12'345.0 << u"12.3\u00a0k"_s;
        QTest::newRow("k to M") << 999'999.0 << u"1.00\u00a0M"_s;
        QTest::newRow("M") << 1'214'000.0 << u"1.21\u00a0M"_s;
        QTest::newRow("G") << 123e9 << u"123\u00a0G"_s;
    }
    void counts()
    {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(format::count(value), text);
    }

    void byteRates_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << 0.0 << u"0\u00a0B/s"_s;
        QTest::newRow("bytes") << 512.0 << u"512\u00a0B/s"_s;
        QTest::newRow("KiB") << 40.2 * 1024 << u"40.2\u00a0KiB/s"_s;
        QTest::newRow("part of a MiB") << 0.46 * 1048576 << u"0.46\u00a0MiB/s"_s;
        QTest::newRow("MiB") << 2.414 * 1048576 << u"2.41\u00a0MiB/s"_s;
        QTest::newRow("GiB") << 3.0 * 1073741824 << u"3.00\u00a0GiB/s"_s;
    }
    void byteRates()
    {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(format::byteRate(value), text);
    }

    void recordsHaveAPlural()
    {
        QCOMPARE(format::records(0), u"0 records"_s);
        QCOMPARE(format::records(1), u"1 record"_s);
        QCOMPARE(format::records(1204), u"1,204 records"_s);
        QCOMPARE(format::records(5'000'000'000), u"5,000,000,000 records"_s); // more than an int
    }

    void sizes()
    {
        QCOMPARE(format::memory(142U << 20U), u"142\u00a0MiB"_s);
        QCOMPARE(format::disk(104'000'000), u"104\u00a0MB"_s);
        QCOMPARE(format::disk(2'000'000'000), u"2\u00a0GB"_s);
        QCOMPARE(format::disk(1'234'000'000), u"1.23\u00a0GB"_s);
        QCOMPARE(format::disk(0), u"0\u00a0B"_s);
    }

    void shares()
    {
        QCOMPARE(format::percent(0.71), u"71\u00a0%"_s);
        QCOMPARE(format::percent(0), u"0\u00a0%"_s);
        QCOMPARE(format::percent(0.004), u"0.4\u00a0%"_s);
        QCOMPARE(format::ratio(7.94), u"7.9×"_s);
    }

    void times()
    {
        QCOMPARE(format::running(8s), u"8 s"_s);
        QCOMPARE(format::running(6min + 12s), u"6 min"_s);
        QCOMPARE(format::running(3h + 12min), u"3 h 12 min"_s);
        QCOMPARE(format::running(52h), u"2 d 4 h"_s);
        QCOMPARE(format::lag(12ms), u"12 ms"_s);
        QCOMPARE(format::lag(200ms), u"0.2 s"_s);
        QCOMPARE(format::lag(184s), u"3 min 4 s"_s);
        QCOMPARE(format::timeOfDay(1'780'324'327'391), u"14:32:07.391"_s);
        QCOMPARE(format::minuteOfDay(1'780'324'320'000), u"14:32"_s);
        QCOMPARE(format::secondOfDay(1'780'324'350'000), u"14:32:30"_s);
        QCOMPARE(format::zone(), u"UTC"_s);
    }

    void localeDecides()
    {
        const QLocale before;
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        const QString count = format::count(2370);
        const QString rate = format::mebibyteRate(0.46 * 1048576);
        QLocale::setDefault(before);
        QCOMPARE(count, u"2.370"_s);
        QCOMPARE(rate, u"0,46\u00a0MiB/s"_s);
    }

    void textsOnOneLine()
    {
        QCOMPARE(
            format::sequenceShort(u"49590338271490256608559692538361571095921575989136440817"_s),
            u"…440817"_s);
        QCOMPARE(format::sequenceShort(u"123"_s), u"123"_s);
        QCOMPARE(format::oneLine(u"a\nb\tc\u0001d"_s), u"a b c·d"_s);
        QCOMPARE(format::noData(), u"–"_s);
    }

    void optionsAreWholeWhereALineEnds()
    {
        const auto breaks = [](const QString &text) {
            QTextBoundaryFinder finder(QTextBoundaryFinder::Line, text);
            QStringList parts;
            for (qsizetype from = 0; finder.toNextBoundary() != -1; from = finder.position())
                parts << text.mid(from, finder.position() - from).remove(QChar(0x2060)).trimmed();
            return parts;
        };
        const QString command = u"“run -v a-b --until-done” (PID 4711)"_s;
        QVERIFY(breaks(command).contains(u"--"_s));
        const QStringList parts = breaks(format::withWholeOptions(command));
        QVERIFY2(parts.contains(u"-v"_s), qPrintable(parts.join(u'|')));
        QVERIFY2(parts.filter(u"--until-done”"_s).size() == 1, qPrintable(parts.join(u'|')));
        QCOMPARE(format::withWholeOptions(u"a-b c"_s), u"a-b c"_s); // no option
    }
};

MILLRACE_TEST(FormatTest)
#include "format_test.moc"
