// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/exit_code.h"
#include "app/cli/options.h"

#include "core/base/file_system.h"
#include "core/store/catalog.h"

namespace millrace::cli {

/// The folder of --data, which may have to be made; nothing without --data.
/// Errors: CliBadValue for what is no folder.
Result<std::optional<Path>> givenDataDirectory(const Arguments &arguments, FileSystem &files);

/// The data directory that an existing stream is looked for in: --data, or else the only one there
/// is. Errors: those of givenDataDirectory(), CliWhichDirectory, NoDataHome, NotFound.
Result<Path> existingDataDirectory(const Arguments &arguments, FileSystem &files);

/// Its stream of that name. Errors: CliNoStream, naming the nearest one, and as
/// stream::storedStreams().
Result<store::StreamEntry> storedStream(FileSystem &files, const Path &dataDirectory,
                                        const std::string &name);

/// The exit code of a command that a stored stream is refused to: a catalog that is there and
/// cannot be read makes the directory unusable, as it does for an engine.
ExitCode exitCodeOfCatalog(const Problem &problem);

} // namespace millrace::cli
