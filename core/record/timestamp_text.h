// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::record {

/// A moment taken apart in the proleptic Gregorian calendar, UTC.
struct CivilTime {
    std::int64_t year = 1970;
    int month = 1; ///< 1 to 12
    int day = 1;   ///< 1 to 31
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
};

inline constexpr std::int64_t kMillisPerSecond = 1'000;
inline constexpr std::int64_t kMillisPerMinute = 60'000;
inline constexpr std::int64_t kMillisPerHour = 3'600'000;
inline constexpr std::int64_t kMillisPerDay = 86'400'000;

/// Days since 1970-01-01 of a date, and back (Hinnant's algorithms: days_from_civil).
std::int64_t daysFromCivil(std::int64_t year, int month, int day);
int daysInMonth(std::int64_t year, int month);

CivilTime civilFromMillis(std::int64_t millis);
std::int64_t millisFromCivil(const CivilTime &civil);

/// True from year 0001 to 9999, what SQL's timestamps and our texts can hold.
bool isTimestampInRange(std::int64_t millis);

/// "2026-01-31 08:05:00.123".
std::string timestampText(std::int64_t millis);

/// "2026-01-31", the day that `millis` lies in.
std::string dateText(std::int64_t millis);

/// Midnight of the day that `millis` lies in.
std::int64_t startOfDay(std::int64_t millis);

/// Reads "yyyy-MM-dd" and gives that day's midnight in UTC. Empty when it is not such a text or no
/// such day.
std::optional<std::int64_t> parseDate(std::string_view text);

/// Reads "yyyy-MM-dd[( |T)HH:mm[:ss[.fraction]]][ ](Z|±HH[:]mm)", digits beyond milliseconds cut
/// off, in UTC when no zone is given. Empty when it is not such a text or no such day.
std::optional<std::int64_t> parseTimestamp(std::string_view text);

} // namespace millrace::record
