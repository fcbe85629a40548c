// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace millrace {

/// A file system in memory that forgets at a crash what was not synced: bytes without `sync()`,
/// created, renamed and removed names without `syncFolder()`, folders that were made and whose own
/// name was not synced, with all in them. A rename is one step, as file systems
/// with a journal have it: its two names are never taken apart. Tests run the log over it and stop
/// it at every single call.
///
/// A call that changes something (write, sync, allocate, truncate, create, rename, remove,
/// syncFolder) counts one step. When the steps granted by `crashAfter()` are used up, that call
/// and all later ones fail with Io until `restart()`.
/// Thread-safety: every function may be called from any thread.
class MemoryFileSystem final : public FileSystem
{
public:
    /// What becomes of unsynced changes at a crash.
    enum class Unsynced : std::uint8_t {
        Lost = 1, ///< none survives
        Kept,     ///< all survive (the kernel happened to write them)
        Torn,     ///< each 512-byte sector and each change of a name decides by the seed
    };

    struct Step {
        std::string call; ///< "write", "sync", "rename", …
        Path path;
        std::source_location from; ///< of "sync" and "syncFolder": the line that called
    };

    MemoryFileSystem();
    ~MemoryFileSystem() override;

    /// The crash comes at the step after `steps` more.
    void crashAfter(std::uint64_t steps);
    std::uint64_t steps() const; ///< taken so far
    bool crashed() const;
    /// Forgets, ends the crash and takes away all locks. Open files of before fail for ever.
    void restart(Unsynced unsynced = Unsynced::Lost, std::uint64_t seed = 0);

    /// From now on a sync or syncFolder for which `ignore` says true reports success and does
    /// nothing: what a missing fdatasync would be.
    void ignoreSyncs(std::function<bool(const Step &)> ignore);
    /// From now on steps for which `fail` gives a problem fail with it (an I/O error, no crash). A
    /// syncFolder that fails has made the names durable all the same, unless it is ignored too.
    void failSteps(std::function<const Problem *(const Step &)> fail);
    /// From now on a read for which `fail` gives a problem fails with it (a bad sector, say).
    void
    failReads(std::function<const Problem *(const Path &path, FilePos at, std::size_t bytes)> fail);
    /// Bytes that all files together may hold (allocated ones count); beyond it: DiskFull.
    void setCapacity(std::uint64_t bytes);
    /// From now on all that is written has this modification time, as within a tick of a kernel's
    /// coarse clock; else each write has a later one, from 1 on.
    void setTime(std::int64_t modifiedMs);
    std::vector<Step> history() const; ///< all steps so far

    /// For damage on purpose: the current content of a file.
    Bytes content(const Path &path) const;
    void setContent(const Path &path, Bytes content);

    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override;
    Result<FileInfo> info(const Path &path) override;
    Result<std::vector<std::string>> list(const Path &folder) override;
    Status makeFolders(const Path &folder) override;
    Status rename(const Path &from, const Path &to) override;
    Status renameNew(const Path &from, const Path &to) override;
    Status remove(const Path &path) override;
    Status syncFolder(const Path &folder,
                      std::source_location from = std::source_location::current()) override;
    Result<VolumeInfo> volume(const Path &path) override;
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override;

private:
    struct Inode;
    class OpenFile;
    class Lock;
    using InodePtr = std::shared_ptr<Inode>;
    using Names = std::map<Path, InodePtr>; ///< full path to file; folders in m_folders
    /// A file that was created at, removed from or renamed between paths; an empty path is none.
    struct NameChange {
        Path from;
        Path to;
        InodePtr inode;
    };

    /// With m_mutex held, as those after it.
    Status step(const char *call, const Path &path, std::source_location from = {});
    bool ignored() const; ///< the sync that is the newest step
    void change(NameChange change);
    void forgetFolders();
    static void apply(const NameChange &change, Names &names);
    Status grow(const InodePtr &inode, std::uint64_t size, const Path &path);
    std::uint64_t usedBytes() const;
    std::int64_t nextTime(); ///< of a file that is written to

    mutable std::mutex m_mutex;        ///< guards all below
    Names m_names;                     ///< as a running program sees them
    Names m_durableNames;              ///< as a crash leaves them
    std::vector<NameChange> m_changes; ///< between the two, in their order
    std::set<Path> m_folders;
    std::set<Path> m_durableFolders; ///< those of m_folders whose name a crash leaves
    std::set<Path> m_locks;
    std::uint64_t m_steps = 0;
    std::uint64_t m_crashAt = ~0ULL;
    bool m_crashed = false;
    std::uint64_t m_generation = 0;
    std::uint64_t m_nextInode = 1;
    std::int64_t m_modified = 0; ///< changes of files so far; their time, as there is no clock
    bool m_timeStands = false;
    std::uint64_t m_capacity = ~0ULL;
    std::vector<Step> m_history;
    std::function<bool(const Step &)> m_ignore;
    std::function<const Problem *(const Step &)> m_fail;
    std::function<const Problem *(const Path &, FilePos, std::size_t)> m_failRead;
};

} // namespace millrace
