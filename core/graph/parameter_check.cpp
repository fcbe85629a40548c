// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/parameter_check.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"

#include <algorithm>

namespace millrace::graph {

namespace {

/// The value where a range can apply to it, in the unit of the range (ms for a duration).
std::optional<double> measure(const ParameterValue &value)
{
    if (const auto *whole = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*whole);
    if (const auto *real = std::get_if<double>(&value))
        return *real;
    if (const auto *duration = std::get_if<Milliseconds>(&value))
        return static_cast<double>(duration->count());
    return std::nullopt;
}

/// The least a value can be: what is said, and 0 for sizes and durations.
std::optional<double> minimumOf(const Parameter &parameter)
{
    if (!parameter.minimum &&
        (parameter.type == ParameterType::Bytes || parameter.type == ParameterType::Duration))
        return 0;
    return parameter.minimum;
}

std::string unitOf(const Parameter &parameter)
{
    if (parameter.type == ParameterType::Duration)
        return " ms";
    if (parameter.type == ParameterType::Bytes)
        return " bytes";
    return parameter.unit.empty() ? "" : " " + parameter.unit;
}

std::string rangeText(const Parameter &parameter)
{
    const auto minimum = minimumOf(parameter);
    const std::string unit = unitOf(parameter);
    if (minimum && parameter.maximum)
        return "from " + toText(*minimum) + " to " + toText(*parameter.maximum) + unit;
    if (minimum)
        return "at least " + toText(*minimum) + unit;
    return "at most " + toText(*parameter.maximum) + unit;
}

std::string choicesText(const Parameter &parameter)
{
    std::string out;
    for (const Choice &choice : parameter.choices)
        out += (out.empty() ? "" : ", ") + choice.id;
    return out;
}

std::optional<Problem> checkText(const Parameter &parameter, const std::string &text)
{
    switch (parameter.type) {
    case ParameterType::Choice:
        if (std::ranges::find(parameter.choices, text, &Choice::id) == parameter.choices.end())
            return Problem(Code::ParameterChoice, {{"title", parameter.title},
                                                   {"value", shortened(text)},
                                                   {"choices", choicesText(parameter)}});
        break;
    case ParameterType::StreamName:
        if (!isStreamName(text))
            return Problem(Code::StreamNameIllegal, {{"name", shortened(text)}});
        break;
    case ParameterType::Secret:
        if (!isSecretReference(text))
            return Problem(Code::ParameterSecret, {{"title", parameter.title}});
        break;
    case ParameterType::Text:
    case ParameterType::FilePath:
    case ParameterType::FolderPath:
        if (text.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
            return Problem(Code::ParameterText, {{"title", parameter.title}});
        break;
    default:
        break;
    }
    return std::nullopt;
}

} // namespace

std::optional<Problem> checkValue(const Parameter &parameter, const ParameterValue &value)
{
    if (!fits(parameter.type, value))
        return Problem(Code::ParameterType, {{"title", parameter.title},
                                             {"expected", std::string(expectation(parameter.type))},
                                             {"found", std::string(typeName(value))}});
    if (const auto number = measure(value)) {
        const auto minimum = minimumOf(parameter);
        if ((minimum && *number < *minimum) || (parameter.maximum && *number > *parameter.maximum))
            return Problem(Code::ParameterRange, {{"title", parameter.title},
                                                  {"value", toText(value)},
                                                  {"range", rangeText(parameter)}});
    }
    if (const auto *text = std::get_if<std::string>(&value))
        return checkText(parameter, *text);
    return std::nullopt;
}

} // namespace millrace::graph
