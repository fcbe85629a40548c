// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

#include "core/gateway/control/control_client.h"

#include <optional>

namespace millrace::cli {

/// Requests to the engine of a data directory: the one that runs there, over its control socket,
/// or, when none does, one of its own that holds the lock for as long as this lives.
class EngineLink
{
public:
    /// With `onlyRunning`, nobody's lock is taken: the engine is another program's, which may be
    /// starting again just now, and requests fail until it answers.
    /// Errors: the problems of openEngine.
    static Result<EngineLink> open(const Environment &environment, const Path &dataDirectory,
                                   bool onlyRunning);

    /// Errors: as ControlClient::ask().
    Result<engine::Reply> ask(const engine::Request &request);

private:
    EngineLink(FileSystem &files, Path dataDirectory)
        : m_files(&files)
        , m_dataDirectory(std::move(dataDirectory))
    {}

    FileSystem *m_files;
    Path m_dataDirectory;
    std::unique_ptr<engine::Engine> m_own;          ///< no engine ran
    std::optional<gateway::ControlClient> m_client; ///< of a running one, once it was found
};

} // namespace millrace::cli
