// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/log_index.h"

#include <algorithm>

namespace millrace::log {

ShardStart startOf(const SegmentHeader &header, ShardIndex shard)
{
    const auto found = header.starts.find(shard);
    return found == header.starts.end() ? ShardStart{} : found->second;
}

void LogIndex::setOpen(const SegmentHeader &header, Path path, SegmentIndex index)
{
    m_open = SealedSegment{};
    m_open.header = header;
    m_open.path = std::move(path);
    m_open.index = std::move(index);
}

void LogIndex::addSealed(SealedPtr segment)
{
    m_sealed.push_back(std::move(segment));
}

void LogIndex::replaceSealed(SealedPtr segment)
{
    for (auto &old : m_sealed) {
        if (old->header.number == segment->header.number)
            old = segment;
    }
}

void LogIndex::removeOldest()
{
    MILLRACE_ASSERT(!m_sealed.empty());
    m_sealed.erase(m_sealed.begin());
}

/// The last segment for whose header `startsBefore` is true; the first one when it is for none.
std::size_t LogIndex::lastSegmentWhere(auto &&startsBefore) const
{
    std::size_t low = 0;
    std::size_t high = m_sealed.size() + 1;
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        (startsBefore(segment(middle).header) ? low : high) = middle;
    }
    return low;
}

BlockRef LogIndex::refer(const SealedSegment &segment, const BlockEntry &entry) const
{
    return {segment.header.id, segment.path, entry, &segment != &m_open};
}

std::optional<BlockRef> LogIndex::findOrdinal(ShardIndex shard, Ordinal at) const
{
    std::size_t i = lastSegmentWhere(
        [&](const SegmentHeader &header) { return startOf(header, shard).first <= at; });
    for (; i <= m_sealed.size(); ++i) {
        const auto blocks = segment(i).index.blocks(shard);
        const auto found = std::partition_point(blocks.begin(), blocks.end(),
                                                [&](const BlockEntry &b) { return b.end() <= at; });
        if (found != blocks.end())
            return refer(segment(i), *found);
    }
    return {};
}

std::optional<BlockRef> LogIndex::findArrival(ShardIndex shard, std::int64_t time) const
{
    std::size_t i = lastSegmentWhere(
        [&](const SegmentHeader &header) { return startOf(header, shard).arrival < time; });
    for (; i <= m_sealed.size(); ++i) {
        const auto blocks = segment(i).index.blocks(shard);
        const auto found =
            std::partition_point(blocks.begin(), blocks.end(),
                                 [&](const BlockEntry &b) { return b.lastArrival < time; });
        if (found != blocks.end())
            return refer(segment(i), *found);
    }
    return {};
}

std::optional<BlockRef> LogIndex::findSeqIx(ShardIndex shard, std::uint64_t seqIx) const
{
    const std::size_t last = lastSegmentWhere(
        [&](const SegmentHeader &header) { return startOf(header, shard).nextSeqIx <= seqIx; });
    for (std::size_t i = last + 1; i-- > 0;) {
        const auto blocks = segment(i).index.blocks(shard);
        const auto behind =
            std::partition_point(blocks.begin(), blocks.end(),
                                 [&](const BlockEntry &b) { return b.firstSeqIx <= seqIx; });
        if (behind != blocks.begin())
            return refer(segment(i), *(behind - 1));
    }
    return findOrdinal(shard, Ordinal(0));
}

std::uint64_t LogIndex::recordsFrom(ShardIndex shard, Ordinal from) const
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= m_sealed.size(); ++i) {
        for (const BlockEntry &block : segment(i).index.blocks(shard)) {
            if (block.end() > from)
                sum += block.end() - std::max(block.first, from);
        }
    }
    return sum;
}

std::uint64_t LogIndex::rawBytes() const
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= m_sealed.size(); ++i)
        sum += segment(i).index.rawBytes();
    return sum;
}

std::uint64_t LogIndex::storedBytes() const
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= m_sealed.size(); ++i)
        sum += segment(i).index.storedBytes();
    return sum;
}

} // namespace millrace::log
