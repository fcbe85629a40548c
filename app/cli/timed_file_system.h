// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <chrono>
#include <mutex>
#include <vector>

namespace millrace::cli {

/// A file system that notes how long the disk took for each call that changes something: the bound
/// of a latency that was measured above it, from the same seconds.
/// Thread-safety: as FileSystem; the figures may be asked at any time.
class TimedFileSystem : public FileSystem
{
public:
    /// `real` must live as long.
    explicit TimedFileSystem(FileSystem &real)
        : m_real(real)
    {}

    using Durations = std::vector<std::chrono::nanoseconds>;
    Durations syncs() const; ///< of each fdatasync that ended so far
    Durations calls() const; ///< of each changing call, syncs among them

    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override;
    Result<FileInfo> info(const Path &path) override { return m_real.info(path); }
    Result<std::vector<std::string>> list(const Path &folder) override
    {
        return m_real.list(folder);
    }
    Status makeFolders(const Path &folder) override { return m_real.makeFolders(folder); }
    Status rename(const Path &from, const Path &to) override;
    Status renameNew(const Path &from, const Path &to) override;
    Status remove(const Path &path) override;
    Status syncFolder(const Path &folder, std::source_location from) override;
    Result<VolumeInfo> volume(const Path &path) override { return m_real.volume(path); }
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override { return m_real.lock(path); }

private:
    class TimedFile;
    enum class Kind : std::uint8_t { Sync, Other };
    Status timed(Kind kind, auto &&call);

    FileSystem &m_real;
    mutable std::mutex m_mutex; ///< guards what follows
    Durations m_syncs;
    Durations m_others;
};

/// How long, at the 99th percentile of all moments of `span`, a call that begins then would wait
/// for the one that is under way: what a stall of the disk alone costs somebody who comes at a
/// steady rate. One stall of a tenth of a second in five seconds is 2 % of the moments, though it
/// is one call of thousands.
std::chrono::nanoseconds waitAtPercentile99(const TimedFileSystem::Durations &calls,
                                            std::chrono::nanoseconds span);

} // namespace millrace::cli
