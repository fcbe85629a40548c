// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/data_home.h"

#include "core/base/problem_codes.h"

#include <cstdlib>

namespace millrace::engine {
namespace {

constexpr std::size_t kNameBytes = 40;
constexpr std::size_t kUuidChars = 8;

std::string asFileName(std::string_view name)
{
    std::string out;
    for (const char c : name.substr(0, kNameBytes)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-';
        out += plain ? c : '-';
    }
    return out.empty() ? "pipeline" : out;
}

} // namespace

Result<Path> dataHome()
{
    if (const char *data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
        return joinPath(data, "millrace");
    if (const char *home = std::getenv("HOME"); home != nullptr && *home == '/')
        return joinPath(home, ".local/share/millrace");
    return Problem(Code::NoDataHome);
}

Result<Path> defaultDataDirectory(const graph::Document &document)
{
    return dataHome().and_then([&](Path &&home) -> Result<Path> {
        return joinPath(home, asFileName(document.name) + "-" +
                                  document.project.toString().substr(0, kUuidChars));
    });
}

} // namespace millrace::engine
