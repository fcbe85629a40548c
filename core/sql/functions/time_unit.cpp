// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/time_unit.h"

#include "core/record/timestamp_text.h"

#include <algorithm>
#include <array>

namespace millrace::sql {
namespace {

using record::CivilTime;
using record::kMillisPerDay;
using record::kMillisPerHour;
using record::kMillisPerMinute;
using record::kMillisPerSecond;

std::int64_t floorDivide(std::int64_t a, std::int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/// 0 is Sunday; 1970-01-01 was a Thursday.
int dayOfWeek(std::int64_t millis)
{
    const std::int64_t days = floorDivide(millis, kMillisPerDay);
    return static_cast<int>((days % 7 + 11) % 7);
}

std::int64_t isoWeek(std::int64_t millis)
{
    // The week of a day is that of its Thursday, counted in the Thursday's year.
    const std::int64_t days = floorDivide(millis, kMillisPerDay);
    const int fromMonday = (dayOfWeek(millis) + 6) % 7;
    const std::int64_t thursday = days - fromMonday + 3;
    const CivilTime civil = record::civilFromMillis(thursday * kMillisPerDay);
    return (thursday - record::daysFromCivil(civil.year, 1, 1)) / 7 + 1;
}

std::int64_t unitMillis(TimeUnit unit)
{
    switch (unit) {
    case TimeUnit::Week:
        return 7 * kMillisPerDay;
    case TimeUnit::Day:
        return kMillisPerDay;
    case TimeUnit::Hour:
        return kMillisPerHour;
    case TimeUnit::Minute:
        return kMillisPerMinute;
    case TimeUnit::Second:
        return kMillisPerSecond;
    case TimeUnit::Millisecond:
        return 1;
    default:
        return 0;
    }
}

std::int64_t unitMonths(TimeUnit unit)
{
    return unit == TimeUnit::Year ? 12 : unit == TimeUnit::Quarter ? 3 : 1;
}

} // namespace

std::optional<TimeUnit> timeUnit(std::string_view upperName)
{
    struct Name {
        std::string_view name;
        TimeUnit unit;
    };
    static constexpr std::array kNames{
        Name{"YEAR", TimeUnit::Year},     Name{"QUARTER", TimeUnit::Quarter},
        Name{"MONTH", TimeUnit::Month},   Name{"WEEK", TimeUnit::Week},
        Name{"DAY", TimeUnit::Day},       Name{"DAYOFMONTH", TimeUnit::Day},
        Name{"DOW", TimeUnit::DayOfWeek}, Name{"DAYOFWEEK", TimeUnit::DayOfWeek},
        Name{"DOY", TimeUnit::DayOfYear}, Name{"DAYOFYEAR", TimeUnit::DayOfYear},
        Name{"HOUR", TimeUnit::Hour},     Name{"MINUTE", TimeUnit::Minute},
        Name{"SECOND", TimeUnit::Second}, Name{"MILLISECOND", TimeUnit::Millisecond},
        Name{"EPOCH", TimeUnit::Epoch},
    };
    for (const Name &one : kNames) {
        if (one.name == upperName)
            return one.unit;
    }
    return {};
}

std::int64_t extractUnit(TimeUnit unit, std::int64_t millis)
{
    const CivilTime civil = record::civilFromMillis(millis);
    switch (unit) {
    case TimeUnit::Year:
        return civil.year;
    case TimeUnit::Quarter:
        return (civil.month - 1) / 3 + 1;
    case TimeUnit::Month:
        return civil.month;
    case TimeUnit::Week:
        return isoWeek(millis);
    case TimeUnit::Day:
        return civil.day;
    case TimeUnit::DayOfWeek:
        return dayOfWeek(millis) + 1;
    case TimeUnit::DayOfYear:
        return floorDivide(millis, kMillisPerDay) - record::daysFromCivil(civil.year, 1, 1) + 1;
    case TimeUnit::Hour:
        return civil.hour;
    case TimeUnit::Minute:
        return civil.minute;
    case TimeUnit::Second:
        return civil.second;
    case TimeUnit::Millisecond:
        return civil.second * kMillisPerSecond + civil.millisecond;
    case TimeUnit::Epoch:
        return floorDivide(millis, kMillisPerSecond);
    }
    return 0;
}

std::int64_t floorToUnit(TimeUnit unit, std::int64_t millis)
{
    if (unit == TimeUnit::Week)
        return floorToUnit(TimeUnit::Day, millis) - dayOfWeek(millis) * kMillisPerDay;
    if (const std::int64_t size = unitMillis(unit); size > 0)
        return floorDivide(millis, size) * size;
    CivilTime civil = record::civilFromMillis(millis);
    const int months = static_cast<int>(unitMonths(unit));
    const int month = (civil.month - 1) / months * months + 1;
    return record::daysFromCivil(civil.year, month, 1) * kMillisPerDay;
}

std::int64_t ceilToUnit(TimeUnit unit, std::int64_t millis)
{
    const std::int64_t low = floorToUnit(unit, millis);
    return low == millis ? millis : addUnits(unit, 1, low).value_or(low);
}

std::int64_t unitsBetween(TimeUnit unit, std::int64_t from, std::int64_t to)
{
    if (const std::int64_t size = unitMillis(unit); size > 0)
        return (to - from) / size;
    const bool backwards = to < from;
    if (backwards)
        std::swap(from, to);
    const CivilTime a = record::civilFromMillis(from);
    const CivilTime b = record::civilFromMillis(to);
    std::int64_t months = (b.year - a.year) * 12 + b.month - a.month;
    const auto restOf = [](const CivilTime &civil, std::int64_t millis) {
        return civil.day * kMillisPerDay +
               (millis - floorDivide(millis, kMillisPerDay) * kMillisPerDay);
    };
    if (restOf(b, to) < restOf(a, from))
        --months;
    const std::int64_t units = months / unitMonths(unit);
    return backwards ? -units : units;
}

std::optional<std::int64_t> addUnits(TimeUnit unit, std::int64_t count, std::int64_t millis)
{
    std::int64_t out = 0;
    if (const std::int64_t size = unitMillis(unit); size > 0) {
        std::int64_t by = 0;
        if (__builtin_mul_overflow(count, size, &by) || __builtin_add_overflow(millis, by, &out))
            return {};
    } else {
        constexpr std::int64_t kMost = 120'000; // ten thousand years in months
        if (count > kMost || count < -kMost)
            return {};
        CivilTime civil = record::civilFromMillis(millis);
        const std::int64_t index = civil.year * 12 + civil.month - 1 + count * unitMonths(unit);
        civil.year = floorDivide(index, 12);
        civil.month = static_cast<int>(index - civil.year * 12) + 1;
        civil.day = std::min(civil.day, record::daysInMonth(civil.year, civil.month));
        out = record::millisFromCivil(civil);
    }
    if (!record::isTimestampInRange(out))
        return {};
    return out;
}

} // namespace millrace::sql
