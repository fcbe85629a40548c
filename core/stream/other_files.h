// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"

#include <atomic>
#include <mutex>
#include <vector>

namespace millrace::stream {

/// What stands in a data directory beside the logs, as it was measured last: the catalog, and what
/// pipelines write there. Sizes are in bytes, as the files have them.
/// Lifetime: file system and clock outlive it. Thread-safety: every function may be called from any
/// thread.
class OtherFiles
{
public:
    OtherFiles(FileSystem &fileSystem, Clock &clock, Path dataDirectory);

    /// Measures anew, unless that took long the last time, and was done in the last 10 s, or
    /// another thread is at it.
    void measure();
    /// Counts what is about to be written, until it is measured.
    void add(std::uint64_t bytes) { m_added += bytes; }
    /// Where the figure hangs on more than what files need: has SQLite empty the write-ahead logs
    /// of databases, and measures whatever it takes, but no more often than five times a second. A
    /// database that somebody is at work on keeps its log.
    void settle();

    /// With what was added.
    std::uint64_t bytes() const { return m_bytes + m_added; }
    struct Largest {
        Path file; ///< empty: there is none
        std::uint64_t bytes = 0;
    };
    /// The largest that somebody may remove, a SQLite database with what stands beside it counted
    /// as one.
    Largest largest() const;
    /// Of bytes(), what is Millrace's own, which nobody may remove.
    std::uint64_t ownBytes() const;

private:
    void measureNow();

    FileSystem &m_fileSystem;
    Clock &m_clock;
    const Path m_directory;
    std::atomic<std::uint64_t> m_bytes = 0;
    std::atomic<std::uint64_t> m_added = 0;
    mutable std::mutex m_mutex; ///< guards what follows
    MonoTime m_again{};         ///< not before then
    MonoTime m_settleAgain{};   ///< likewise
    std::uint64_t m_ownBytes = 0;
    Largest m_largest;
    std::vector<Path> m_logged; ///< databases with something in their write-ahead log
};

} // namespace millrace::stream
