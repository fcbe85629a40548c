// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_files.h"

#include <algorithm>

namespace millrace::log {

/// The item of a segment, opened when it was not. The caller holds m_mutex.
Result<SegmentFiles::Item *> SegmentFiles::find(const Path &path, const Uuid &segmentId)
{
    const auto found = std::find_if(m_items.begin(), m_items.end(),
                                    [&](const Item &item) { return item.segmentId == segmentId; });
    if (found != m_items.end()) {
        m_items.splice(m_items.begin(), m_items, found);
        return &m_items.front();
    }
    auto file = m_fileSystem.open(path, OpenMode::Read);
    if (!file)
        return std::move(file).error();
    if (m_items.size() >= kMaxOpen) {
        const auto oldest = std::find_if(m_items.rbegin(), m_items.rend(),
                                         [](const Item &item) { return !item.held; });
        if (oldest != m_items.rend())
            m_items.erase(std::prev(oldest.base()));
    }
    m_items.push_front({segmentId, *std::move(file)});
    return &m_items.front();
}

Result<std::shared_ptr<const File>> SegmentFiles::open(const Path &path, const Uuid &segmentId)
{
    const std::lock_guard guard(m_mutex);
    const auto item = find(path, segmentId);
    if (!item)
        return item.error();
    return (*item)->file;
}

void SegmentFiles::forget(const Uuid &segmentId)
{
    const std::lock_guard guard(m_mutex);
    m_items.remove_if([&](const Item &item) { return item.segmentId == segmentId && !item.held; });
}

Result<std::unique_ptr<const SegmentFiles::Hold>> SegmentFiles::hold(const Path &path,
                                                                     const Uuid &segmentId)
{
    const std::lock_guard guard(m_mutex);
    const auto item = find(path, segmentId);
    if (!item)
        return item.error();
    (*item)->held = true;
    return std::make_unique<const Hold>(*this, segmentId);
}

SegmentFiles::Hold::~Hold()
{
    const std::lock_guard guard(m_files.m_mutex);
    m_files.m_items.remove_if([&](const Item &item) { return item.segmentId == m_segmentId; });
}

} // namespace millrace::log
