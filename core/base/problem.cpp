// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace {

const std::vector<CodeInfo> &allCodes()
{
    static const std::vector<CodeInfo> codes = {
#define MILLRACE_CODE(name, number, id, severity, text)                                            \
    CodeInfo{Code::name, id, Severity::severity, text},
#include "core/base/problem_codes.inc"
#undef MILLRACE_CODE
    };
    return codes;
}

const CodeInfo &describe(Code code)
{
    const auto &codes = allCodes();
    const auto found = std::lower_bound(codes.begin(), codes.end(), code,
                                        [](const CodeInfo &info, Code c) { return info.code < c; });
    if (found != codes.end() && found->code == code)
        return *found;
    static const CodeInfo unknown{Code{}, "unknown", Severity::Error, "Unknown problem"};
    return unknown;
}

Problem::Problem(Code code, std::initializer_list<Argument> arguments, std::string place)
    : m_code(code)
    , m_arguments(arguments)
    , m_place(std::move(place))
{}

Problem::Problem(Code code, std::vector<Argument> arguments, std::string place)
    : m_code(code)
    , m_arguments(std::move(arguments))
    , m_place(std::move(place))
{}

std::string_view Problem::argument(std::string_view name) const
{
    for (const auto &[key, value] : m_arguments) {
        if (key == name)
            return value;
    }
    return {};
}

Problem Problem::at(std::string_view place) &&
{
    m_place = m_place.empty() ? std::string(place) : std::string(place) + ": " + m_place;
    return std::move(*this);
}

std::string Problem::text() const
{
    const std::string_view pattern = describe(m_code).text;
    std::string out;
    for (std::size_t i = 0; i < pattern.size();) {
        const auto close = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += pattern[i++];
            continue;
        }
        out += argument(pattern.substr(i + 1, close - i - 1));
        i = close + 1;
    }
    return out;
}

std::string Problem::message() const
{
    std::string out = text();
    if (!out.starts_with(m_place)) // "a.csv: a.csv does not exist" says nothing more
        out = m_place + ": " + out;
    out += " [";
    out += describe(m_code).id;
    out += ']';
    return out;
}

Problem invalidArgument(std::string what, std::string place)
{
    return Problem(Code::InvalidArgument, {{"what", std::move(what)}}, std::move(place));
}

} // namespace millrace
