// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/stream/shard_limiter.h"

#include <QTest>

#include <vector>

using namespace millrace;
using namespace millrace::stream;
using namespace std::chrono_literals;

namespace {

struct Passed {
    std::chrono::nanoseconds at;
    std::uint64_t records;
    std::uint64_t bytes;
};

std::uint64_t below(std::uint64_t &chance, std::uint64_t limit)
{
    chance = mix64(chance);
    return chance % limit;
}

} // namespace

class ShardLimiterTest : public QObject
{
    Q_OBJECT
private:
    static MonoTime at(std::chrono::nanoseconds since) { return MonoTime(since); }

private slots:
    void whatIsTakenCountsForOneSecond()
    {
        ShardLimiter limiter;
        QCOMPARE(limiter.wait(at(0s), 600, 1024).count(), 0);
        limiter.take(at(0s), 600, 1024);
        QCOMPARE(limiter.wait(at(300ms), 400, 1024).count(), 0);
        limiter.take(at(300ms), 400, 1024);
        QCOMPARE(limiter.wait(at(300ms), 1, 1), std::chrono::nanoseconds(700ms));
        QCOMPARE(limiter.wait(at(1s - 1ns), 1, 1), std::chrono::nanoseconds(1ns));
        QCOMPARE(limiter.wait(at(1s), 600, 1).count(), 0);
        QCOMPARE(limiter.wait(at(1s), 601, 1), std::chrono::nanoseconds(300ms));
    }

    void bytesBindToo()
    {
        ShardLimiter limiter;
        limiter.take(at(0s), 1, 1U << 19U);
        limiter.take(at(400ms), 1, 1U << 19U);
        QCOMPARE(limiter.wait(at(400ms), 1, 1), std::chrono::nanoseconds(600ms));
        QCOMPARE(limiter.wait(at(1s), 1, 1U << 19U).count(), 0);
        QCOMPARE(limiter.wait(at(1s), 1, 1U << 20U), std::chrono::nanoseconds(400ms));
    }

    /// The first second let nearly twice the limit through.
    void noSecondHasMoreThanTheLimit()
    {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            ShardLimiter limiter;
            std::vector<Passed> passed;
            std::uint64_t chance = seed;
            std::chrono::nanoseconds now{0};
            std::uint64_t records = 0;
            while (now < 10s) {
                const std::uint64_t some = 1 + below(chance, seed % 2 == 0 ? 50 : 4);
                const std::uint64_t bytes = some * (1 + below(chance, 4000));
                const auto wait = limiter.wait(at(now), some, bytes);
                if (wait.count() > 0) {
                    now += wait; // and then it fits, to the nanosecond
                    QCOMPARE(limiter.wait(at(now), some, bytes).count(), 0);
                }
                limiter.take(at(now), some, bytes);
                passed.push_back({now, some, bytes});
                records += some;
                now += std::chrono::nanoseconds(below(chance, 3'000'000));
            }
            for (auto first = passed.begin(); first != passed.end(); ++first) {
                Passed sum{};
                for (auto p = first; p != passed.end() && p->at < first->at + 1s; ++p) {
                    sum.records += p->records;
                    sum.bytes += p->bytes;
                }
                QVERIFY(sum.records <= ShardLimiter::kRecordsPerSecond);
                QVERIFY(sum.bytes <= ShardLimiter::kBytesPerSecond);
            }
            QVERIFY(records > 4000); // and it is not the sender that was slow
        }
    }

    void moreThanASecondsWorthGoesAndIsPaidFor()
    {
        ShardLimiter limiter;
        QCOMPARE(limiter.wait(at(0s), 1, 10U << 20U).count(), 0);
        limiter.take(at(0s), 1, 10U << 20U);
        QCOMPARE(limiter.wait(at(0s), 1, 1), std::chrono::nanoseconds(10s));
        QCOMPARE(limiter.wait(at(10s), 1000, 1U << 20U).count(), 0);
    }

    /// Others that take all there is at every moment do not keep a large record out for ever.
    void smallPutsDoNotHoldALargeOneOff()
    {
        ShardLimiter limiter;
        for (int i = 0; i < 10; ++i)
            limiter.take(at(i * 100ms), 1, (1U << 20U) / 10);
        QCOMPARE(limiter.wait(at(900ms), 1, (1U << 20U) / 10), std::chrono::nanoseconds(100ms));
        QCOMPARE(limiter.wait(at(1s), 1, 3U << 20U).count(), 0);
        limiter.take(at(1s), 1, 3U << 20U);
        // 3.9 MiB from 0.1 s on: the mean is kept.
        const auto wait = limiter.wait(at(1s), 1, 1);
        QVERIFY(wait > 3800ms && wait < 4s);
    }
};

MILLRACE_TEST(ShardLimiterTest)
#include "shard_limiter_test.moc"
