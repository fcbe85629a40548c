// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_directory.h"

#include "app/cli/command.h"

#include "core/base/problem_codes.h"
#include "core/engine/data_home.h"
#include "core/stream/stored_stream.h"

namespace millrace::cli {
namespace {

Problem whichDirectory(std::string found)
{
    return Problem(Code::CliWhichDirectory, {{"found", std::move(found)}});
}

} // namespace

Result<std::optional<Path>> givenDataDirectory(const Arguments &arguments, FileSystem &files)
{
    auto given = arguments.value("--data");
    if (!given)
        return std::optional<Path>();
    const auto info = files.info(*given);
    if (info && !info->isFolder)
        return Problem(Code::CliBadValue,
                       {{"option", "--data"}, {"value", *given}, {"expected", "a folder"}});
    return given;
}

Result<Path> existingDataDirectory(const Arguments &arguments, FileSystem &files)
{
    auto given = givenDataDirectory(arguments, files);
    if (!given)
        return std::move(given).error();
    if (*given) {
        if (!files.exists(**given))
            return Problem(Code::NotFound, {{"what", "The data directory " + **given}});
        return **std::move(given);
    }
    auto home = engine::dataHome();
    if (!home)
        return std::move(home).error();
    const auto names = files.list(*home);
    if (!names || names->empty())
        return whichDirectory("there is none in " + *home);
    if (names->size() == 1)
        return joinPath(*home, names->front());
    std::string found = "in " + *home + " there are";
    for (const std::string &name : *names)
        found += " " + name;
    return whichDirectory(std::move(found));
}

Result<store::StreamEntry> storedStream(FileSystem &files, const Path &dataDirectory,
                                        const std::string &name)
{
    auto streams = stream::storedStreams(files, dataDirectory);
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

} // namespace millrace::cli
