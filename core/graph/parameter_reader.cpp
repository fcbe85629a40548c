// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/parameter_reader.h"

#include "core/base/assert.h"

#include <algorithm>

namespace millrace::graph {

const Parameter &ParameterReader::description(std::string_view parameter) const
{
    const Parameter *found = m_kind.findParameter(parameter);
    MILLRACE_ASSERT(found != nullptr);
    return *found;
}

const ParameterValue *ParameterReader::value(std::string_view parameter) const
{
    const Parameter &described = description(parameter);
    const auto found = m_node.parameters.find(described.id);
    if (found != m_node.parameters.end() && fits(described.type, found->second))
        return &found->second;
    return described.defaultValue ? &*described.defaultValue : nullptr;
}

bool ParameterReader::isShown(std::string_view parameter) const
{
    const Parameter *described = &description(parameter);
    // A chain longer than the list would be a ring, which KindCatalog::check reports.
    for (std::size_t steps = 0; steps <= m_kind.parameters.size(); ++steps) {
        if (!described->shownWhen)
            return true;
        const ParameterValue *decides = value(described->shownWhen->parameter);
        if (decides == nullptr || std::ranges::find(described->shownWhen->anyOf, *decides) ==
                                      described->shownWhen->anyOf.end())
            return false;
        described = &description(described->shownWhen->parameter);
    }
    return false;
}

template <class T>
T ParameterReader::get(std::string_view parameter, std::initializer_list<ParameterType> types) const
{
    MILLRACE_ASSERT(std::ranges::find(types, description(parameter).type) != types.end());
    const ParameterValue *found = value(parameter);
    const T *typed = found == nullptr ? nullptr : std::get_if<T>(found);
    return typed == nullptr ? T{} : *typed;
}

bool ParameterReader::boolean(std::string_view parameter) const
{
    return get<bool>(parameter, {ParameterType::Boolean});
}

std::int64_t ParameterReader::integer(std::string_view parameter) const
{
    return get<std::int64_t>(parameter, {ParameterType::Integer});
}

double ParameterReader::real(std::string_view parameter) const
{
    const auto types = {ParameterType::Real, ParameterType::Rate};
    const ParameterValue *found = value(parameter);
    if (found != nullptr && std::holds_alternative<std::int64_t>(*found))
        return static_cast<double>(get<std::int64_t>(parameter, types));
    return get<double>(parameter, types);
}

std::uint64_t ParameterReader::bytes(std::string_view parameter) const
{
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, get<std::int64_t>(parameter, {ParameterType::Bytes})));
}

Milliseconds ParameterReader::duration(std::string_view parameter) const
{
    return get<Milliseconds>(parameter, {ParameterType::Duration});
}

std::string ParameterReader::text(std::string_view parameter) const
{
    return get<std::string>(parameter, {ParameterType::Text, ParameterType::MultilineText,
                                        ParameterType::FilePath, ParameterType::FolderPath,
                                        ParameterType::Expression, ParameterType::SelectList,
                                        ParameterType::Sql, ParameterType::SchemaText,
                                        ParameterType::StreamName, ParameterType::Secret});
}

std::string ParameterReader::choice(std::string_view parameter) const
{
    return get<std::string>(parameter, {ParameterType::Choice});
}

TextList ParameterReader::texts(std::string_view parameter) const
{
    return get<TextList>(parameter, {ParameterType::Texts});
}

bool sameValue(ParameterType type, const ParameterValue *a, const ParameterValue *b)
{
    if (a == nullptr || b == nullptr)
        return a == b;
    const bool isNumber = type == ParameterType::Real || type == ParameterType::Rate;
    const auto *whole = std::get_if<std::int64_t>(a);
    const auto *real = std::get_if<double>(b);
    if (isNumber && whole != nullptr && real != nullptr)
        return static_cast<double>(*whole) == *real;
    if (isNumber && std::holds_alternative<double>(*a) && std::holds_alternative<std::int64_t>(*b))
        return sameValue(type, b, a);
    return *a == *b;
}

} // namespace millrace::graph
