// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/log.h"
#include "core/log/log_index.h"

#include <functional>

namespace millrace::log {

/// How often a reader looks again when segments are rewritten or removed under its hands.
inline constexpr int kLookAgain = 16;

/// Reading records by what is known of them, over an index whose segments are rewritten and removed
/// meanwhile: what the engine's own log and a reader beside it have in common.
/// Errors: Corrupt for a block that is damaged, with the ordinal behind it (behindDamage()), and
/// those of reading files.
/// Thread-safety: that of the functions a log fills in.
class BlockSearch
{
public:
    virtual ~BlockSearch() = default;

protected:
    /// As Log says of the functions of these names.
    Result<record::BatchPtr> readOrdinal(ShardIndex shard, Ordinal at);
    Result<Ordinal> findArrival(ShardIndex shard, WallTime time);
    Result<Ordinal> findSequence(ShardIndex shard, std::uint64_t seqIx);

    using Look =
        std::function<std::optional<BlockRef>(const LogIndex &index, const ShardBounds &bounds)>;
    /// Looks into the index as it is now.
    virtual std::optional<BlockRef> look(ShardIndex shard, const Look &look) = 0;
    virtual ShardBounds boundsNow(ShardIndex shard) const = 0;
    virtual Result<record::BatchPtr> readRef(const BlockRef &ref) = 0;
    /// A block could not be read: its file's name may lead to the rewritten segment already, or to
    /// nothing.
    virtual Status lookAgain(const BlockRef &ref) = 0;
    /// A block is damaged, whoever looks.
    virtual void reportDamage(const BlockRef &ref, const Problem &problem) = 0;

private:
    Result<record::BatchPtr> readFound(ShardIndex shard, const Look &wanted);
};

} // namespace millrace::log
