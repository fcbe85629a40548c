// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"

#include <map>
#include <mutex>
#include <string>
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
    /// Counts what `writer`, any name of its own, is about to write. It counts until it was
    /// measured from beginning to end after it was written: a file that is being written may be
    /// seen without it. That is when the writer says so, or else kWrittenWithin later.
    void add(const std::string &writer, std::uint64_t bytes);
    /// All that `writer` was about to write stands, or never will.
    void written(const std::string &writer);
    static constexpr std::chrono::seconds kWrittenWithin{10};
    /// Where the figure hangs on more than what files need: has SQLite empty the write-ahead logs
    /// of databases, and measures whatever it takes, but no more often than five times a second. A
    /// database that somebody is at work on keeps its log.
    void settle();

    /// With what was added.
    std::uint64_t bytes() const;
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
    struct Writing {
        std::uint64_t bytes = 0;
        MonoTime until{}; ///< then it is taken for written
    };
    /// Guards the next three, which are one figure; never held while files are looked at.
    mutable std::mutex m_countMutex;
    std::uint64_t m_measured = 0;
    std::uint64_t m_written = 0; ///< since the last measuring began
    std::map<std::string, Writing> m_writing;
    mutable std::mutex m_mutex; ///< guards what follows; m_countMutex is taken under it
    MonoTime m_again{};         ///< not before then
    MonoTime m_settleAgain{};   ///< likewise
    std::uint64_t m_ownBytes = 0;
    Largest m_largest;
    std::vector<Path> m_logged; ///< databases with something in their write-ahead log
};

} // namespace millrace::stream
