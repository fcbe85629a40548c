// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/node_kind.h"

#include <algorithm>

namespace millrace::graph {

namespace {

constexpr std::size_t kMaxStreamNameChars = 128;
constexpr std::string_view kSecretPrefix = "secret://";

bool isNameText(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.' || c == '-';
    });
}

template <class Item>
const Item *findById(const std::vector<Item> &items, std::string_view id)
{
    const auto found = std::ranges::find(items, id, &Item::id);
    return found == items.end() ? nullptr : &*found;
}

} // namespace

const Parameter *NodeKind::findParameter(std::string_view parameter) const
{
    return findById(parameters, parameter);
}

const Port *NodeKind::findInput(std::string_view port) const
{
    return findById(inputs, port);
}

const Port *NodeKind::findOutput(std::string_view port) const
{
    return findById(outputs, port);
}

const Parameter *NodeKind::streamNameParameter() const
{
    if (category != Category::Stream)
        return nullptr;
    const auto found = std::ranges::find(parameters, ParameterType::StreamName, &Parameter::type);
    return found == parameters.end() ? nullptr : &*found;
}

std::string_view expectation(ParameterType type)
{
    switch (type) {
    case ParameterType::Boolean:
        return "true or false";
    case ParameterType::Integer:
        return "a whole number";
    case ParameterType::Real:
        return "a number";
    case ParameterType::Rate:
        return "a number per second";
    case ParameterType::Bytes:
        return "a whole number of bytes";
    case ParameterType::Duration:
        return R"(a duration, {"ms": 60000} for a minute)";
    case ParameterType::Text:
    case ParameterType::MultilineText:
        return "a text";
    case ParameterType::Choice:
        return "the name of a choice";
    case ParameterType::FilePath:
        return "the path of a file";
    case ParameterType::FolderPath:
        return "the path of a folder";
    case ParameterType::Expression:
        return "an expression as text";
    case ParameterType::SelectList:
        return "a select list as text";
    case ParameterType::Sql:
        return "SQL as text";
    case ParameterType::SchemaText:
        return "columns with their types as text";
    case ParameterType::StreamName:
        return "the name of a stream";
    case ParameterType::Secret:
        return "secret:// and the name of a secret";
    case ParameterType::Texts:
        return "a list of texts";
    case ParameterType::Pairs:
        return R"(names with values, {"pairs": [["name", "value"]]})";
    }
    return "a value";
}

bool fits(ParameterType type, const ParameterValue &value)
{
    switch (type) {
    case ParameterType::Boolean:
        return std::holds_alternative<bool>(value);
    case ParameterType::Integer:
    case ParameterType::Bytes:
        return std::holds_alternative<std::int64_t>(value);
    case ParameterType::Real:
    case ParameterType::Rate:
        return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
    case ParameterType::Duration:
        return std::holds_alternative<Milliseconds>(value);
    case ParameterType::Texts:
        return std::holds_alternative<TextList>(value);
    case ParameterType::Pairs:
        return std::holds_alternative<KeyValues>(value);
    default: // everything else is a text
        return std::holds_alternative<std::string>(value);
    }
}

bool isStreamName(std::string_view name)
{
    return isNameText(name) && name.size() <= kMaxStreamNameChars;
}

bool isSecretReference(std::string_view text)
{
    return text.starts_with(kSecretPrefix) && isNameText(text.substr(kSecretPrefix.size()));
}

} // namespace millrace::graph
