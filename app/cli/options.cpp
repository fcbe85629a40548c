// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/options.h"

#include "core/base/problem_codes.h"
#include "core/sql/nearest_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace millrace::cli {
namespace {

constexpr double kMostMillis = 1e15; ///< about 30,000 years
constexpr double kMostBytes = 9e18;

struct Unit {
    std::string_view name;
    double factor;
};

/// A number of at least 0 and one of the units; nothing when it is something else or too large.
std::optional<double> parseWithUnit(std::string_view text, std::span<const Unit> units, double most)
{
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || number < 0)
        return {};
    const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const Unit &unit : units) {
        if (unit.name == name && number * unit.factor <= most)
            return number * unit.factor;
    }
    return {};
}

Problem atCommand(Problem problem, const Syntax &syntax)
{
    return std::move(problem).at(syntax.command);
}

Problem missingArgument(const Syntax &syntax, const Positional &positional)
{
    return Problem(Code::CliMissingArgument,
                   {{"argument", std::string(positional.name)}, {"usage", syntax.usage()}});
}

} // namespace

std::string Syntax::usage() const
{
    std::string out = "millrace " + std::string(command);
    for (const Positional &positional : positionals)
        out += positional.required ? " " + std::string(positional.name)
                                   : " [" + std::string(positional.name) + "]";
    for (const Option &option : options) {
        out += " [" + std::string(option.name);
        if (!option.value.empty())
            out += " " + std::string(option.value);
        out += "]";
    }
    return out;
}

Result<Arguments> Arguments::parse(const Syntax &syntax, std::span<const std::string> words)
{
    Arguments out;
    out.m_command = syntax.command;
    bool optionsEnded = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string &word = words[i];
        if (!optionsEnded && word == "--") {
            optionsEnded = true;
            continue;
        }
        if (optionsEnded || word.size() < 2 || word.front() != '-') {
            if (out.m_positionals.size() == syntax.positionals.size())
                return atCommand(Problem(Code::CliUnexpectedArgument,
                                         {{"argument", word}, {"usage", syntax.usage()}}),
                                 syntax);
            if (word.empty())
                return atCommand(
                    missingArgument(syntax, syntax.positionals[out.m_positionals.size()]), syntax);
            out.m_positionals.push_back(word);
            continue;
        }
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const auto option =
            std::find_if(syntax.options.begin(), syntax.options.end(),
                         [&](const Option &candidate) { return candidate.name == name; });
        if (option == syntax.options.end()) {
            std::vector<std::string_view> known;
            for (const Option &candidate : syntax.options)
                known.push_back(candidate.name);
            return atCommand(
                Problem(Code::CliUnknownOption, {{"option", name},
                                                 {"hint", didYouMean(name, known)},
                                                 {"command", std::string(syntax.command)}}),
                syntax);
        }
        std::string value;
        if (option->value.empty()) {
            if (equals != std::string::npos)
                return atCommand(Problem(Code::CliUnexpectedValue, {{"option", name}}), syntax);
        } else if (equals != std::string::npos) {
            value = word.substr(equals + 1);
        } else if (i + 1 < words.size()) {
            value = words[++i];
        }
        if (!option->value.empty() && value.empty()) {
            return atCommand(Problem(Code::CliMissingValue,
                                     {{"option", name}, {"value", std::string(option->value)}}),
                             syntax);
        }
        if (!out.m_options.emplace(name, std::move(value)).second)
            return atCommand(Problem(Code::CliOptionTwice, {{"option", name}}), syntax);
    }
    for (std::size_t i = out.m_positionals.size(); i < syntax.positionals.size(); ++i) {
        if (syntax.positionals[i].required)
            return atCommand(missingArgument(syntax, syntax.positionals[i]), syntax);
    }
    return out;
}

bool Arguments::has(std::string_view option) const
{
    return m_options.contains(option);
}

std::optional<std::string> Arguments::value(std::string_view option) const
{
    const auto found = m_options.find(option);
    return found == m_options.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Arguments::positional(std::size_t index) const
{
    return index < m_positionals.size() ? std::optional(m_positionals[index]) : std::nullopt;
}

Result<std::optional<std::chrono::milliseconds>> Arguments::duration(std::string_view option) const
{
    const auto given = value(option);
    if (!given)
        return std::optional<std::chrono::milliseconds>();
    const auto parsed = parseDuration(*given);
    if (!parsed)
        return badValue(option, "a duration, like 30s, 500ms, 2m or 1h");
    return parsed;
}

Result<std::optional<std::uint64_t>> Arguments::bytes(std::string_view option) const
{
    const auto given = value(option);
    if (!given)
        return std::optional<std::uint64_t>();
    const auto parsed = parseBytes(*given);
    if (!parsed || *parsed == 0)
        return badValue(option,
                        "a size above 0 in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, like 2GB, "
                        "512MiB or 4096");
    return parsed;
}

Result<std::optional<std::uint64_t>> Arguments::count(std::string_view option,
                                                      std::uint64_t least) const
{
    const auto given = value(option);
    if (!given)
        return std::optional<std::uint64_t>();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), number);
    if (error != std::errc() || end != given->data() + given->size() || number < least)
        return badValue(option, "a whole number from " + std::to_string(least));
    return std::optional(number);
}

Problem Arguments::badValue(std::string_view option, std::string expected) const
{
    return Problem(Code::CliBadValue,
                   {{"option", std::string(option)},
                    {"value", *value(option)},
                    {"expected", std::move(expected)}},
                   m_command);
}

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text)
{
    static constexpr std::array<Unit, 5> kUnits{
        {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}}};
    const auto millis = parseWithUnit(text, kUnits, kMostMillis);
    if (!millis)
        return {};
    return std::chrono::milliseconds(std::llround(*millis));
}

std::optional<std::uint64_t> parseBytes(std::string_view text)
{
    static constexpr std::array<Unit, 10> kUnits{{{"", 1},
                                                  {"B", 1},
                                                  {"kB", 1e3},
                                                  {"MB", 1e6},
                                                  {"GB", 1e9},
                                                  {"TB", 1e12},
                                                  {"KiB", 1024.0},
                                                  {"MiB", 1048576.0},
                                                  {"GiB", 1073741824.0},
                                                  {"TiB", 1099511627776.0}}};
    const auto bytes = parseWithUnit(text, kUnits, kMostBytes);
    if (!bytes)
        return {};
    return static_cast<std::uint64_t>(*bytes);
}

std::string didYouMean(std::string_view word, std::span<const std::string_view> candidates)
{
    const std::string_view best = sql::nearestName(word, candidates);
    return best.empty() ? "" : "; did you mean " + std::string(best) + "?";
}

} // namespace millrace::cli
