// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::graph {

/// A span of time as a parameter: whole milliseconds.
using Milliseconds = std::chrono::milliseconds;
/// Several texts in an order that matters.
using TextList = std::vector<std::string>;

/// One line of a list of names with values: a header, a tag.
struct KeyValue {
    std::string key;
    std::string value;
    friend bool operator==(const KeyValue &, const KeyValue &) = default;
};
/// In the order they were written; a key may stand there more than once.
using KeyValues = std::vector<KeyValue>;

/// What a parameter of a node may be set to. Which alternative a parameter takes is told by its
/// ParameterType (parameter.h); a document holds any of them, validation compares. Texts are
/// UTF-8, numbers are finite. A secret is only ever the text "secret://name".
using ParameterValue =
    std::variant<bool, std::int64_t, double, std::string, Milliseconds, TextList, KeyValues>;

/// "a whole number", "a text", …: for messages.
std::string_view typeName(const ParameterValue &value);

/// The value as a person writes it ("2600", "true", "60000 ms", "a, b"); at most about 80
/// characters, for messages and lists, not for storing.
std::string toText(const ParameterValue &value);

/// A double in its shortest decimal form that reads back as the same double, independent of the
/// locale: "2", "0.1", "1e+20".
std::string toText(double value);

/// Whether the value can stand in a document: numbers finite, texts UTF-8.
bool isStorable(const ParameterValue &value);

/// Whether `text` is well-formed UTF-8 (RFC 3629).
bool isUtf8(std::string_view text);

} // namespace millrace::graph
