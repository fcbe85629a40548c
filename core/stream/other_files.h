// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"

#include <atomic>

namespace millrace::stream {

/// What stands in a data directory beside the logs, as it was measured last: the catalog, and what
/// pipelines write there. Sizes are in bytes, as the files have them.
/// Lifetime: file system and clock outlive it. Thread-safety: bytes() by any thread, the rest by
/// one at a time.
class OtherFiles
{
public:
    OtherFiles(FileSystem &fileSystem, Clock &clock, Path dataDirectory);

    /// Measures anew, unless that took long the last time, and was done in the last 10 s.
    void measure();

    std::uint64_t bytes() const { return m_bytes; }
    /// Of these, what is Millrace's own, which nobody may remove.
    std::uint64_t ownBytes() const { return m_ownBytes; }
    /// The largest of the rest, a SQLite database with what stands beside it counted as one; empty
    /// when there is none.
    const Path &largest() const { return m_largest; }
    std::uint64_t largestBytes() const { return m_largestBytes; }

private:
    FileSystem &m_fileSystem;
    Clock &m_clock;
    const Path m_directory;
    MonoTime m_again{}; ///< not before then
    std::atomic<std::uint64_t> m_bytes = 0;
    std::uint64_t m_ownBytes = 0;
    Path m_largest;
    std::uint64_t m_largestBytes = 0;
};

} // namespace millrace::stream
