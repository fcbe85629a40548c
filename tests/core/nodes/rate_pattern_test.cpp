// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/nodes/producers/rate_pattern.h"

#include <QtTest>

using millrace::nodes::RatePattern;
using namespace std::chrono_literals;

namespace {

/// Records due in the second that begins at `second`.
std::uint64_t inSecond(const RatePattern &pattern, std::int64_t second)
{
    const auto before = [&](std::int64_t nanos) {
        std::uint64_t low = 0;
        std::uint64_t high = 1'000'000'000;
        while (low < high) {
            const std::uint64_t middle = (low + high) / 2;
            if (pattern.dueNanos(middle) < nanos)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
    return before((second + 1) * 1'000'000'000) - before(second * 1'000'000'000);
}

bool isNear(std::uint64_t value, double expected)
{
    return std::abs(static_cast<double>(value) - expected) <= 1.5;
}

} // namespace

class RatePatternTest : public QObject
{
    Q_OBJECT

private slots:
    void neverGoesBack()
    {
        const std::vector<RatePattern> patterns = {
            RatePattern::steady(2600), RatePattern::ramp(500, 7s),
            RatePattern::burst(10, 10s, 3s, 7), RatePattern::daily(30, 120s)};
        for (const RatePattern &pattern : patterns) {
            QCOMPARE(pattern.dueNanos(0), 0);
            for (std::uint64_t n = 0; n < 200'000; ++n)
                QVERIFY2(pattern.dueNanos(n) <= pattern.dueNanos(n + 1),
                         qPrintable(QString::number(n)));
        }
    }

    void steadyIsSteady()
    {
        const RatePattern pattern = RatePattern::steady(2600);
        QVERIFY(isNear(inSecond(pattern, 0), 2600));
        QVERIFY(isNear(inSecond(pattern, 3599), 2600));
        QVERIFY(isNear(inSecond(pattern, 100'000), 2600));
    }

    void rampGrowsEvenlyAndStays()
    {
        const RatePattern pattern = RatePattern::ramp(1000, 10s);
        QVERIFY(isNear(inSecond(pattern, 0), 50));
        QVERIFY(isNear(inSecond(pattern, 4), 450));
        QVERIFY(isNear(inSecond(pattern, 9), 950));
        QVERIFY(isNear(inSecond(pattern, 10), 1000));
        QVERIFY(isNear(inSecond(pattern, 5000), 1000));
    }

    void burstComesAtTheEndOfEachPeriod()
    {
        const RatePattern pattern = RatePattern::burst(100, 10s, 2s, 5);
        for (std::int64_t period : {0, 1, 77}) {
            QVERIFY(isNear(inSecond(pattern, period * 10 + 7), 100));
            QVERIFY(isNear(inSecond(pattern, period * 10 + 8), 500));
            QVERIFY(isNear(inSecond(pattern, period * 10 + 9), 500));
        }
    }

    void aDayHasItsMeanAndItsHours()
    {
        const RatePattern pattern = RatePattern::daily(100, 240s); // an hour is 10 s
        std::uint64_t day = 0;
        for (std::int64_t second = 240; second < 480; ++second)
            day += inSecond(pattern, second);
        QVERIFY2(std::abs(static_cast<double>(day) - 24'000) < 3, qPrintable(QString::number(day)));
        QVERIFY(isNear(inSecond(pattern, 40), 20));                               // 4 h
        QVERIFY(std::abs(static_cast<double>(inSecond(pattern, 200)) - 180) < 4); // 20 h
    }

    void farAwayIsNoOverflow() { QVERIFY(RatePattern::steady(0.001).dueNanos(~0ULL) > 0); }
};

MILLRACE_TEST(RatePatternTest)
#include "rate_pattern_test.moc"
