// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/options.h"

#include "core/base/file_system.h"
#include "core/graph/document.h"

namespace millrace::cli {

/// Where a pipeline keeps its data when --data does not say: $XDG_DATA_HOME/millrace (or
/// ~/.local/share/millrace), then "<name>-<first 8 digits of its project UUID>".
/// Errors: CliWhichDirectory when there is no home folder.
Result<Path> defaultDataDirectory(const graph::Document &document);

/// The data directory that an existing stream is looked for in: --data, or else the only one there
/// is. Errors: CliWhichDirectory, NotFound.
Result<Path> existingDataDirectory(const Arguments &arguments, FileSystem &files);

} // namespace millrace::cli
