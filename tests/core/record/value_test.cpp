// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/record/timestamp_text.h"
#include "core/record/value.h"

#include <QTest>

#include <limits>

using namespace millrace;
using namespace millrace::record;

class ValueTest : public QObject
{
    Q_OBJECT
private slots:
    void isWhatItWasMadeOf()
    {
        QVERIFY(Value().isNull());
        QCOMPARE(*Value(true).boolean(), true);
        QCOMPARE(*Value(std::int64_t{7}).integer(), std::int64_t(7));
        QCOMPARE(*Value(2.5).real(), 2.5);
        QVERIFY(*Value(Decimal{1250, 2}).decimal() == (Decimal{1250, 2}));
        QCOMPARE(*Value(std::string("x")).text(), std::string("x"));
        QVERIFY(Value(std::int64_t{1}).real() == nullptr);
        QVERIFY(Value(true).integer() == nullptr);
        QVERIFY(!(Value(std::int64_t{1}) == Value(1.0)));
        QVERIFY(Value() == Value());
    }

    void readsAsCastToStringWritesIt()
    {
        QCOMPARE(Value().toString(TypeKind::Int), std::string("NULL"));
        QCOMPARE(Value(false).toString(TypeKind::Boolean), std::string("FALSE"));
        const Value moment(std::int64_t{1'769'846'700'123});
        QCOMPARE(moment.toString(TypeKind::BigInt), std::string("1769846700123"));
        QCOMPARE(moment.toString(TypeKind::Timestamp), std::string("2026-01-31 08:05:00.123"));
        QCOMPARE(Value(Decimal{-5, 2}).toString(DataType::decimal(3, 2)), std::string("-0.05"));
        QCOMPARE(Value(std::string("a\"b")).toString(TypeKind::String), std::string("a\"b"));
    }

    void doublesAreSpeltAsJavaDoes()
    {
        const std::pair<double, const char *> rows[] = {
            {0.1, "0.1"},
            {3, "3.0"},
            {-0.0, "-0.0"},
            {1e7, "1.0E7"},
            {9999999, "9999999.0"},
            {0.001, "0.001"},
            {0.0009, "9.0E-4"},
            {1.5e300, "1.5E300"},
            {std::numeric_limits<double>::quiet_NaN(), "NaN"},
            {-std::numeric_limits<double>::infinity(), "-Infinity"},
        };
        for (const auto &[value, text] : rows)
            QCOMPARE(doubleText(value), std::string(text));
    }

    void timestampsReadBack()
    {
        for (const std::int64_t millis :
             {std::int64_t{0}, std::int64_t{-1}, std::int64_t{951'782'400'000},
              std::int64_t{-62'135'596'800'000}, std::int64_t{253'402'300'799'999}}) {
            QVERIFY(isTimestampInRange(millis));
            QVERIFY(parseTimestamp(timestampText(millis)) == millis);
            QCOMPARE(millisFromCivil(civilFromMillis(millis)), millis);
        }
        QVERIFY(!isTimestampInRange(253'402'300'800'000));
        QCOMPARE(timestampText(951'782'400'000), std::string("2000-02-29 00:00:00.000"));
        QVERIFY(parseTimestamp("2000-02-29T01:00:00.5+01:00") == 951'782'400'500);
        QVERIFY(parseTimestamp("2000-02-29") == 951'782'400'000);
        QVERIFY(parseTimestamp("2000-02-29 18:00+18:00") == 951'782'400'000);
        QVERIFY(parseTimestamp("2000-02-29 00:00:00.1239Z") == 951'782'400'123);
        for (const char *text :
             {"", "2000", "2001-02-29", "2000-13-01", "2000-01-01 24:00", "2000-01-01 00:00:00x",
              "0000-01-01", "2000-01-01 00:00+18:01", "2000-01-01 00:00+01:60",
              "9999-12-31 23:00-01:00", "0001-01-01 00:00+01:00"})
            QVERIFY2(!parseTimestamp(text), text);
    }
};

MILLRACE_TEST(ValueTest)
#include "value_test.moc"
