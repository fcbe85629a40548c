// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/stream/hash_range.h"

#include <QTest>

using namespace millrace;
using namespace millrace::stream;

class HashRangeTest : public QObject
{
    Q_OBJECT
private slots:
    void keysHashAsAtAws() // check values of the Kinesis facts, 3.1
    {
        const std::pair<const char *, const char *> known[] = {
            {"a", "16955237001963240173058271559858726497"},
            {"b", "195289424170611159128911017612795795343"},
            {"e", "299611584147932843547128611849858313266"},
            {"hello", "123957004363873451094272536567338222994"}};
        for (const auto &[key, hash] : known)
            QCOMPARE(toDecimal(hashOfKey(key)), std::string(hash));
    }

    void threeShardsEndWhereAwsEndsThem()
    {
        const auto ranges = evenRanges(3);
        QCOMPARE(toDecimal(ranges[0].last), std::string("113427455640312821154458202477256070484"));
        QCOMPARE(toDecimal(ranges[1].last), std::string("226854911280625642308916404954512140969"));
        QCOMPARE(toDecimal(ranges[2].last), std::string("340282366920938463463374607431768211455"));
    }

    void rangesCoverTheRingWithoutGaps()
    {
        for (std::uint32_t n : {1U, 2U, 3U, 4U, 5U, 7U, 64U, 127U, 128U, 1000U}) {
            const auto ranges = evenRanges(n);
            QCOMPARE(ranges.size(), std::size_t(n));
            QVERIFY(ranges.front().first == record::Hash128{});
            QCOMPARE(toDecimal(ranges.back().last),
                     std::string("340282366920938463463374607431768211455"));
            for (std::size_t i = 1; i < ranges.size(); ++i) {
                record::Hash128 next = ranges[i - 1].last;
                if (++next.low == 0)
                    ++next.high;
                QVERIFY(ranges[i].first == next);
            }
        }
        QCOMPARE(toDecimal(evenRanges(4)[1].first),
                 std::string("85070591730234615865843651857942052864")); // 2^126
    }

    void hashKeysAreReadInAwsSpellingOnly()
    {
        QVERIFY(parseHash("340282366920938463463374607431768211455").has_value());
        QVERIFY(*parseHash("0") == record::Hash128{});
        for (const char *bad : {"", "-1", "01", "340282366920938463463374607431768211456", "1x",
                                "9999999999999999999999999999999999999999"})
            QVERIFY2(!parseHash(bad).has_value(), bad);
        for (const char *good :
             {"1", "18446744073709551616", "85070591730234615865843651857942052864"})
            QCOMPARE(toDecimal(*parseHash(good)), std::string(good));
    }
};

MILLRACE_TEST(HashRangeTest)
#include "hash_range_test.moc"
