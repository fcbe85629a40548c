// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/fragment_world.h"
#include "tests/core/engine/reference_fixture.h"
#include "tests/reference/random_nodes.h"

#include <QTest>

using namespace millrace;
using namespace millrace::test;

namespace {

/// A stream that is put to, read and expired in turns, at seeded places. Gives what went wrong.
reference::Fault runExpiring(std::uint64_t seed, std::uint64_t &expiredSeen)
{
    reference::Dice dice(seed);
    graph::Document document = makeDocument();
    document.nodes.at({"gen00000"}).parameters["seed"] = static_cast<std::int64_t>(seed);
    document.nodes.at({"filter00"}).parameters["condition"] =
        std::string(dice.pick(reference::kConditions));
    const auto shards = reference::computeOutcome(document, {}).shards.at({"clicks00"});
    FragmentWorld world(document);
    reference::Inputs inputs;
    std::vector<std::size_t> put(shards.size());
    std::vector<Ordinal> next(shards.size());
    auto fragment = world.openFragment();
    const auto read = [&] {
        for (std::uint32_t shard = 0; shard < next.size(); ++shard) {
            const Ordinal horizon = world.clicks->bounds(ShardIndex(shard)).trimHorizon;
            if (horizon > next[shard])
                inputs.gaps.push_back(
                    {{"filter00"}, ShardIndex(shard), next[shard].value, horizon.value});
            next[shard] = world.clicks->bounds(ShardIndex(shard)).end;
        }
        return world.run(*fragment);
    };
    if (!read())
        return "the law broke before anything came";
    for (bool whole = false; !whole;) {
        whole = true;
        for (std::size_t shard = 0; shard < shards.size(); ++shard) {
            const std::size_t to = std::min(put[shard] + dice.below(90), shards[shard].size());
            world.put(shards[shard], put[shard], to);
            put[shard] = to;
            whole = whole && to == shards[shard].size();
        }
        if (dice.below(3) > 0 && !world.clicks->log().seal())
            return "a segment was not sealed";
        for (std::uint64_t drops = dice.below(3); drops > 0; --drops) {
            if (!world.clicks->log().dropOldestSegment())
                return "a segment was not dropped";
        }
        if (dice.below(2) == 0)
            continue; // it lags
        // Who has never come to anything begins anew, at what is there then.
        if (dice.below(3) == 0 && fragment->figures().nodes.front().counts.in > 0) {
            fragment->close();
            fragment = world.openFragment();
        }
        if (!read())
            return "the law broke";
    }
    if (!read())
        return "the law broke at the end";
    const reference::Outcome expected = reference::computeOutcome(document, inputs);
    const auto counts = fragment->figures().nodes.front().counts;
    fragment->close();
    const auto &fates = expected.fates.at({"filter00"});
    if (!(counts == fates))
        return "in " + std::to_string(counts.in) + ", expired " + std::to_string(counts.expired) +
               ", dead " + std::to_string(counts.dead) + ", out " + std::to_string(counts.out) +
               " instead of " + std::to_string(fates.in) + ", " + std::to_string(fates.expired) +
               ", " + std::to_string(fates.dead) + ", " + std::to_string(fates.out);
    expiredSeen += counts.expired;
    const reference::Findings found = world.findings();
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
        std::vector<reference::Content> contents;
        for (const reference::Record &record : expected.shards.at({"passed00"}).at(shard))
            contents.emplace_back(record.key, record.data);
        if (contents != found.shards.at({"passed00"}).at(shard))
            return "other records in shard " + std::to_string(shard);
    }
    if (found.deadLetters.size() != expected.deadLetters.size())
        return "other dead letters";
    return {};
}

} // namespace

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

    void seededExpiryComesToWhatTheReferenceSays()
    {
        std::uint64_t expired = 0;
        for (Seeds seeds(60); seeds.first < seeds.end; ++seeds.first) {
            const reference::Fault fault =
                inFull(seeds.first, runExpiring(seeds.first, expired), {}, {});
            QVERIFY2(!fault, fault->c_str());
        }
        QVERIFY(expired > 1000);
    }
};

MILLRACE_TEST(ExpiryTest)
#include "expiry_test.moc"
