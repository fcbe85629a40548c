// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/reference.h"

#include "core/nodes/kinds.h"
#include "core/sql/functions/function.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace millrace::cli {
namespace {

constexpr std::array<std::pair<graph::Category, std::string_view>, 4> kCategories{{
    {graph::Category::Producer, "Producers"},
    {graph::Category::Stream, "Streams"},
    {graph::Category::Transform, "Transforms"},
    {graph::Category::Destination, "Destinations"},
}};

constexpr std::array<std::pair<sql::FunctionGroup, std::string_view>, 6> kGroups{{
    {sql::FunctionGroup::Text, "Text"},
    {sql::FunctionGroup::Pattern, "Patterns"},
    {sql::FunctionGroup::Math, "Numbers"},
    {sql::FunctionGroup::Time, "Time"},
    {sql::FunctionGroup::Json, "JSON"},
    {sql::FunctionGroup::Conditional, "Conditions"},
}};

std::string rangeOf(const graph::Parameter &parameter)
{
    if (parameter.minimum && parameter.maximum)
        return fmt::format("{:g} to {:g}", *parameter.minimum, *parameter.maximum);
    if (parameter.minimum)
        return fmt::format("at least {:g}", *parameter.minimum);
    return parameter.maximum ? fmt::format("at most {:g}", *parameter.maximum) : std::string();
}

/// "an integer of records, 1 to 128; 4 when left out"
std::string formOf(const graph::Parameter &parameter)
{
    std::string out;
    if (parameter.type == graph::ParameterType::Choice) {
        for (const graph::Choice &choice : parameter.choices)
            out += (out.empty() ? "" : " | ") + ('"' + choice.id + '"');
    } else {
        out = graph::expectation(parameter.type);
    }
    if (!parameter.unit.empty())
        out += ", in " + parameter.unit;
    if (const std::string range = rangeOf(parameter); !range.empty())
        out += ", " + range;
    if (parameter.required && !parameter.defaultValue)
        return out + "; must be set";
    if (parameter.defaultValue)
        out += "; " + graph::toText(*parameter.defaultValue) + " when left out";
    return out;
}

std::string portsOf(std::string_view title, const std::vector<graph::Port> &ports)
{
    std::string out;
    for (const graph::Port &port : ports)
        out += (out.empty() ? "" : ", ") + port.id;
    return ports.empty() ? std::string() : fmt::format("{}: {}\n", title, out);
}

} // namespace

/// Words, wrapped at about 96 columns behind an indent.
std::string wrapped(std::string_view text, std::size_t indent)
{
    constexpr std::size_t kColumns = 96;
    std::string out;
    std::size_t column = indent;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (column > indent && column + 1 + word.size() > kColumns) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out;
}

std::string kindsReference()
{
    std::string out =
        "What \"kind\" of a node may be; millrace help kinds KIND tells its parameters.\n";
    for (const auto &[category, title] : kCategories) {
        out += fmt::format("\n{}\n", title);
        for (const graph::NodeKind &kind : nodes::kindCatalog().all()) {
            if (kind.category == category)
                out += fmt::format("  {:<16}  {}\n", kind.id, wrapped(kind.summary, 20));
        }
    }
    return out;
}

std::optional<std::string> kindReference(std::string_view name)
{
    const graph::NodeKind *kind = nodes::kindCatalog().find(name);
    if (kind == nullptr)
        return {};
    std::string out = fmt::format("{}: {}\n\n", kind->id, wrapped(kind->summary, 0));
    out += portsOf("Inputs", kind->inputs) + portsOf("Outputs", kind->outputs);
    out += "Parameters:\n";
    for (const graph::Parameter &parameter : kind->parameters) {
        out += fmt::format("\n  {}\n      {}\n      {}\n", parameter.id,
                           wrapped(formOf(parameter), 6), wrapped(parameter.help, 6));
        for (const graph::Choice &choice : parameter.choices) {
            if (!choice.help.empty())
                out += fmt::format("      {}: {}\n", choice.id, wrapped(choice.help, 8));
        }
    }
    return out;
}

namespace {

/// A result that has the type of an argument says so.
std::string readable(std::string_view signature)
{
    const auto arrow = signature.rfind("-> ");
    if (arrow == std::string_view::npos || arrow + 4 != signature.size() ||
        signature.back() < '1' || signature.back() > '9')
        return std::string(signature);
    return fmt::format("{}type of argument {}", signature.substr(0, arrow + 3), signature.back());
}

} // namespace

std::string functionsReference()
{
    std::string out = "The functions of expressions, spelled and meant as in Flink SQL. Times are "
                      "read and written\n"
                      "in UTC, whatever the computer's time zone. Where a name stands twice in a "
                      "JSON object, the\n"
                      "first counts, in the functions as in the columns.\n";
    for (const auto &[group, title] : kGroups) {
        out += fmt::format("\n{}\n", title);
        for (const sql::Function *function : sql::allFunctions()) {
            if (function->group != group)
                continue;
            out += fmt::format("  {:<20}  {}\n", function->name, wrapped(function->help, 24));
            for (const sql::Overload &overload : function->overloads)
                out += fmt::format("  {:<20}  ({})\n", "", readable(overload.signature));
        }
    }
    return out;
}

} // namespace millrace::cli
