// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/clock.h"

#include <QTest>

using namespace millrace;
using namespace std::chrono_literals;

class ClockTest : public QObject
{
    Q_OBJECT
private slots:
    void aManualClockMovesOnlyByHand()
    {
        ManualClock clock(WallTime(1000ms));
        QCOMPARE(clock.wall(), WallTime(1000ms));
        clock.advance(1500us);
        QCOMPARE(clock.wall(), WallTime(1001ms));
        QCOMPARE(clock.mono().time_since_epoch(), std::chrono::nanoseconds(1500us));
    }

    void aSeedGivesTheSameBytesAndAnotherSeedOthers()
    {
        std::array<std::byte, 19> a{};
        std::array<std::byte, 19> b{};
        std::array<std::byte, 19> c{};
        SeededRandom(42).fill(a);
        SeededRandom(42).fill(b);
        SeededRandom(43).fill(c);
        QVERIFY(a == b);
        QVERIFY(a != c);
        QVERIFY(a[18] != std::byte{0} || a[17] != std::byte{0});
    }

    void systemRandomFillsAll()
    {
        std::array<std::byte, 64> a{};
        std::array<std::byte, 64> b{};
        SystemRandom().fill(a);
        SystemRandom().fill(b);
        QVERIFY(a != b);
    }
};

MILLRACE_TEST(ClockTest)
#include "clock_test.moc"
