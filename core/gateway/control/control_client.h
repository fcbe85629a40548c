// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/engine/engine.h"
#include "core/gateway/control/codec.h"

#include <chrono>
#include <memory>

namespace millrace::gateway {

/// Asks the engine that runs on a data directory, over its control socket. Keeps one connection
/// and opens it again when the server closed it between two requests; a request is never sent
/// twice by itself.
///
/// Errors of every function: ControlUnreachable (nothing was asked: no engine, or it refuses
/// connections), ControlNoAnswer (the connection broke or timed out after the request was sent;
/// put again with a producer, which is idempotent), ControlBadReply. What the engine itself
/// answers, problems too, is a Reply.
/// Thread-safety: one thread at a time; calls block.
class ControlClient
{
public:
    /// `timeout` bounds each step: connecting, sending, and waiting for the answer.
    explicit ControlClient(Path socket,
                           std::chrono::milliseconds timeout = std::chrono::minutes(2));
    ~ControlClient();
    ControlClient(ControlClient &&) noexcept;
    ControlClient &operator=(ControlClient &&) noexcept;

    /// For the engine on `dataDirectory`. Errors: ControlUnreachable.
    static Result<ControlClient> find(FileSystem &files, const Path &dataDirectory);

    Result<engine::Reply> ask(const engine::Request &request);
    Result<runtime::Snapshot> snapshot();
    Result<Health> health();

    /// One request as it is; the functions above are made of it.
    Result<HttpResponse> send(const HttpRequest &request);

private:
    class Connection;
    Result<std::string> get(std::string_view path); ///< the body of a success

    Path m_socket;
    std::chrono::milliseconds m_timeout;
    std::unique_ptr<Connection> m_connection;
};

} // namespace millrace::gateway
