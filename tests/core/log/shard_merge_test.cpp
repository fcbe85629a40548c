// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/clock.h"
#include "core/base/problem_codes.h"
#include "core/log/shard_merge.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <tuple>

using namespace millrace;
using namespace millrace::log;

namespace {

/// Shards of blocks in memory, as a log would give them.
class Shards
{
public:
    /// A block of records that arrived at these times, behind what the shard has, but for `gap`
    /// records that are missing.
    void add(std::uint32_t shard, const std::vector<std::int64_t> &arrivals, std::uint64_t gap = 0)
    {
        const Ordinal first = m_ends[shard] + gap;
        record::RecordBatchBuilder builder;
        for (std::size_t i = 0; i < arrivals.size(); ++i)
            builder.append({.data = std::to_string(arrivals[i]), .key = "k"});
        auto batch = builder.finishPlaced(m_stream, ShardIndex(shard), first, arrivals,
                                          std::vector<std::uint64_t>(arrivals.size(), first.value));
        m_ends[shard] = batch->endOrdinal();
        m_blocks[shard].push_back(std::move(batch));
    }
    void damage(std::uint32_t shard, std::size_t block) { m_damaged[shard] = block; }

    ShardMerge merge(std::uint32_t shards, std::optional<Ordinal> until = {},
                     ShardMerge::Filter filter = {})
    {
        ShardMerge out([this](ShardIndex shard, Ordinal at) { return read(shard.value, at); },
                       [this](const Problem &) { ++damages; }, std::move(filter));
        for (std::uint32_t i = 0; i < shards; ++i)
            out.add(ShardIndex(i), Ordinal(0), until);
        return out;
    }

    int damages = 0;

private:
    Result<record::BatchPtr> read(std::uint32_t shard, Ordinal at)
    {
        const auto &blocks = m_blocks[shard];
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            if (blocks[i]->endOrdinal() <= at)
                continue;
            const auto damaged = m_damaged.find(shard);
            if (damaged != m_damaged.end() && damaged->second == i)
                return Problem(Code::Corrupt,
                               {{"next", std::to_string(blocks[i]->endOrdinal().value)}});
            return blocks[i];
        }
        return record::BatchPtr();
    }

    SeededRandom m_random{1};
    const StreamUuid m_stream = Uuid::random(m_random);
    std::map<std::uint32_t, std::vector<record::BatchPtr>> m_blocks;
    std::map<std::uint32_t, Ordinal> m_ends;
    std::map<std::uint32_t, std::size_t> m_damaged;
};

using Place = std::tuple<std::int64_t, std::uint32_t, std::uint64_t>; ///< arrival, shard, ordinal

struct Read {
    std::vector<Place> places;
    std::uint64_t missing = 0;
    int runs = 0;
};

/// All that is there, and checks what each run says of itself.
Read drain(ShardMerge &merge, std::size_t maxRows = 1000)
{
    Read out;
    std::map<std::uint32_t, Ordinal> ends;
    for (;;) {
        const auto run = merge.next(maxRows).value();
        if (!run)
            return out;
        ++out.runs;
        out.missing += run->missing;
        if (run->rows.size() > maxRows || (run->rows.empty() && run->missing == 0))
            qFatal("a run of %zu rows", run->rows.size());
        for (const std::uint32_t row : run->rows)
            out.places.emplace_back(run->batch->arrival(row).time_since_epoch().count(),
                                    run->shard.value, run->batch->ordinal(row).value);
        if (!run->rows.empty() && run->end <= run->batch->ordinal(run->rows.back()))
            qFatal("a run that ends before its last row");
        if (run->end < ends[run->shard.value])
            qFatal("a shard that goes back");
        ends[run->shard.value] = run->end;
    }
}

} // namespace

