// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_codec.h"

#include <map>
#include <span>
#include <vector>

namespace millrace::log {

/// The blocks of one segment by shard, each shard's in the order of their ordinals.
class SegmentIndex
{
public:
    using Blocks = std::vector<BlockEntry>;

    /// `entry` stands behind every other one of its shard.
    void add(const BlockEntry &entry);

    const std::map<ShardIndex, Blocks> &shards() const { return m_shards; }
    std::span<const BlockEntry> blocks(ShardIndex shard) const;
    std::uint64_t rawBytes() const { return m_rawBytes; }
    std::uint64_t storedBytes() const { return m_storedBytes; }

private:
    std::map<ShardIndex, Blocks> m_shards;
    std::uint64_t m_rawBytes = 0;
    std::uint64_t m_storedBytes = 0;
};

/// A segment that is never written again, as it stands in its file.
///
/// Ownership: immutable and shared; a rewritten segment is another object.
struct SealedSegment {
    SegmentHeader header; ///< starts filled in also when it was damaged; without producers
    Path path;
    SegmentIndex index;
    std::uint64_t fileBytes = 0;
    bool damaged = false; ///< is left as it is: rewriting it would lose what might be mended
};
using SealedPtr = std::shared_ptr<const SealedSegment>;

} // namespace millrace::log
