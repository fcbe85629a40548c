// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/timestamp_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// A date pattern in Java's letters (java.time.format.DateTimeFormatter): y M d H h m s S a E, and
/// text in 'quotes'. English names. Thread-safety: immutable.
class TimeFormat
{
public:
    /// Empty when the pattern has another letter, or an open quote.
    static std::optional<TimeFormat> parse(std::string_view pattern);

    std::string format(std::int64_t millis) const;
    /// Milliseconds since 1970, UTC; what the pattern does not name is 1970-01-01 00:00:00. Empty
    /// when the text does not fit the pattern or is no such day.
    std::optional<std::int64_t> read(std::string_view text) const;

private:
    class Reading;
    struct Part {
        char letter; ///< 0: `text` as it is
        int count;
        std::string text;
    };
    std::vector<Part> m_parts;
};

} // namespace millrace::sql
