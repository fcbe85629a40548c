// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// Where a text stops being JSON, for people.
struct JsonFault {
    std::size_t line = 1;   ///< from 1
    std::size_t column = 1; ///< from 1, in characters
    std::string reason;     ///< "expected a value, found \"}\""
};

/// The first fault of a text that is to be one JSON value [RFC 8259]; a byte order mark may stand
/// before it. Nothing when it is one, whatever its numbers' size and however deep it is nested: the
/// parsers do the reading, this gives their refusals words of our own.
/// Thread-safety: pure function.
std::optional<JsonFault> findJsonFault(std::string_view text);

} // namespace millrace
