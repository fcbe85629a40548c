// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/record/decimal.h"

#include <QTest>

#include <limits>

using namespace millrace::record;

namespace {

std::string nines(int count)
{
    return std::string(static_cast<std::size_t>(count), '9');
}

Decimal read(std::string_view text)
{
    const auto value = parseDecimal(text);
    if (!value)
        qFatal("no decimal: %s", std::string(text).c_str());
    return *value;
}

} // namespace

class DecimalTest : public QObject
{
    Q_OBJECT
private slots:
    void readsAndWritesWithAllDigits_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("written");
        const std::pair<std::string, std::string> rows[] = {
            {"0", "0"},
            {"-12.50", "-12.50"},
            {".5", "0.5"},
            {"+3", "3"},
            {"1e3", "1000"},
            {"1.5E+1", "15"},
            {"12e-3", "0.012"},
            {"-0.001", "-0.001"},
            {nines(38), nines(38)},
            {"0." + nines(38), "0." + nines(38)},
            {"1e-200", "0." + std::string(38, '0')},
        };
        for (const auto &[text, written] : rows)
            QTest::newRow(text.c_str()) << text << written;
    }
    void readsAndWritesWithAllDigits()
    {
        QFETCH(std::string, text);
        QFETCH(std::string, written);
        QCOMPARE(decimalText(read(text)), written);
    }

    void refusesWhatIsNoDecimal()
    {
        for (const std::string text :
             {"", "-", ".", "1.2.3", "1e", "1e+", "12a", " 1", "1e99", "NaN"})
            QVERIFY2(!parseDecimal(text), text.c_str());
        QVERIFY(!parseDecimal(nines(39)));
    }

    void roundsHalfAwayFromZero()
    {
        QVERIFY(rescale(125, 2, 1) == Int128(13));
        QVERIFY(rescale(-125, 2, 1) == Int128(-13));
        QVERIFY(rescale(124, 2, 1) == Int128(12));
        QVERIFY(rescale(1, 0, 3) == Int128(1000));
        QVERIFY(rescale(5, 40, 0) == Int128(0));
        QVERIFY(!rescale(read(nines(38)).unscaled, 0, 1)); // 39 digits
    }

    void multipliesAndDividesExactlyInBetween()
    {
        QVERIFY(multiplyDecimal(15, 15, 1) == Int128(23)); // 1.5 × 1.5 = 2.25 -> 2.3
        QVERIFY(multiplyDecimal(-15, 15, 1) == Int128(-23));
        // (10^30)^2 needs 200 bits on the way.
        QVERIFY(multiplyDecimal(powerOfTen(30), powerOfTen(30), 25) == powerOfTen(35));
        QVERIFY(!multiplyDecimal(powerOfTen(20), powerOfTen(20), 1)); // 10^39
        QVERIFY(divideDecimal(2, 3, 4) == Int128(6667));
        QVERIFY(divideDecimal(-2, 3, 4) == Int128(-6667));
        QVERIFY(divideDecimal(powerOfTen(37), 3, 1) == read("3" + std::string(37, '3')).unscaled);
        QVERIFY(divideDecimal(1250, 1, -3) == Int128(1));
        QVERIFY(!divideDecimal(powerOfTen(37), 1, 1)); // 10^38 has 39 digits
    }

    void comparesAcrossScales()
    {
        QCOMPARE(compareDecimal(read("1.50"), read("1.5")), 0);
        QCOMPARE(compareDecimal(read("-2"), read("1.999")), -1);
        // At one scale these do not fit into 38 digits.
        QCOMPARE(compareDecimal(read(nines(38)), read("0." + nines(38))), 1);
        QCOMPARE(compareDecimal(read("-" + nines(38)), read("0." + nines(38))), -1);
    }

    void meetsDoublesWhereTheirTextDoes()
    {
        QCOMPARE(toDouble(read("0.1")), 0.1);
        QCOMPARE(toDouble(read("12345678901234567890.123")), 12345678901234567890.123);
        QVERIFY(decimalFromDouble(0.1, 3) == Int128(100));
        QVERIFY(decimalFromDouble(2.675, 2) == Int128(268)); // the text, not the bits below it
        QVERIFY(decimalFromDouble(1e-200, 2) == Int128(0));
        QVERIFY(!decimalFromDouble(1e38, 0));
        QVERIFY(!decimalFromDouble(std::numeric_limits<double>::infinity(), 0));
        QVERIFY(!decimalFromDouble(std::numeric_limits<double>::quiet_NaN(), 0));
    }

    void countsDigits()
    {
        QVERIFY(fitsPrecision(999, 3));
        QVERIFY(fitsPrecision(-999, 3));
        QVERIFY(!fitsPrecision(1000, 3));
        QVERIFY(!fitsPrecision(-1000, 3));
    }
};

MILLRACE_TEST(DecimalTest)
#include "decimal_test.moc"
