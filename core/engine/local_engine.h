// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/log_line.h"
#include "core/engine/engine.h"

#include <chrono>
#include <optional>

namespace millrace::engine {

struct LocalEngineOptions {
    Path dataDirectory;
    bool create = true; ///< makes the directory when it is absent or empty; false: NotFound
    std::uint64_t budgetBytes = 0; ///< 0: the directory's own (see StreamStoreOptions)
    /// Time only moves when nothing is left to do; retention is off, and nothing is fdatasynced.
    bool virtualTime = false;
    /// How far virtual time goes: it stands still after that. None: on.
    std::optional<std::chrono::milliseconds> virtualFor;
    LogSink log; ///< may be empty
    /// Null: the real ones (a virtual clock when virtualTime is set). Must outlive the engine.
    FileSystem *fileSystem = nullptr;
    RandomSource *random = nullptr;
    int outputDescriptor = 1; ///< where the nodes of kind "standard-output" print
};

/// Opens a data directory and an engine on it, in this process.
/// Errors: DirectoryBusy (another engine has it), NotDataDirectory, NotFound, CatalogLost,
/// NewerFormat, NetworkFileSystem, Io, DiskFull, PermissionDenied, Corrupt.
Result<std::unique_ptr<Engine>> openLocalEngine(const LocalEngineOptions &options);

} // namespace millrace::engine
