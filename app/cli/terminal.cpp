// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/terminal.h"

#include "core/graph/value.h"

#include <array>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace millrace::cli {
namespace {

constexpr std::size_t kDefaultWidth = 100;

/// Length of the UTF-8 sequence at the start of `text`, 0 when it is none.
std::size_t sequenceLength(std::string_view text)
{
    for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
        if (graph::isUtf8(text.substr(0, length)))
            return length;
    }
    return 0;
}

struct Fitted {
    std::string text;
    std::size_t columns = 0;
};

Fitted fit(std::string_view text, std::size_t columns)
{
    Fitted out;
    std::size_t lastStart = 0; // of the last character, in case it must give way to the ellipsis
    while (!text.empty()) {
        if (out.columns == columns) {
            out.text.resize(columns == 0 ? 0 : lastStart);
            if (columns > 0)
                out.text += "…";
            return out;
        }
        lastStart = out.text.size();
        const std::size_t length = sequenceLength(text);
        const auto first = static_cast<unsigned char>(text.front());
        if (length == 0)
            out.text += "\xEF\xBF\xBD";
        else if (first < 0x20 || first == 0x7F ||
                 (first == 0xC2 && length == 2 && static_cast<unsigned char>(text[1]) < 0xA0))
            out.text += "·";
        else
            out.text += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
        ++out.columns;
    }
    return out;
}

} // namespace

bool isTerminal(int descriptor)
{
    return ::isatty(descriptor) == 1;
}

std::size_t terminalWidth(int descriptor)
{
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return kDefaultWidth;
}

std::string grouped(std::uint64_t number)
{
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3; at -= 3)
        out.insert(at - 3, ",");
    return out;
}

std::string bytesText(double bytes)
{
    static constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit)
        bytes /= 1024;
    return unit == 0 ? fmt::format("{:.0f} B", bytes)
                     : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string clockText(std::int64_t seconds)
{
    if (seconds >= 3600)
        return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string cell(std::string_view text, std::size_t columns)
{
    Fitted fitted = fit(text, columns);
    fitted.text.append(columns - fitted.columns, ' ');
    return fitted.text;
}

std::string cut(std::string_view text, std::size_t columns)
{
    return fit(text, columns).text;
}

} // namespace millrace::cli
