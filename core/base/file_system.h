// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

namespace millrace {

/// A path as the operating system spells it: UTF-8, '/' between parts, no trailing '/'.
using Path = std::string;

/// Joins two parts of a path with one '/'.
Path joinPath(const Path &folder, const std::string &name);
/// The last part of a path, and what stands before it ("." when nothing does).
std::string fileName(const Path &path);
Path parentPath(const Path &path);

/// How a file is opened.
enum class OpenMode : std::uint8_t {
    Read = 1,     ///< must exist
    ReadWrite,    ///< must exist
    CreateNew,    ///< read and write; must not exist
    CreateOrOpen, ///< read and write; made when absent
};

/// What stat(2) tells.
struct FileInfo {
    std::uint64_t sizeBytes = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t modifiedMs = 0;
    bool isFolder = false;
    bool isRegular = false; ///< a file in the narrow sense: no folder, device, pipe or socket
    bool isLink = false;    ///< the path names a link; all else is of what that leads to
};

/// Free and total bytes of the file system that holds a path, and its kind.
struct VolumeInfo {
    std::uint64_t freeBytes = 0;
    std::uint64_t totalBytes = 0;
    std::string networkType; ///< "nfs", "cifs", "fuse.sshfs", …; empty for a local one
};

/// One open file. Reads and writes name their position; there is no file pointer.
///
/// What was written is sure to survive a crash only after `sync()` returned, and a new or renamed
/// file only after `FileSystem::syncFolder()` of its folder. Both are told which line of the
/// sources called, so that a test can take out the sync of one line
/// (MemoryFileSystem::ignoreSyncs()). Errors: Io, DiskFull (no space, quota or file size limit),
/// PermissionDenied. Thread-safety: reads may run beside each other and beside one write.
class File
{
public:
    virtual ~File() = default;
    /// Reads up to `out.size()` bytes; fewer only at the end of the file.
    virtual Result<std::size_t> readAt(FilePos at, std::span<std::byte> out) const = 0;
    /// Writes all of `bytes`. After an error any part of them may stand in the file.
    virtual Status writeAt(FilePos at, ByteView bytes) = 0;
    /// fdatasync(2). After an error nothing is known of what was written since the last success:
    /// never try again on this file, go on in a new one.
    virtual Status sync(std::source_location from = std::source_location::current()) = 0;
    /// Makes sure that bytes up to `size` can be written without a DiskFull; they read as zero.
    virtual Status allocate(std::uint64_t sizeBytes) = 0;
    virtual Status truncate(std::uint64_t sizeBytes) = 0;
    virtual Result<FileInfo> info() const = 0;
    /// The first position at or behind `from` where the file may hold anything but zeros, at most
    /// its end. A file system that cannot tell gives `from`.
    virtual Result<FilePos> nextData(FilePos from) const { return from; }
};

/// A lock on a folder that one process holds and that dies with it.
class FileLock
{
public:
    virtual ~FileLock() = default;
};

/// The road to files for everything in core but SQLite.
/// Errors: as File, also NotFound, AlreadyExists, Busy (lock).
/// Thread-safety: every function may be called from any thread.
class FileSystem
{
public:
    virtual ~FileSystem() = default;
    virtual Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) = 0;
    virtual Result<FileInfo> info(const Path &path) = 0;
    virtual Result<std::vector<std::string>> list(const Path &folder) = 0; ///< names, sorted
    virtual Status makeFolders(const Path &folder) = 0; ///< with parents; fine when it exists
    virtual Status rename(const Path &from, const Path &to) = 0; ///< replaces `to` in one step
    /// Likewise, but AlreadyExists where there is a `to`. Where the file system cannot do that in
    /// one step (an old network file system), one that is made in between is replaced.
    virtual Status renameNew(const Path &from, const Path &to) = 0;
    virtual Status remove(const Path &path) = 0; ///< a file or an empty folder
    virtual Status syncFolder(const Path &folder,
                              std::source_location from = std::source_location::current()) = 0;
    virtual Result<VolumeInfo> volume(const Path &path) = 0;
    /// Takes the lock of a folder, which must exist, or Busy when another one has it. Nothing is
    /// made for it, and nothing that is removed from the folder takes it away.
    virtual Result<std::unique_ptr<FileLock>> lock(const Path &folder) = 0;

    /// Conveniences on the above.
    Result<Bytes> readAll(const Path &path);
    bool exists(const Path &path);
    /// Writes `path` so that a crash leaves the old or the new content: temporary file, sync,
    /// rename, sync of the folder.
    Status replaceFile(const Path &path, ByteView content);
    /// A file, or a folder with all in it; of a link the link alone. Fine when absent.
    Status removeAll(const Path &path);
};

/// The real one. Lives as long as the program.
FileSystem &posixFileSystem();

} // namespace millrace
