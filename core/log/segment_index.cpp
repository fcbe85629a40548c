// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_index.h"

namespace millrace::log {

void SegmentIndex::add(const BlockEntry &entry)
{
    m_shards[entry.shard].push_back(entry);
    m_rawBytes += entry.rawBytes;
    m_storedBytes += entry.storedBytes;
}

std::span<const BlockEntry> SegmentIndex::blocks(ShardIndex shard) const
{
    const auto found = m_shards.find(shard);
    return found == m_shards.end() ? std::span<const BlockEntry>() : found->second;
}

} // namespace millrace::log
