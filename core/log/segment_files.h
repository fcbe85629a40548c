// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/uuid.h"

#include <list>
#include <memory>
#include <mutex>

namespace millrace::log {

/// Segment files open for reading, at most kMaxOpen of them beside those held. A file stays
/// readable while somebody holds it, also when it was replaced or removed. Thread-safety: every
/// function may be called from any thread.
class SegmentFiles
{
public:
    explicit SegmentFiles(FileSystem &fileSystem)
        : m_fileSystem(fileSystem)
    {}

    /// Errors: NotFound, Io. That the file at `path` still is the segment of that id shows only
    /// when a block's checksum is right.
    Result<std::shared_ptr<const File>> open(const Path &path, const Uuid &segmentId);
    /// Does nothing while the segment is held.
    void forget(const Uuid &segmentId);

    /// Keeps the file of a segment open while it lives, and forgets it then.
    ///
    /// For whoever replaces or removes the file: until the index names its successor, readers
    /// still come with the old id, and the name leads elsewhere already.
    class Hold
    {
    public:
        Hold(SegmentFiles &files, const Uuid &segmentId)
            : m_files(files)
            , m_segmentId(segmentId)
        {}
        ~Hold();
        Hold(const Hold &) = delete;
        Hold &operator=(const Hold &) = delete;

    private:
        SegmentFiles &m_files;
        const Uuid m_segmentId;
    };
    /// At most one at a time for each segment. Errors: as open().
    Result<std::unique_ptr<const Hold>> hold(const Path &path, const Uuid &segmentId);

private:
    static constexpr std::size_t kMaxOpen = 32;
    struct Item {
        Uuid segmentId;
        std::shared_ptr<const File> file;
        bool held = false;
    };
    Result<Item *> find(const Path &path, const Uuid &segmentId);

    FileSystem &m_fileSystem;
    std::mutex m_mutex;      ///< guards m_items
    std::list<Item> m_items; ///< most recently used first
};

} // namespace millrace::log
