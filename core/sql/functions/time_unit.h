// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::sql {

/// A unit of EXTRACT, FLOOR … TO, TIMESTAMPADD and TIMESTAMPDIFF.
enum class TimeUnit : std::uint8_t {
    Year = 1,
    Quarter,
    Month,
    Week,
    Day,
    DayOfWeek,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Epoch,
};
std::optional<TimeUnit> timeUnit(std::string_view upperName);

/// EXTRACT: weeks are those of ISO 8601, Sunday is day 1, as in Flink.
std::int64_t extractUnit(TimeUnit unit, std::int64_t millis);
/// The start of the unit that `millis` lies in. Units from Year to Millisecond but DayOfWeek,
/// DayOfYear; a week begins on Sunday, as in Flink.
std::int64_t floorToUnit(TimeUnit unit, std::int64_t millis);
/// The start of the unit behind it, or `millis` itself where one begins.
std::int64_t ceilToUnit(TimeUnit unit, std::int64_t millis);
/// Whole units from `from` to `to`, towards zero.
std::int64_t unitsBetween(TimeUnit unit, std::int64_t from, std::int64_t to);
/// Empty when it leaves the years 0001 to 9999.
std::optional<std::int64_t> addUnits(TimeUnit unit, std::int64_t count, std::int64_t millis);

} // namespace millrace::sql
