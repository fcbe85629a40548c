// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/streams_command.h"

#include "app/cli/data_directory.h"
#include "app/cli/stored_streams.h"
#include "app/cli/terminal.h"

#include "core/log/log.h"
#include "core/record/timestamp_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace millrace::cli {
namespace {

std::string_view roleText(store::StreamRole role)
{
    switch (role) {
    case store::StreamRole::Data:
        return "data";
    case store::StreamRole::Wire:
        return "wire";
    case store::StreamRole::DeadLetters:
        return "dead letters";
    }
    return "";
}

/// Of all files of the log, room kept ahead included.
std::uint64_t diskBytes(FileSystem &files, const Path &folder)
{
    std::uint64_t bytes = 0;
    const auto names = files.list(folder);
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        if (const auto info = files.info(joinPath(folder, (*names)[i])))
            bytes += info->sizeBytes;
    }
    return bytes;
}

/// How long records stay: "24 h"; of a wire until whoever reads it has passed them.
std::string retentionText(const store::StreamEntry &stream)
{
    using namespace std::chrono;
    if (stream.role == store::StreamRole::Wire)
        return "until read";
    if (stream.retention == milliseconds::max())
        return "off";
    if (stream.retention % hours(1) == milliseconds(0))
        return fmt::format("{} h", duration_cast<hours>(stream.retention).count());
    if (stream.retention % minutes(1) == milliseconds(0))
        return fmt::format("{} min", duration_cast<minutes>(stream.retention).count());
    return fmt::format("{} s", static_cast<double>(stream.retention.count()) / 1000);
}

/// Records that can be read now, with separators; "?" when the log cannot be opened, which is said.
std::string readable(FileSystem &files, const Path &folder, const store::StreamEntry &stream,
                     WallTime now)
{
    const auto reader = log::LogReader::open(folder, files);
    if (!reader) {
        printProblem(reader.error());
        return "?";
    }
    std::uint64_t records = 0;
    for (const ShardIndex shard : (*reader)->shards())
        records += (*reader)->bounds(shard).end - visibleFrom(**reader, stream, shard, now);
    return grouped(records);
}

ExitCode streams(const Arguments &arguments, const Environment &environment)
{
    const auto directory = existingDataDirectory(arguments, *environment.files);
    if (!directory) {
        printProblem(directory.error());
        return exitCodeOf(directory.error());
    }
    const auto stored = storedStreams(*environment.files, *directory);
    if (!stored) {
        printProblem(stored.error());
        return exitCodeOfCatalog(stored.error());
    }
    std::size_t nameColumns = 6;
    for (const store::StreamEntry &stream : *stored)
        nameColumns = std::max(nameColumns, stream.name.size());
    fmt::print("{}  {:<12}  {:>6}  {:>14}  {:>10}  {:>10}  {:<19}\n", cell("stream", nameColumns),
               "role", "shards", "records", "on disk", "retention", "created (UTC)");
    for (const store::StreamEntry &stream : *stored) {
        const Path folder = logFolder(*directory, stream);
        const std::string created =
            record::timestampText(stream.created.time_since_epoch().count()).substr(0, 19);
        fmt::print("{}  {:<12}  {:>6}  {:>14}  {:>10}  {:>10}  {:<19}\n",
                   cell(stream.name, nameColumns), roleText(stream.role), stream.shards,
                   readable(*environment.files, folder, stream, environment.clock->wall()),
                   bytesText(static_cast<double>(diskBytes(*environment.files, folder))),
                   retentionText(stream), created);
    }
    return ExitCode::Success;
}

} // namespace

Command streamsCommand()
{
    return {{"streams",
             {},
             {{"--data", "DIR", "the data directory; may be left out when there is only one"}}},
            "list the streams of a data directory",
            "Reads the directory whether an engine runs on it or not. \"wire\" and \"dead "
            "letters\" are streams\n"
            "that a pipeline made for itself. Records older than the retention are not counted;\n"
            "those of a wire stay until whoever reads it has passed them. After a run with\n"
            "--virtual, retention is off.\n",
            streams};
}

} // namespace millrace::cli
