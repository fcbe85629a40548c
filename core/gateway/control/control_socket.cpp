// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/control_socket.h"

#include "core/base/md5.h"
#include "core/base/problem_codes.h"
#include "core/base/real_path.h"
#include "core/base/uuid.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace millrace::gateway {
namespace {

constexpr const char *kSocketName = "control.sock";
constexpr const char *kPathName = "control.path";

Problem refused(const Path &socket, std::string reason)
{
    return Problem(Code::ControlSocket, {{"socket", socket}, {"reason", std::move(reason)}});
}

Problem refused(const Path &socket, const char *operation, int error)
{
    return refused(socket, std::string(operation) + ": " + std::strerror(error));
}

/// Makes `folder` for this user alone, or checks that it is.
Status makePrivateFolder(const Path &folder)
{
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return refused(folder, "mkdir", errno);
    struct stat st {
    };
    if (::lstat(folder.c_str(), &st) != 0)
        return refused(folder, "stat", errno);
    if (!S_ISDIR(st.st_mode) || st.st_uid != ::geteuid() || (st.st_mode & 077U) != 0)
        return refused(folder, "the folder is not this user's alone; remove it");
    return Done{};
}

/// Whether a socket may take this name: nothing has it, or another socket.
Status checkName(const Path &path)
{
    struct stat st {
    };
    if (::lstat(path.c_str(), &st) == 0 && !S_ISSOCK(st.st_mode))
        return refused(path, "a file that is no socket has this name; remove it");
    return Done{};
}

/// A short name that is the same for the same data directory, so that the socket of a killed engine
/// is found and replaced.
std::string shortName(const Path &dataDirectory)
{
    return "control-" + Uuid{md5(realPath(dataDirectory))}.toString() + ".sock";
}

} // namespace

Path defaultRuntimeFolder()
{
    if (const char *runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/')
        return joinPath(runtime, "millrace");
    return "/tmp/millrace-" + std::to_string(::geteuid());
}

Result<ControlSocket> ControlSocket::listen(FileSystem &files, const Path &dataDirectory,
                                            const Path &runtimeFolder)
{
    Path path = joinPath(dataDirectory, kSocketName);
    const Path pointer = joinPath(dataDirectory, kPathName);
    if (path.size() > kMaxSocketPathBytes) {
        MILLRACE_TRY(makePrivateFolder(runtimeFolder));
        path = joinPath(runtimeFolder, shortName(dataDirectory));
        if (path.size() > kMaxSocketPathBytes)
            return refused(path, "the path is too long for a socket; set XDG_RUNTIME_DIR to a "
                                 "folder with a shorter one");
        if (auto written = files.replaceFile(pointer, asBytes(path)); !written)
            return refused(path, written.error().message());
    } else if (files.exists(pointer)) { // of an engine that ran under a longer path
        if (auto removed = files.remove(pointer); !removed)
            return refused(path, removed.error().message());
    }

    // As long as the name, which may be the longest there is.
    const Path early = path.substr(0, path.rfind('.')) + ".bind";
    MILLRACE_TRY(checkName(path));
    MILLRACE_TRY(checkName(early));
    if (::unlink(early.c_str()) != 0 && errno != ENOENT)
        return refused(early, "unlink", errno);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return refused(path, "socket", errno);
    ControlSocket socket(descriptor, {});
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, early.c_str(), early.size() + 1);
    // Linux makes the file with the descriptor's mode: nobody else can connect at any moment.
    if (::fchmod(descriptor, 0600) != 0)
        return refused(path, "fchmod", errno);
    if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return refused(early, "bind", errno);
    socket.m_path = early;
    if (::chmod(early.c_str(), 0600) != 0)
        return refused(early, "chmod", errno);
    if (::listen(descriptor, SOMAXCONN) != 0)
        return refused(early, "listen", errno);
    // Whoever finds the name finds somebody who listens.
    if (::rename(early.c_str(), path.c_str()) != 0)
        return refused(path, "rename", errno);
    socket.m_path = path;
    return socket;
}

ControlSocket::~ControlSocket()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_path.empty())
        ::unlink(m_path.c_str());
}

ControlSocket::ControlSocket(ControlSocket &&other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_path(std::exchange(other.m_path, {}))
{}

int ControlSocket::takeDescriptor()
{
    return std::exchange(m_descriptor, -1);
}

Result<Path> findControlSocket(FileSystem &files, const Path &dataDirectory)
{
    Path path = joinPath(dataDirectory, kSocketName);
    const Path pointer = joinPath(dataDirectory, kPathName);
    if (files.exists(pointer)) {
        const auto content = files.readAll(pointer);
        if (!content)
            return Problem(Code::ControlUnreachable,
                           {{"socket", pointer}, {"reason", content.error().text()}});
        path = std::string(asText(*content));
    }
    if (path.size() > kMaxSocketPathBytes || !files.exists(path))
        return Problem(Code::ControlUnreachable,
                       {{"socket", path}, {"reason", "no engine runs on this data directory"}});
    return path;
}

} // namespace millrace::gateway
