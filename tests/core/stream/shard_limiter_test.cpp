// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/stream/shard_limiter.h"

#include <QTest>

using namespace millrace;
using namespace millrace::stream;
using namespace std::chrono_literals;

class ShardLimiterTest : public QObject
{
    Q_OBJECT
private:
    static MonoTime at(std::chrono::nanoseconds since) { return MonoTime(since); }

private slots:
    void aSecondsWorthAtOnceThenTheSteadyRate()
    {
        ShardLimiter limiter(at(0s));
        QCOMPARE(limiter.wait(at(0s), 1000, 1024).count(), 0);
        limiter.take(1000, 1024);
        QCOMPARE(limiter.wait(at(0s), 1, 1), std::chrono::nanoseconds(1ms));
        QCOMPARE(limiter.wait(at(1ms), 1, 1).count(), 0);
        QCOMPARE(limiter.wait(at(1ms), 500, 1), std::chrono::nanoseconds(499ms));
    }

    void bytesBindTooAndTheBucketNeverHoldsMoreThanASecond()
    {
        ShardLimiter limiter(at(0s));
        limiter.take(1, 1U << 20U);
        QCOMPARE(limiter.wait(at(0s), 1, 1U << 19U), std::chrono::nanoseconds(500ms));
        QCOMPARE(limiter.wait(at(100s), 1, 1U << 20U).count(), 0);
        limiter.take(1, 1U << 20U);
        QVERIFY(limiter.wait(at(100s), 1, 1).count() > 0);
    }

    void moreThanABucketGoesWhenItIsFullAndIsPaidBack()
    {
        ShardLimiter limiter(at(0s));
        QCOMPARE(limiter.wait(at(0s), 3000, 10).count(), 0);
        limiter.take(3000, 10);
        QCOMPARE(limiter.wait(at(0s), 1000, 10), std::chrono::nanoseconds(3s));
        QCOMPARE(limiter.wait(at(3s), 1000, 10).count(), 0);
    }
};

MILLRACE_TEST(ShardLimiterTest)
#include "shard_limiter_test.moc"
