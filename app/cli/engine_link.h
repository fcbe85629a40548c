// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

#include "core/gateway/control/control_client.h"

#include <optional>

namespace millrace::cli {

/// Requests to the engine of a data directory: the one that runs there, over its control socket,
/// or, when none does, one of its own that holds the lock until it is released.
class EngineLink
{
public:
    /// With `onlyRunning`, nobody's lock is taken: the engine is another program's, which may be
    /// starting again just now, and requests fail until it answers.
    /// Errors: the problems of openEngine.
    static Result<EngineLink> open(const Environment &environment, const Path &dataDirectory,
                                   bool onlyRunning);

    /// Errors: as ControlClient::ask(), and the problems of openEngine.
    Result<engine::Reply> ask(const engine::Request &request);
    /// Ends an engine of its own, so that another program may run one; the next request is asked of
    /// that one, or of a new one of its own.
    void release() { m_own.reset(); }

private:
    EngineLink(const Environment &environment, Path dataDirectory, bool onlyRunning)
        : m_environment(&environment)
        , m_dataDirectory(std::move(dataDirectory))
        , m_onlyRunning(onlyRunning)
    {}
    bool findRunning();
    Status openOwn();
    Status connect();

    const Environment *m_environment;
    Path m_dataDirectory;
    bool m_onlyRunning;
    std::unique_ptr<engine::Engine> m_own;          ///< no engine ran
    std::optional<gateway::ControlClient> m_client; ///< of a running one, once it was found
};

} // namespace millrace::cli
