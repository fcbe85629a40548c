// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_files.h"

#include <algorithm>

namespace millrace::log {

Result<std::shared_ptr<const File>> SegmentFiles::open(const Path &path, const Uuid &segmentId)
{
    const std::lock_guard guard(m_mutex);
    const auto found = std::find_if(m_items.begin(), m_items.end(),
                                    [&](const Item &item) { return item.segmentId == segmentId; });
    if (found != m_items.end()) {
        m_items.splice(m_items.begin(), m_items, found);
        return found->file;
    }
    auto file = m_fileSystem.open(path, OpenMode::Read);
    if (!file)
        return std::move(file).error();
    m_items.push_front({segmentId, *std::move(file)});
    if (m_items.size() > kMaxOpen)
        m_items.pop_back();
    return m_items.front().file;
}

void SegmentFiles::forget(const Uuid &segmentId)
{
    const std::lock_guard guard(m_mutex);
    m_items.remove_if([&](const Item &item) { return item.segmentId == segmentId; });
}

} // namespace millrace::log
