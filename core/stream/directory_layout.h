// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/problem_codes.h"
#include "core/base/uuid.h"
#include "core/log/log.h"

#include <string_view>

namespace millrace::stream {

/// Where the parts of a data directory stand (FORMAT.md of core/store and core/log).
inline Path catalogPath(const Path &dataDirectory)
{
    return joinPath(dataDirectory, "catalog.db");
}
inline Path streamsFolder(const Path &dataDirectory)
{
    return joinPath(dataDirectory, "streams");
}
inline Path logFolder(const Path &dataDirectory, const StreamUuid &stream)
{
    return joinPath(streamsFolder(dataDirectory), stream.toString());
}

/// Whether a file directly in the data directory is Millrace's own: the catalog with what SQLite
/// keeps beside it, and the control socket's.
inline bool isOwnFile(std::string_view name)
{
    return name.starts_with("catalog.db") || name.starts_with("control.");
}

/// Of all files of a log, room kept ahead included.
inline std::uint64_t logBytes(FileSystem &files, const Path &folder)
{
    std::uint64_t bytes = 0;
    const auto names = files.list(folder);
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        if (const auto info = files.info(joinPath(folder, (*names)[i])))
            bytes += info->sizeBytes;
    }
    return bytes;
}

/// Whether somebody removed all files of a stream that the catalog knows: its row came when its
/// first segment stood, and the last one is never removed.
inline bool nothingLeft(const log::RecoveryReport &found, const std::vector<ShardIndex> &shards)
{
    return found.segments == 0 && shards.empty();
}

/// That, or its folder is gone.
inline Problem streamFolderMissing(const Path &folder, const std::string &stream)
{
    return Problem(Code::StreamFolderMissing, {{"folder", folder}, {"stream", stream}}, stream);
}

/// The catalog's setting of whether records expire by age: "on", which an absent one means, or
/// "off".
inline constexpr const char *kExpirySetting = "expiry";

} // namespace millrace::stream
