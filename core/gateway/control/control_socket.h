// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

namespace millrace::gateway {

/// Longest path that a Unix socket can have on Linux, without the final zero [unix(7)].
inline constexpr std::size_t kMaxSocketPathBytes = 107;

/// Where sockets go whose data directory has too long a path: $XDG_RUNTIME_DIR/millrace, else
/// /tmp/millrace-<user id>.
Path defaultRuntimeFolder();

/// A socket that listens, and its file. The destructor closes it and removes the file.
class ControlSocket
{
public:
    /// Listens on `<dataDirectory>/control.sock`, which has mode 0600 and takes connections from
    /// the moment it is there; or, when that path is too long for a socket, a file in
    /// `runtimeFolder` (made with mode 0700; refused when it belongs to somebody else or others may
    /// enter), whose path then stands in
    /// `<dataDirectory>/control.path`. A socket file that a killed engine left is replaced: the
    /// caller holds the data directory's lock, so nobody listens there.
    ///
    /// Errors: ControlSocket.
    static Result<ControlSocket> listen(FileSystem &files, const Path &dataDirectory,
                                        const Path &runtimeFolder);
    ~ControlSocket();
    ControlSocket(ControlSocket &&other) noexcept;
    ControlSocket &operator=(ControlSocket &&) = delete;

    const Path &path() const { return m_path; }
    /// The descriptor; the caller owns it from now on.
    int takeDescriptor();

private:
    ControlSocket(int descriptor, Path path)
        : m_descriptor(descriptor)
        , m_path(std::move(path))
    {}

    int m_descriptor = -1;
    Path m_path; ///< empty in one that was moved from
};

/// The socket of the engine that runs on `dataDirectory`. Errors: ControlUnreachable when there is
/// no such file (a file may be a killed engine's: connecting tells).
Result<Path> findControlSocket(FileSystem &files, const Path &dataDirectory);

} // namespace millrace::gateway
