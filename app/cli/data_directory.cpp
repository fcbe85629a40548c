// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_directory.h"

#include <cstdlib>

namespace millrace::cli {
namespace {

constexpr std::size_t kNameChars = 40;
constexpr std::size_t kUuidChars = 8;

Problem whichDirectory(std::string found)
{
    return Problem(Code::CliWhichDirectory, {{"found", std::move(found)}});
}

Result<Path> dataHome()
{
    if (const char *data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
        return joinPath(data, "millrace");
    if (const char *home = std::getenv("HOME"); home != nullptr && *home == '/')
        return joinPath(home, ".local/share/millrace");
    return whichDirectory("neither XDG_DATA_HOME nor HOME is set");
}

std::string asFileName(std::string_view name)
{
    std::string out;
    for (const char c : name.substr(0, kNameChars)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-';
        out += plain ? c : '-';
    }
    return out.empty() ? "pipeline" : out;
}

} // namespace

Result<Path> defaultDataDirectory(const graph::Document &document)
{
    return dataHome().and_then([&](Path &&home) -> Result<Path> {
        return joinPath(home, asFileName(document.name) + "-" +
                                  document.project.toString().substr(0, kUuidChars));
    });
}

Result<Path> existingDataDirectory(const Arguments &arguments, FileSystem &files)
{
    if (const auto given = arguments.value("--data")) {
        const auto info = files.info(*given);
        if (!info || !info->isFolder)
            return Problem(Code::NotFound, {{"what", "The data directory " + *given}});
        return *given;
    }
    auto home = dataHome();
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

} // namespace millrace::cli
