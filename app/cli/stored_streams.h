// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/exit_code.h"

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/log/log.h"
#include "core/store/catalog.h"

#include <string>
#include <vector>

namespace millrace::cli {

/// The streams of a data directory as its catalog has them, by name, read without the directory's
/// lock: an engine may run on it, or none. Where that engine removes nothing for its age, retention
/// is max().
/// Errors: NotFound when there is no catalog, and those of Catalog.
Result<std::vector<store::StreamEntry>> storedStreams(FileSystem &files, const Path &dataDirectory);

/// The one of that name. Errors also: CliNoStream, naming the nearest one.
Result<store::StreamEntry> storedStream(FileSystem &files, const Path &dataDirectory,
                                        const std::string &name);

/// The exit code of a command that the two above refuse: a catalog that is there and cannot be read
/// makes the directory unusable, as it does for an engine.
ExitCode exitCodeOfCatalog(const Problem &problem);

/// The folder of a stream's log.
Path logFolder(const Path &dataDirectory, const store::StreamEntry &stream);

/// The first record of a shard that may be read: older ones than the stream's retention are hidden,
/// as the engine hides them long before it removes them.
Ordinal visibleFrom(log::LogReader &reader, const store::StreamEntry &stream, ShardIndex shard,
                    WallTime now);

} // namespace millrace::cli
