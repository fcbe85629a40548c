// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/json_path.h"

#include "core/sql/token.h"

#include <algorithm>
#include <charconv>

namespace millrace::sql {
namespace {

void skipSpaces(std::string_view &text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
}

bool accept(std::string_view &text, std::string_view head)
{
    if (!text.starts_with(head))
        return false;
    text.remove_prefix(head.size());
    return true;
}

/// A name in quotes, behind the opening one.
std::optional<std::string> quoted(std::string_view &text, char quote)
{
    const std::size_t end = text.find(quote);
    if (end == std::string_view::npos)
        return {};
    std::string out(text.substr(0, end));
    text.remove_prefix(end + 1);
    return out;
}

std::optional<JsonStep> bracketed(std::string_view &text)
{
    skipSpaces(text);
    JsonStep step;
    if (text.starts_with('\'') || text.starts_with('"')) {
        const char quote = text.front();
        text.remove_prefix(1);
        auto name = quoted(text, quote);
        if (!name)
            return {};
        step.field = *std::move(name);
    } else {
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), step.element);
        if (error != std::errc() || step.element < 0)
            return {};
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    skipSpaces(text);
    if (!accept(text, "]"))
        return {};
    return step;
}

std::optional<JsonStep> named(std::string_view &text)
{
    JsonStep step;
    if (accept(text, "\"")) {
        auto name = quoted(text, '"');
        if (!name)
            return {};
        step.field = *std::move(name);
        return step;
    }
    const std::size_t end = text.find_first_of(".[ *?@()");
    step.field = text.substr(0, end);
    text.remove_prefix(step.field.size());
    return step.field.empty() ? std::nullopt : std::optional(std::move(step));
}

} // namespace

std::optional<JsonPath> parseJsonPath(std::string_view text)
{
    JsonPath path;
    skipSpaces(text);
    const std::string_view mode = text.substr(0, std::min(text.find(' '), text.size()));
    path.strict = !equalsIgnoreCase(mode, "LAX");
    if (!path.strict || equalsIgnoreCase(mode, "STRICT"))
        text.remove_prefix(mode.size());
    skipSpaces(text);
    if (!accept(text, "$"))
        return {};
    while (skipSpaces(text), !text.empty()) {
        std::optional<JsonStep> step;
        // "$.['a']" is "$['a']" to Flink's library too.
        if (accept(text, ".") && !text.starts_with('['))
            step = named(text);
        else if (accept(text, "["))
            step = bracketed(text);
        if (!step)
            return {};
        path.steps.push_back(*std::move(step));
    }
    return path;
}

} // namespace millrace::sql
