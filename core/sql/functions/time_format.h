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
    /// Empty when the pattern has another letter, more of one than Java takes, one of []{}#, or an
    /// open quote.
    static std::optional<TimeFormat> parse(std::string_view pattern);

    std::string format(std::int64_t millis) const;
    /// Milliseconds since 1970, UTC; what the pattern does not name is 1970-01-01 00:00:00. Reads
    /// as java.time's SMART style does: a day up to 31 becomes the last of its month, 24:00:00 is
    /// the next day's 0. Empty when the text does not fit the pattern, or holds no such time.
    std::optional<std::int64_t> read(std::string_view text) const;
    /// The same as java.text.SimpleDateFormat reads it: numbers of any length and size count on
    /// (the 32nd of January is the 1st of February), and what stands behind the text does not
    /// matter; a year of two digits is one of 1946 to 2045. For the functions that Flink has on
    /// that class.
    std::optional<std::int64_t> readLeniently(std::string_view text) const;

private:
    class Reading;
    class LenientReading;
    template <class R>
    std::optional<std::int64_t> readWith(std::string_view text) const;
    struct Part {
        char letter; ///< 0: `text` as it is
        int count;
        std::string text;
    };
    std::vector<Part> m_parts;
};

/// Reads "yyyy-[M]M-[d]d[ [H]H:[m]m:[s]s[.fraction]]" in java.time's SMART style, digits beyond
/// milliseconds cut off [Flink, DateTimeUtils.DEFAULT_TIMESTAMP_FORMATTER]. Empty when the text is
/// no such time: a "T", a zone or a time without seconds is none.
std::optional<std::int64_t> readSqlTimestamp(std::string_view text);

/// Reads "yyyy[-[M]M[-[d]d]]", what follows a space cut off, and gives that day's midnight in UTC
/// [Flink, DateTimeUtils.parseDate]. Empty when it is no such text or no such day.
std::optional<std::int64_t> readSqlDate(std::string_view text);

} // namespace millrace::sql
