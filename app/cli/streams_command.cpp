// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/streams_command.h"

#include "app/cli/data_directory.h"
#include "app/cli/terminal.h"

#include "core/record/timestamp_text.h"
#include "core/stream/directory_layout.h"
#include "core/stream/stored_stream.h"

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

/// The records of a stream now; nothing when its log cannot be opened, which is said.
std::optional<stream::StoredStream::Count>
count(const Environment &environment, const Path &directory, const store::StreamEntry &entry)
{
    auto stored = stream::StoredStream::open(*environment.files, directory, entry);
    if (stored)
        return stored->count(environment.clock->wall());
    printProblem(stored.error());
    return {};
}

ExitCode streams(const Arguments &arguments, const Environment &environment)
{
    const auto directory = existingDataDirectory(arguments, *environment.files);
    if (!directory) {
        printProblem(directory.error());
        return exitCodeOf(directory.error());
    }
    const auto stored = stream::storedStreams(*environment.files, *directory);
    if (!stored) {
        printProblem(stored.error());
        return exitCodeOfCatalog(stored.error());
    }
    std::size_t nameColumns = 6;
    for (const store::StreamEntry &entry : *stored)
        nameColumns = std::max(nameColumns, entry.name.size());
    fmt::print("{}  {:<12}  {:>6}  {:>14}  {:>10}  {:>10}  {:>10}  {:<19}\n",
               cell("stream", nameColumns), "role", "shards", "records", "damaged", "on disk",
               "retention", "created (UTC)");
    for (const store::StreamEntry &entry : *stored) {
        const std::uint64_t bytes =
            stream::logBytes(*environment.files, stream::logFolder(*directory, entry.id));
        const std::string created =
            record::timestampText(entry.created.time_since_epoch().count()).substr(0, 19);
        const auto records = count(environment, *directory, entry);
        fmt::print("{}  {:<12}  {:>6}  {:>14}  {:>10}  {:>10}  {:>10}  {:<19}\n",
                   cell(entry.name, nameColumns), roleText(entry.role), entry.shards,
                   records ? grouped(records->readable) : "?",
                   records ? grouped(records->damaged) : "?", bytesText(static_cast<double>(bytes)),
                   retentionText(entry), created);
    }
    return ExitCode::Success;
}

} // namespace

Command streamsCommand()
{
    return {
        {"streams",
         {},
         {{"--data", "DIR", "the data directory; may be left out when there is only one"}}},
        "list the streams of a data directory",
        "Reads the directory whether an engine runs on it or not. \"wire\" and \"dead "
        "letters\" are streams\n"
        "that a pipeline made for itself. Records older than the retention are not counted;\n"
        "those of a wire stay until whoever reads it has passed them. After a run with\n"
        "--virtual, retention is off. \"damaged\" are records that the files ought to have and "
        "do not:\n"
        "a segment or a part of one is gone or was overwritten. That a block inside a whole file "
        "is\n"
        "damaged shows when it is read; run --report counts those that were. The oldest segments, "
        "when\n"
        "somebody took them away, count as expired.\n",
        streams};
}

} // namespace millrace::cli