class ShardMergeTest : public QObject
{
    Q_OBJECT
private slots:
    void recordsComeByArrivalThenShardThenOrdinal()
    {
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            Shards shards;
            std::vector<Place> expected;
            std::uint64_t chance = mix64(seed);
            for (std::uint32_t shard = 0; shard < 4; ++shard) {
                std::int64_t arrival = 0;
                std::uint64_t ordinal = 0;
                for (int block = 0; block < 6; ++block) {
                    std::vector<std::int64_t> arrivals;
                    for (chance = mix64(chance); arrivals.size() <= chance % 9;) {
                        arrival += static_cast<std::int64_t>(mix64(chance + arrivals.size()) % 3);
                        arrivals.push_back(arrival);
                        expected.emplace_back(arrival, shard, ordinal++);
                    }
                    shards.add(shard, arrivals);
                }
            }
            std::ranges::sort(expected);
            for (const std::size_t maxRows : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
                auto merge = shards.merge(4);
                QVERIFY(drain(merge, maxRows).places == expected);
            }
        }
    }

    /// What a fragment makes a batch of.
    void aRunGoesAsFarAsNoOtherShardComesBefore()
    {
        Shards shards;
        shards.add(0, {1, 2, 3, 7});
        shards.add(1, {3, 4, 7});
        auto merge = shards.merge(2);
        QCOMPARE(merge.next(1000).value()->rows, (std::vector<std::uint32_t>{0, 1, 2}));
        QCOMPARE(merge.next(1000).value()->rows, (std::vector<std::uint32_t>{0, 1}));
        QCOMPARE(merge.next(1000).value()->rows, (std::vector<std::uint32_t>{3}));
        QCOMPARE(merge.next(1000).value()->rows, (std::vector<std::uint32_t>{2}));
        QVERIFY(!merge.next(1000).value());
    }

    void whatIsMissingIsCountedOnce()
    {
        Shards shards;
        shards.add(0, {1, 2}, 5);
        shards.add(0, {3, 4, 5});
        shards.add(0, {6}, 2);
        shards.add(1, {2});
        shards.damage(0, 1);
        auto merge = shards.merge(2);
        const Read read = drain(merge);
        QCOMPARE(read.missing, std::uint64_t(5 + 3 + 2));
        QCOMPARE(shards.damages, 1);
        QVERIFY((read.places == std::vector<Place>{{1, 0, 5}, {2, 0, 6}, {2, 1, 0}, {6, 0, 12}}));
    }

    void whatEndsInDamageIsPassedToo()
    {
        Shards shards;
        shards.add(0, {1});
        shards.add(0, {2, 3});
        shards.damage(0, 1);
        auto merge = shards.merge(1);
        const Read read = drain(merge);
        QCOMPARE(read.places.size(), std::size_t(1));
        QCOMPARE(read.missing, std::uint64_t(2));
    }

    void nothingBehindTheEndThatWasGivenIsRead()
    {
        Shards shards;
        shards.add(0, {1, 2, 3});
        auto merge = shards.merge(1, Ordinal(2)); // in the middle of a block: it was rewritten
        QCOMPARE(drain(merge).places.size(), std::size_t(2));
        shards.add(0, {4});
        QVERIFY(!merge.next(1).value());
    }

    void aShardThatLostAllUpToItsEndIsPassed()
    {
        Shards shards;
        shards.add(0, {9}, 7);
        auto behind = shards.merge(1, Ordinal(4));
        QCOMPARE(drain(behind).missing, std::uint64_t(4));
        Shards empty;
        auto none = empty.merge(1, Ordinal(3));
        const Read read = drain(none);
        QCOMPARE(read.missing, std::uint64_t(3));
        QVERIFY(read.places.empty());
    }

    void itGoesOnWhenMoreComes()
    {
        Shards shards;
        shards.add(0, {1});
        auto merge = shards.merge(2);
        QCOMPARE(drain(merge).places.size(), std::size_t(1));
        QVERIFY(!merge.next(1).value());
        shards.add(1, {2});
        shards.add(0, {3});
        QVERIFY((drain(merge).places == std::vector<Place>{{2, 1, 0}, {3, 0, 1}}));
    }

    void onlyWantedRowsAreGiven()
    {
        Shards shards;
        shards.add(0, {1, 2, 3});
        shards.add(0, {5, 7});
        shards.add(1, {2, 4});
        int blocks = 0;
        std::vector<std::uint32_t> even;
        const auto wanted = [&](const record::RecordBatch &batch,
                                std::span<const std::uint32_t> rows) {
            ++blocks;
            even.clear();
            for (const std::uint32_t row : rows) {
                if (batch.arrival(row).time_since_epoch().count() % 2 == 0)
                    even.push_back(row);
            }
            return std::span<const std::uint32_t>(even);
        };
        auto merge = shards.merge(2, {}, wanted);
        const Read read = drain(merge);
        QVERIFY((read.places == std::vector<Place>{{2, 0, 1}, {2, 1, 0}, {4, 1, 1}}));
        QCOMPARE(read.missing, std::uint64_t(0));
        QCOMPARE(blocks, 3); // asked once of each
        auto part = shards.merge(1, Ordinal(4), wanted);
        QCOMPARE(drain(part).places.size(), std::size_t(1));
        QVERIFY(even.empty()); // not asked about the row of 7
    }
};

MILLRACE_TEST(ShardMergeTest)
#include "shard_merge_test.moc"
