// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/log_line.h"
#include "core/engine/engine.h"

#include <chrono>
#include <memory>

namespace millrace::gateway {

struct ControlServerOptions {
    Path dataDirectory;
    Path runtimeFolder;  ///< for sockets with too long a path, see ControlSocket
    std::string version; ///< of the program, for /v1/health
    LogSink log;         ///< what goes wrong here and no client is told; may be empty
    /// A payload of 64 MiB in base64 is 86 MiB.
    std::uint64_t maxBodyBytes = 96ULL << 20U;
    /// Of all requests together, from a request's header until the engine has answered it: what the
    /// clients together can take of the memory. Further ones are told to come back later. A body
    /// whose length is not said counts as the largest.
    std::uint64_t maxBodiesBytes = 256ULL << 20U;
    std::uint32_t maxHeaderBytes = 16U << 10U;
    std::size_t maxConnections = 64; ///< further ones are told to come back later
    /// From a request's first byte to its last, and for taking the response.
    std::chrono::milliseconds requestTimeout{std::chrono::seconds(30)};
    /// Between two requests of one connection.
    std::chrono::milliseconds idleTimeout{std::chrono::minutes(5)};
    /// Requests that wait for the engine at the same time.
    std::size_t workers = 4;
};

/// The control interface of a running engine (FORMAT.md): HTTP/1.1 on a Unix socket in its data
/// directory. Starts one I/O thread and `workers` threads that wait for the engine.
///
/// The engine and the file system outlive it; the caller holds the lock of the data directory.
/// Thread-safety: stop() may be called from any thread.
class ControlServer
{
public:
    /// Errors: ControlSocket.
    static Result<std::unique_ptr<ControlServer>> start(engine::Engine &engine, FileSystem &files,
                                                        ControlServerOptions options);
    ~ControlServer(); ///< stops

    /// Accepts nothing more, answers what has arrived whole, closes and joins. A client that does
    /// not take its answer in `requestTimeout` is left.
    void stop();

    const Path &socketPath() const;

private:
    class Impl;
    explicit ControlServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace millrace::gateway
