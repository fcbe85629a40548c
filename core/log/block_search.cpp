// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/block_search.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::log {

/// Null when `wanted` finds none.
Result<record::BatchPtr> BlockSearch::readFound(ShardIndex shard, const Look &wanted)
{
    for (int attempt = 1;; ++attempt) {
        const std::optional<BlockRef> ref = look(shard, wanted);
        if (!ref)
            return record::BatchPtr();
        auto batch = readRef(*ref);
        if (batch)
            return batch;
        const Code code = batch.error().code();
        if (code != Code::Corrupt && code != Code::NotFound)
            return batch;
        if (attempt < kLookAgain) {
            MILLRACE_TRY(lookAgain(*ref));
            const auto again = look(shard, wanted);
            if (!again || again->segmentId != ref->segmentId)
                continue;
        }
        if (code != Code::Corrupt)
            return batch;
        reportDamage(*ref, batch.error());
        return Problem(Code::Corrupt,
                       {{"what", "a block"},
                        {"reason", std::string(batch.error().argument("reason"))},
                        {"next", std::to_string(ref->entry.end().value)}},
                       ref->path + " @ byte " + std::to_string(ref->entry.position.value));
    }
}

Result<record::BatchPtr> BlockSearch::readOrdinal(ShardIndex shard, Ordinal at)
{
    return readFound(
        shard, [&](const LogIndex &index, const ShardBounds &bounds) -> std::optional<BlockRef> {
            const Ordinal from = std::max(at, bounds.trimHorizon);
            if (from >= bounds.end)
                return {};
            return index.findOrdinal(shard, from);
        });
}

Result<Ordinal> BlockSearch::findArrival(ShardIndex shard, WallTime time)
{
    const std::int64_t wanted = time.time_since_epoch().count();
    const auto batch = readFound(shard, [&](const LogIndex &index, const ShardBounds &) {
        return index.findArrival(shard, wanted);
    });
    if (!batch)
        return batch.error();
    const ShardBounds bounds = boundsNow(shard);
    if (!*batch)
        return bounds.end;
    std::size_t row = 0;
    while (row + 1 < (*batch)->count() && (*batch)->arrival(row) < time)
        ++row;
    return std::max((*batch)->firstOrdinal() + row, bounds.trimHorizon);
}

Result<Ordinal> BlockSearch::findSequence(ShardIndex shard, std::uint64_t seqIx)
{
    const auto batch = readFound(shard, [&](const LogIndex &index, const ShardBounds &) {
        return index.findSeqIx(shard, seqIx);
    });
    if (!batch)
        return batch.error();
    const ShardBounds bounds = boundsNow(shard);
    if (!*batch)
        return bounds.end;
    std::size_t row = 0;
    while (row < (*batch)->count() && (*batch)->seqIx(row) < seqIx)
        ++row;
    return std::max((*batch)->firstOrdinal() + row, bounds.trimHorizon);
}

} // namespace millrace::log
