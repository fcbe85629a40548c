// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/fragment_world.h"

#include <QTest>

using namespace millrace;
using namespace millrace::test;

class ExpiryTest : public QObject
{
    Q_OBJECT
private slots:
    /// Retention takes what a fragment has not read: it counts exactly that, and the rest arrives.
    void countsWhatRetentionTook()
    {
        const graph::Document document = makeDocument();
        const auto whole = reference::computeOutcome(document, {});
        const auto &shards = whole.shards.at({"clicks00"});
        FragmentWorld world(document);
        const auto putPart = [&](std::size_t from, std::size_t to) {
            for (const auto &shard : shards)
                world.put(shard, from, to);
        };
        putPart(0, 60);
        auto fragment = world.openFragment();
        QVERIFY(world.run(*fragment));
        const auto read = fragment->figures().cursors;
        fragment->close();
        fragment.reset();

        QVERIFY(world.clicks->log().seal().has_value());
        putPart(60, 140);
        QVERIFY(world.clicks->log().seal().has_value());
        putPart(140, 900);
        for (int i = 0; i < 2; ++i)
            QVERIFY(world.clicks->log().dropOldestSegment().value() > 0);

        reference::Inputs inputs;
        std::uint64_t expired = 0;
        for (const runtime::Cursor &cursor : read) {
            const Ordinal horizon = world.clicks->bounds(cursor.shard).trimHorizon;
            QVERIFY(horizon > cursor.next);
            expired += horizon - cursor.next;
            inputs.gaps.push_back({{"filter00"}, cursor.shard, cursor.next.value, horizon.value});
        }
        const auto expected = reference::computeOutcome(document, inputs);
        fragment = world.openFragment();
        QVERIFY(world.run(*fragment));
        const auto counts = fragment->figures().nodes.front().counts;
        QCOMPARE(counts.expired, expired);
        QVERIFY(counts == expected.fates.at({"filter00"}));
        QCOMPARE(counts.in, std::uint64_t(900));
        QCOMPARE(world.recordsIn(*world.passed), expected.fates.at({"passed00"}).in);
        QVERIFY(counts.dead > 0);
        fragment->close();
    }
};

MILLRACE_TEST(ExpiryTest)
#include "expiry_test.moc"
