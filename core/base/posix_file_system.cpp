// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file_system.h"
#include "core/base/problem_codes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace millrace {
namespace {

Problem fromErrno(int error, const char *operation, const Path &path)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return Problem(Code::NotFound, {{"what", path}}, path);
    case EEXIST:
        return Problem(Code::AlreadyExists, {{"what", path}}, path);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return Problem(Code::DiskFull, {{"operation", operation}}, path);
    case EACCES:
    case EPERM:
    case EROFS:
        return Problem(Code::PermissionDenied, {{"operation", operation}}, path);
    case ENAMETOOLONG:
    case ELOOP:
        return Problem(Code::InvalidArgument,
                       {{"what", std::string("The path cannot be used: ") + std::strerror(error)}},
                       path);
    default:
        return Problem(Code::Io, {{"operation", operation}, {"reason", std::strerror(error)}},
                       path);
    }
}

/// Calls again what a signal interrupted: the handlers of the program go on with it.
int retried(auto &&call)
{
    int result = 0;
    do
        result = call();
    while (result < 0 && errno == EINTR);
    return result;
}

int openFolder(const Path &folder)
{
    return retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
}

FileInfo toInfo(const struct stat &st)
{
    FileInfo info;
    info.sizeBytes = static_cast<std::uint64_t>(st.st_size);
    info.device = st.st_dev;
    info.inode = st.st_ino;
    info.modifiedMs =
        static_cast<std::int64_t>(st.st_mtim.tv_sec) * 1000 + st.st_mtim.tv_nsec / 1'000'000;
    info.isFolder = S_ISDIR(st.st_mode);
    info.isRegular = S_ISREG(st.st_mode);
    return info;
}

class PosixFile final : public File
{
public:
    PosixFile(int fd, Path path)
        : m_fd(fd)
        , m_path(std::move(path))
    {}
    ~PosixFile() override { ::close(m_fd); }
    PosixFile(const PosixFile &) = delete;
    PosixFile &operator=(const PosixFile &) = delete;

    Result<std::size_t> readAt(FilePos at, std::span<std::byte> out) const override
    {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto n = ::pread(m_fd, out.data() + done, out.size() - done,
                                   static_cast<off_t>(at.value + done));
            if (n == 0)
                break;
            if (n < 0) {
                if (errno == EINTR)
                    continue;
                return fromErrno(errno, "read", m_path);
            }
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    Status writeAt(FilePos at, ByteView bytes) override
    {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const auto n = ::pwrite(m_fd, bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(at.value + done));
            if (n < 0) {
                if (errno == EINTR)
                    continue;
                return fromErrno(errno, "write", m_path);
            }
            done += static_cast<std::size_t>(n);
        }
        return Done{};
    }

    Status sync(std::source_location) override
    {
        if (retried([this] { return ::fdatasync(m_fd); }) != 0)
            return fromErrno(errno, "fdatasync", m_path);
        return Done{};
    }

    Status allocate(std::uint64_t sizeBytes) override
    {
        const auto allocate = [&] {
            errno = ::posix_fallocate(m_fd, 0, static_cast<off_t>(sizeBytes));
            return errno == 0 ? 0 : -1;
        };
        if (retried(allocate) != 0)
            return fromErrno(errno, "allocate", m_path);
        return Done{};
    }

    Status truncate(std::uint64_t sizeBytes) override
    {
        if (retried([&] { return ::ftruncate(m_fd, static_cast<off_t>(sizeBytes)); }) != 0)
            return fromErrno(errno, "truncate", m_path);
        return Done{};
    }

    Result<FileInfo> info() const override
    {
        struct stat st {
        };
        if (::fstat(m_fd, &st) != 0)
            return fromErrno(errno, "stat", m_path);
        return toInfo(st);
    }

    Result<FilePos> nextData(FilePos from) const override
    {
        const off_t at = ::lseek(m_fd, static_cast<off_t>(from.value), SEEK_DATA);
        if (at >= 0)
            return FilePos(static_cast<std::uint64_t>(at));
        if (errno != ENXIO) // not every file system knows its holes
            return from;
        const auto end = info();
        if (!end)
            return end.error();
        return FilePos(std::max(from.value, end->sizeBytes));
    }

private:
    int m_fd;
    Path m_path;
};

class PosixLock final : public FileLock
{
public:
    explicit PosixLock(int fd)
        : m_fd(fd)
    {}
    ~PosixLock() override { ::close(m_fd); }
    PosixLock(const PosixLock &) = delete;
    PosixLock &operator=(const PosixLock &) = delete;

private:
    int m_fd;
};

/// Magic numbers of statfs(2) for file systems that another computer serves.
std::string networkName(long magic)
{
    struct Known {
        unsigned long magic;
        const char *name;
    };
    static constexpr std::array kKnown = {
        Known{0x6969, "nfs"},       Known{0x517B, "smb"},        Known{0xFF534D42, "cifs"},
        Known{0xFE534D42, "smb2"},  Known{0x01021997, "9p"},     Known{0x5346414F, "afs"},
        Known{0x00C36400, "ceph"},  Known{0x0BD00BD0, "lustre"}, Known{0x65735546, "fuse"},
        Known{0x7461636F, "ocfs2"}, Known{0x01161970, "gfs2"},   Known{0x47504653, "gpfs"},
    };
    for (const auto &known : kKnown) {
        if (static_cast<unsigned long>(magic) == known.magic)
            return known.name;
    }
    return {};
}

