// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/stored_streams.h"

#include "app/cli/command.h"
#include "app/cli/options.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::cli {

Result<std::vector<store::StreamEntry>> storedStreams(FileSystem &files, const Path &dataDirectory)
{
    const Path path = joinPath(dataDirectory, "catalog.db");
    if (!files.exists(path))
        return Problem(Code::NotFound, {{"what", "The catalog of a data directory"}}, path);
    auto catalog = store::Catalog::open(path, store::Database::Mode::ReadOnly);
    if (!catalog)
        return std::move(catalog).error();
    auto streams = (*catalog)->streams();
    if (!streams)
        return streams;
    const auto expiry = (*catalog)->setting("expiry");
    if (!expiry)
        return expiry.error();
    for (store::StreamEntry &stream : *streams) {
        if (*expiry == "off")
            stream.retention = std::chrono::milliseconds::max();
    }
    std::sort(streams->begin(), streams->end(),
              [](const auto &a, const auto &b) { return a.name < b.name; });
    return streams;
}

Result<store::StreamEntry> storedStream(FileSystem &files, const Path &dataDirectory,
                                        const std::string &name)
{
    auto streams = storedStreams(files, dataDirectory);
    if (!streams)
        return std::move(streams).error();
    std::vector<std::string_view> names;
    for (store::StreamEntry &stream : *streams) {
        if (stream.name == name)
            return std::move(stream);
        names.push_back(stream.name);
    }
    return Problem(
        Code::CliNoStream,
        {{"directory", dataDirectory}, {"stream", name}, {"hint", didYouMean(name, names)}});
}

ExitCode exitCodeOfCatalog(const Problem &problem)
{
    const ExitCode code = exitCodeOf(problem);
    return code == ExitCode::Failure ? ExitCode::DataDirectory : code;
}

Path logFolder(const Path &dataDirectory, const store::StreamEntry &stream)
{
    return joinPath(joinPath(dataDirectory, "streams"), stream.id.toString());
}

Ordinal visibleFrom(log::LogReader &reader, const store::StreamEntry &stream, ShardIndex shard,
                    WallTime now)
{
    const Ordinal horizon = reader.bounds(shard).trimHorizon;
    if (stream.ageLimit() == std::chrono::milliseconds::max())
        return horizon;
    const auto young = reader.find(shard, now - stream.ageLimit());
    return young ? std::max(horizon, *young) : horizon;
}

} // namespace millrace::cli
