// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/options.h"

#include "core/base/file_system.h"
#include "core/store/catalog.h"

namespace millrace::cli {

/// The data directory that an existing stream is looked for in: --data, or else the only one there
/// is. Errors: CliWhichDirectory, NoDataHome, NotFound.
Result<Path> existingDataDirectory(const Arguments &arguments, FileSystem &files);

/// Its stream of that name. Errors: CliNoStream, naming the nearest one, and as
/// stream::storedStreams().
Result<store::StreamEntry> storedStream(FileSystem &files, const Path &dataDirectory,
                                        const std::string &name);

} // namespace millrace::cli
