// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/uuid.h"
#include "core/record/record_batch.h"

#include <list>
#include <map>
#include <mutex>

namespace millrace::log {

/// Decoded blocks, the least recently used going first when they need more than a bound. New
/// commits go in decoded, so that readers at the end of a stream decompress nothing.
/// Thread-safety: every function may be called from any thread.
class BlockCache
{
public:
    explicit BlockCache(std::size_t maxBytes)
        : m_maxBytes(maxBytes)
    {}

    record::BatchPtr find(const Uuid &segmentId, FilePos position);
    void insert(const Uuid &segmentId, FilePos position, record::BatchPtr batch);

private:
    using Key = std::pair<Uuid, FilePos>;
    struct Item {
        Key key;
        record::BatchPtr batch;
        std::size_t bytes = 0;
    };

    const std::size_t m_maxBytes;
    std::mutex m_mutex;      ///< guards all below
    std::list<Item> m_items; ///< most recently used first
    std::map<Key, std::list<Item>::iterator> m_byKey;
    std::size_t m_bytes = 0;
};

} // namespace millrace::log
