// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/segment_index.h"

#include <optional>

namespace millrace::log {

/// A block and the file it stands in.
struct BlockRef {
    Uuid segmentId;
    Path path;
    BlockEntry entry;
    bool sealed = false; ///< the segment is not the open one
};

/// Where each record of a stream stands: the blocks of all segments, sealed ones first, then the
/// open one. Every search is binary, over segments and then over a segment's blocks of the shard.
/// Thread-safety: none; the owner locks.
class LogIndex
{
public:
    /// Sets the segment that blocks are added to; what was open must have been sealed before.
    void setOpen(const SegmentHeader &header, Path path, SegmentIndex index = {});
    void add(const BlockEntry &entry) { m_open.index.add(entry); }
    const SealedSegment &open() const { return m_open; }

    void addSealed(SealedPtr segment);     ///< behind the ones before
    void replaceSealed(SealedPtr segment); ///< the one of the same number
    void removeOldest();
    const std::vector<SealedPtr> &sealed() const { return m_sealed; }

    /// The block that holds `at`, or the first one behind.
    std::optional<BlockRef> findOrdinal(ShardIndex shard, Ordinal at) const;
    /// The first block whose last record arrived at `time` or later.
    std::optional<BlockRef> findArrival(ShardIndex shard, std::int64_t time) const;
    /// The last block that begins with `seqIx` or a lower one, else the first block.
    std::optional<BlockRef> findSeqIx(ShardIndex shard, std::uint64_t seqIx) const;

    /// Records of the shard from `from` on that stand in a block.
    std::uint64_t recordsFrom(ShardIndex shard, Ordinal from) const;

    std::uint64_t rawBytes() const;
    std::uint64_t storedBytes() const;

private:
    const SealedSegment &segment(std::size_t i) const
    {
        return i < m_sealed.size() ? *m_sealed[i] : m_open;
    }
    std::size_t lastSegmentWhere(auto &&startsBefore) const;
    BlockRef refer(const SealedSegment &segment, const BlockEntry &entry) const;

    std::vector<SealedPtr> m_sealed;
    SealedSegment m_open; ///< the open segment in the same shape; its fileBytes stay 0
};

/// Where `shard` stands at the beginning of a segment; a shard it does not name begins at 0.
ShardStart startOf(const SegmentHeader &header, ShardIndex shard);

} // namespace millrace::log
