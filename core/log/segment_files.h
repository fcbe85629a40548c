// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/uuid.h"

#include <list>
#include <mutex>

namespace millrace::log {

/// Segment files open for reading, at most kMaxOpen of them. A file stays readable while somebody
/// holds it, also when it was replaced or removed.
/// Thread-safety: every function may be called from any thread.
class SegmentFiles
{
public:
    explicit SegmentFiles(FileSystem &fileSystem)
        : m_fileSystem(fileSystem)
    {}

    /// Errors: NotFound, Io. That the file at `path` still is the segment of that id shows only
    /// when a block's checksum is right.
    Result<std::shared_ptr<const File>> open(const Path &path, const Uuid &segmentId);
    void forget(const Uuid &segmentId);

private:
    static constexpr std::size_t kMaxOpen = 32;
    struct Item {
        Uuid segmentId;
        std::shared_ptr<const File> file;
    };
    FileSystem &m_fileSystem;
    std::mutex m_mutex;      ///< guards m_items
    std::list<Item> m_items; ///< most recently used first
};

} // namespace millrace::log
