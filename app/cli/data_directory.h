// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/options.h"

#include "core/base/file_system.h"

namespace millrace::cli {

/// The folder of --data, which may have to be made; nothing without --data.
/// Errors: CliBadValue for what is no folder.
Result<std::optional<Path>> givenDataDirectory(const Arguments &arguments, FileSystem &files);

/// The data directory that an existing stream is looked for in: --data, or else the only one there
/// is. Errors: those of givenDataDirectory(), CliWhichDirectory, NoDataHome, NotFound.
Result<Path> existingDataDirectory(const Arguments &arguments, FileSystem &files);

} // namespace millrace::cli
