// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/signature.h"

#include "core/sql/typing.h"

#include <algorithm>

namespace millrace::sql {
namespace {

constexpr std::string_view kArrow = "->";

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

Parameter parameterOf(std::string_view word)
{
    if (word == "TIMEPOINT")
        return {Parameter::Kind::Time, {}};
    if (word == "NUMERIC")
        return {Parameter::Kind::Numeric, {}};
    if (word == "ARRAY")
        return {Parameter::Kind::Array, {}};
    if (word == "ANY")
        return {Parameter::Kind::Any, {}};
    if (word == "T")
        return {Parameter::Kind::Common, {}};
    if (word == "KEYWORD")
        return {Parameter::Kind::Exact, record::TypeKind::String};
    auto type = record::parseType(word);
    MILLRACE_ASSERT(type); // the tables are ours
    return {Parameter::Kind::Exact, *std::move(type)};
}

} // namespace

std::optional<int> Parameter::cost(const record::DataType &from) const
{
    if (from.is(record::TypeKind::Null))
        return 0;
    switch (kind) {
    case Kind::Exact:
        return conversionCost(from, type);
    case Kind::Time:
        return from.isTime() ? std::optional(0) : std::nullopt;
    case Kind::Numeric:
        return from.isNumeric() ? std::optional(0) : std::nullopt;
    case Kind::Array:
        return from.is(record::TypeKind::Array) ? std::optional(0) : std::nullopt;
    default:
        return 0;
    }
}

record::DataType Parameter::target(const record::DataType &from) const
{
    using record::TypeKind;
    const bool null = from.is(TypeKind::Null);
    switch (kind) {
    case Kind::Exact:
        if (type.is(TypeKind::Decimal) && from.is(TypeKind::Decimal))
            return from;
        return type.is(TypeKind::Decimal) && from.isInteger() ? asDecimalType(from) : type;
    case Kind::Time:
        return null ? record::DataType(TypeKind::Timestamp) : from;
    case Kind::Array:
        return null ? record::DataType::array(TypeKind::String) : from;
    case Kind::Numeric:
        return null ? record::DataType(TypeKind::Int) : from;
    default:
        return null ? record::DataType(TypeKind::String) : from;
    }
}

std::string_view Signature::parametersOf(std::string_view text)
{
    return trimmed(text.substr(0, text.find(kArrow)));
}

Signature Signature::parse(std::string_view text)
{
    Signature out;
    std::string_view rest = parametersOf(text);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        std::string_view word = trimmed(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        if (word.ends_with("...")) {
            out.m_variadic = true;
            word.remove_suffix(3);
        }
        out.m_parameters.push_back(parameterOf(word));
    }
    const std::string_view result = trimmed(text.substr(text.find(kArrow) + kArrow.size()));
    if (result.size() == 1 && result.front() >= '1' && result.front() <= '9')
        out.m_resultArgument = static_cast<std::size_t>(result.front() - '0');
    else
        out.m_result = parameterOf(result);
    return out;
}

bool Signature::takes(std::size_t arguments) const
{
    return arguments == m_parameters.size() || (m_variadic && arguments >= m_parameters.size());
}

const Parameter &Signature::parameter(std::size_t index) const
{
    return m_parameters[std::min(index, m_parameters.size() - 1)];
}

record::DataType Signature::result(std::span<const record::DataType> arguments,
                                   const record::DataType &common) const
{
    if (m_resultArgument > 0)
        return arguments[m_resultArgument - 1];
    return m_result.kind == Parameter::Kind::Common ? common : m_result.type;
}

} // namespace millrace::sql
