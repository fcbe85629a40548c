// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/stream/hash_range.h"
#include "core/stream/top_keys.h"

#include <QTest>

#include <map>

using namespace millrace;
using namespace millrace::stream;
using namespace std::chrono_literals;

class TopKeysTest : public QObject
{
    Q_OBJECT
private:
    static void add(TopKeys &keys, const std::string &key) { keys.add(key, hashOfKey(key).low); }

private slots:
    void findsTheHotKeyAmongManyOthers()
    {
        TopKeys keys(MonoTime{});
        std::map<std::string, int> exact;
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            const bool hot = mix64(i) % 100 < 30;
            const std::string key = hot ? "guest" : "user-" + std::to_string(mix64(i ^ 99) % 5000);
            add(keys, key);
            ++exact[key];
        }
        const auto top = keys.top(3);
        QCOMPARE(top[0].key, std::string("guest"));
        // Space-Saving: never too low, too high by at most the error it states.
        QVERIFY(top[0].count >= exact["guest"]);
        QVERIFY(top[0].count - top[0].error <= exact["guest"]);
        QCOMPARE(keys.total(), 20'000.0);
        QVERIFY(top[1].count <= top[0].count && top[2].count <= top[1].count);
    }

    void isExactForFewKeys()
    {
        TopKeys keys(MonoTime{});
        for (int i = 0; i < 10; ++i) {
            for (int n = 0; n <= i; ++n)
                add(keys, "k" + std::to_string(i));
        }
        const auto top = keys.top(10);
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(top[static_cast<std::size_t>(i)].key, "k" + std::to_string(9 - i));
            QCOMPARE(top[static_cast<std::size_t>(i)].count, 10.0 - i);
            QCOMPARE(top[static_cast<std::size_t>(i)].error, 0.0);
        }
    }

    void forgetsWhatWasHotLongAgo()
    {
        TopKeys keys(MonoTime{});
        for (int i = 0; i < 1000; ++i)
            add(keys, "old");
        keys.age(MonoTime(TopKeys::kHalfLife * 4));
        for (int i = 0; i < 100; ++i)
            add(keys, "new");
        QCOMPARE(keys.top(1)[0].key, std::string("new"));
        keys.age(MonoTime(std::chrono::hours(24)));
        QVERIFY(keys.top(1).empty());
    }
};

MILLRACE_TEST(TopKeysTest)
#include "top_keys_test.moc"
