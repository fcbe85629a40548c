// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/block_cache.h"

namespace millrace::log {

record::BatchPtr BlockCache::find(const Uuid &segmentId, FilePos position)
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_byKey.find({segmentId, position});
    if (found == m_byKey.end())
        return {};
    m_items.splice(m_items.begin(), m_items, found->second);
    return found->second->batch;
}

void BlockCache::insert(const Uuid &segmentId, FilePos position, record::BatchPtr batch)
{
    const std::size_t bytes = batch->memoryBytes();
    std::list<Item> gone; // freed without the lock
    const std::lock_guard guard(m_mutex);
    const Key key{segmentId, position};
    if (bytes > m_maxBytes || m_byKey.contains(key))
        return;
    m_items.push_front({key, std::move(batch), bytes});
    m_byKey[key] = m_items.begin();
    m_bytes += bytes;
    while (m_bytes > m_maxBytes) {
        m_bytes -= m_items.back().bytes;
        m_byKey.erase(m_items.back().key);
        gone.splice(gone.begin(), m_items, std::prev(m_items.end()));
    }
}

} // namespace millrace::log