class PosixFileSystem final : public FileSystem
{
public:
    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override
    {
        int flags = O_CLOEXEC;
        switch (mode) {
        case OpenMode::Read:
            flags |= O_RDONLY;
            break;
        case OpenMode::ReadWrite:
            flags |= O_RDWR;
            break;
        case OpenMode::CreateNew:
            flags |= O_RDWR | O_CREAT | O_EXCL;
            break;
        case OpenMode::CreateOrOpen:
            flags |= O_RDWR | O_CREAT;
            break;
        }
        // O_NONBLOCK: a named pipe would else wait for whoever writes to it.
        const int fd = retried([&] { return ::open(path.c_str(), flags | O_NONBLOCK, 0644); });
        if (fd < 0)
            return fromErrno(errno, "open", path);
        auto file = std::make_unique<PosixFile>(fd, path);
        struct stat st {
        };
        if (::fstat(fd, &st) != 0)
            return fromErrno(errno, "stat", path);
        if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
            return Problem(Code::InvalidArgument,
                           {{"what", "It is a pipe or a device; give a file"}}, path);
        return std::unique_ptr<File>(std::move(file));
    }

    Result<FileInfo> info(const Path &path) override
    {
        struct stat st {
        };
        if (::lstat(path.c_str(), &st) != 0)
            return fromErrno(errno, "stat", path);
        const bool link = S_ISLNK(st.st_mode);
        if (link && ::stat(path.c_str(), &st) != 0)
            return fromErrno(errno, "stat", path);
        FileInfo info = toInfo(st);
        info.isLink = link;
        return info;
    }

    Result<std::vector<std::string>> list(const Path &folder) override
    {
        DIR *dir = nullptr;
        const auto open = [&] { return (dir = ::opendir(folder.c_str())) == nullptr ? -1 : 0; };
        if (retried(open) != 0)
            return fromErrno(errno, "list", folder);
        std::vector<std::string> names;
        // A list that is cut short by an error would be taken for the whole folder.
        errno = 0;
        while (const dirent *entry = ::readdir(dir)) {
            const std::string name = entry->d_name;
            if (name != "." && name != "..")
                names.push_back(name);
            errno = 0;
        }
        const int failure = errno;
        ::closedir(dir);
        if (failure != 0)
            return fromErrno(failure, "list", folder);
        std::sort(names.begin(), names.end());
        return names;
    }

    Status makeFolders(const Path &folder) override
    {
        if (folder.empty() || folder == "/" || folder == ".")
            return Done{};
        if (::mkdir(folder.c_str(), 0755) == 0)
            return syncFolder(parentPath(folder), {});
        if (errno == EEXIST) {
            const auto found = info(folder);
            return found && found->isFolder ? Status(Done{})
                                            : Status(fromErrno(EEXIST, "make folder", folder));
        }
        if (errno != ENOENT)
            return fromErrno(errno, "make folder", folder);
        MILLRACE_TRY(makeFolders(parentPath(folder)));
        if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
            return fromErrno(errno, "make folder", folder);
        return syncFolder(parentPath(folder), {});
    }

    Status rename(const Path &from, const Path &to) override
    {
        if (::rename(from.c_str(), to.c_str()) != 0)
            return fromErrno(errno, "rename", from);
        return Done{};
    }

    Status renameNew(const Path &from, const Path &to) override
    {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
            return Done{};
        if (errno == EEXIST)
            return fromErrno(EEXIST, "rename", to);
        if (errno != EINVAL && errno != ENOSYS)
            return fromErrno(errno, "rename", from);
        return exists(to) ? Status(fromErrno(EEXIST, "rename", to)) : rename(from, to);
    }

    Status remove(const Path &path) override
    {
        if (::remove(path.c_str()) != 0)
            return fromErrno(errno, "remove", path);
        return Done{};
    }

    Status syncFolder(const Path &folder, std::source_location) override
    {
        const int fd = openFolder(folder);
        if (fd < 0)
            return fromErrno(errno, "open", folder);
        const int result = retried([&] { return ::fsync(fd); });
        const int error = errno;
        ::close(fd);
        if (result != 0)
            return fromErrno(error, "fsync", folder);
        return Done{};
    }

    Result<VolumeInfo> volume(const Path &path) override
    {
        struct statfs st {
        };
        if (retried([&] { return ::statfs(path.c_str(), &st); }) != 0)
            return fromErrno(errno, "statfs", path);
        VolumeInfo out;
        const auto block = static_cast<std::uint64_t>(st.f_bsize);
        out.freeBytes = block * st.f_bavail;
        out.totalBytes = block * st.f_blocks;
        out.networkType = networkName(st.f_type);
        return out;
    }

    Result<std::unique_ptr<FileLock>> lock(const Path &folder) override
    {
        const int fd = openFolder(folder);
        if (fd < 0)
            return fromErrno(errno, "open", folder);
        if (retried([fd] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
            const int error = errno;
            ::close(fd);
            if (error == EWOULDBLOCK)
                return Problem(Code::Busy, {{"what", folder}}, folder);
            return fromErrno(error, "lock", folder);
        }
        return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(fd));
    }
};

} // namespace

FileSystem &posixFileSystem()
{
    static PosixFileSystem fileSystem;
    return fileSystem;
}

} // namespace millrace
