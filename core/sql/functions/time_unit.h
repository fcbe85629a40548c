// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::sql {

/// A unit of EXTRACT, FLOOR … TO, TIMESTAMPADD and TIMESTAMPDIFF.
enum class TimeUnit : std::uint8_t {
    Millennium = 1,
    Century,
    Decade,
    Year,
    IsoYear,
    Quarter,
    Month,
    Week,
    Day,
    DayOfWeek,
    IsoDayOfWeek,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Epoch,
};
std::optional<TimeUnit> timeUnit(std::string_view upperName);

/// EXTRACT [Flink, DateTimeUtils.extractFromTimestamp]: weeks are those of ISO 8601; Sunday is day
/// 1, or Monday of IsoDayOfWeek; what is smaller than a second is the part of the second; Epoch is
/// whole seconds towards 1970. Before 1970 the parts are those of the calendar, too.
std::int64_t extractUnit(TimeUnit unit, std::int64_t millis);
/// Whether times can be rounded to, and counted in, this unit: not to parts such as DayOfWeek.
bool isSpan(TimeUnit unit);
/// The start of the span that `millis` lies in; a week begins on Sunday, a century with a year 1,
/// as in Flink. Empty when it is before the year 0001.
std::optional<std::int64_t> floorToUnit(TimeUnit unit, std::int64_t millis);
/// The start of the span behind it, or `millis` itself where one begins. Empty when it lies beyond
/// the years 0001 to 9999.
std::optional<std::int64_t> ceilToUnit(TimeUnit unit, std::int64_t millis);
/// Whole spans from `from` to `to`, towards zero; a month is over where TIMESTAMPADD says so: one
/// from 31 January to 28 February [Flink, DateTimeUtils.subtractMonths].
std::int64_t unitsBetween(TimeUnit unit, std::int64_t from, std::int64_t to);
/// The same day of another month, or its last. Empty when it leaves the years 0001 to 9999.
std::optional<std::int64_t> addUnits(TimeUnit unit, std::int64_t count, std::int64_t millis);

} // namespace millrace::sql
