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

/// The Thursday of the week of ISO 8601, as days since 1970: the week is of its year.
std::int64_t isoThursday(std::int64_t millis)
{
    const std::int64_t days = floorDivide(millis, kMillisPerDay);
    const int fromMonday = (dayOfWeek(millis) + 6) % 7;
    return days - fromMonday + 3;
}

std::int64_t isoYear(std::int64_t millis)
{
    return record::civilFromMillis(isoThursday(millis) * kMillisPerDay).year;
}

std::int64_t isoWeek(std::int64_t millis)
{
    return (isoThursday(millis) - record::daysFromCivil(isoYear(millis), 1, 1)) / 7 + 1;
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
    switch (unit) {
    case TimeUnit::Millennium:
        return 12'000;
    case TimeUnit::Century:
        return 1'200;
    case TimeUnit::Decade:
        return 120;
    case TimeUnit::Year:
        return 12;
    case TimeUnit::Quarter:
        return 3;
    case TimeUnit::Month:
        return 1;
    default:
        return 0;
    }
}

/// The year a span of years that `year` lies in begins with: 2001 of the third millennium, 1990 of
/// a decade.
std::int64_t firstYear(TimeUnit unit, std::int64_t year)
{
    const std::int64_t years = unitMonths(unit) / 12;
    return unit == TimeUnit::Decade ? year / years * years : (year - 1) / years * years + 1;
}

} // namespace

std::optional<TimeUnit> timeUnit(std::string_view upperName)
{
    struct Name {
        std::string_view name;
        TimeUnit unit;
    };
    static constexpr std::array kNames{
        Name{"MILLENNIUM", TimeUnit::Millennium},
        Name{"CENTURY", TimeUnit::Century},
        Name{"DECADE", TimeUnit::Decade},
        Name{"ISOYEAR", TimeUnit::IsoYear},
        Name{"ISODOW", TimeUnit::IsoDayOfWeek},
        Name{"MICROSECOND", TimeUnit::Microsecond},
        Name{"NANOSECOND", TimeUnit::Nanosecond},
        Name{"YEAR", TimeUnit::Year},
        Name{"QUARTER", TimeUnit::Quarter},
        Name{"MONTH", TimeUnit::Month},
        Name{"WEEK", TimeUnit::Week},
        Name{"DAY", TimeUnit::Day},
        Name{"DAYOFMONTH", TimeUnit::Day},
        Name{"DOW", TimeUnit::DayOfWeek},
        Name{"DAYOFWEEK", TimeUnit::DayOfWeek},
        Name{"DOY", TimeUnit::DayOfYear},
        Name{"DAYOFYEAR", TimeUnit::DayOfYear},
        Name{"HOUR", TimeUnit::Hour},
        Name{"MINUTE", TimeUnit::Minute},
        Name{"SECOND", TimeUnit::Second},
        Name{"MILLISECOND", TimeUnit::Millisecond},
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
    case TimeUnit::Millennium:
        return (civil.year + 999) / 1000;
    case TimeUnit::Century:
        return (civil.year + 99) / 100;
    case TimeUnit::Decade:
        return civil.year / 10;
    case TimeUnit::Year:
        return civil.year;
    case TimeUnit::IsoYear:
        return isoYear(millis);
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
    case TimeUnit::IsoDayOfWeek:
        return (dayOfWeek(millis) + 6) % 7 + 1;
    case TimeUnit::DayOfYear:
        return floorDivide(millis, kMillisPerDay) - record::daysFromCivil(civil.year, 1, 1) + 1;
    case TimeUnit::Hour:
        return civil.hour;
    case TimeUnit::Minute:
        return civil.minute;
    case TimeUnit::Second:
        return civil.second;
    case TimeUnit::Millisecond:
        return civil.millisecond;
    case TimeUnit::Microsecond:
        return civil.millisecond * std::int64_t{1'000};
    case TimeUnit::Nanosecond:
        return civil.millisecond * std::int64_t{1'000'000};
    case TimeUnit::Epoch:
        return millis / kMillisPerSecond;
    }
    return 0;
}

bool isSpan(TimeUnit unit)
{
    return unitMillis(unit) > 0 || unitMonths(unit) > 0;
}

std::optional<std::int64_t> floorToUnit(TimeUnit unit, std::int64_t millis)
{
    std::int64_t out = 0;
    if (unit == TimeUnit::Week) {
        out = (floorDivide(millis, kMillisPerDay) - dayOfWeek(millis)) * kMillisPerDay;
    } else if (const std::int64_t size = unitMillis(unit); size > 0) {
        out = floorDivide(millis, size) * size;
    } else {
        const CivilTime civil = record::civilFromMillis(millis);
        const std::int64_t months = unitMonths(unit);
        const bool years = months >= 12;
        const int part = years ? 12 : static_cast<int>(months);
        const int month = (civil.month - 1) / part * part + 1;
        const std::int64_t year = years ? firstYear(unit, civil.year) : civil.year;
        out = record::daysFromCivil(year, month, 1) * kMillisPerDay;
    }
    return record::isTimestampInRange(out) ? std::optional(out) : std::nullopt;
}

std::optional<std::int64_t> ceilToUnit(TimeUnit unit, std::int64_t millis)
{
    const auto low = floorToUnit(unit, millis);
    if (!low || *low == millis)
        return low;
    return addUnits(unit, 1, *low);
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
    if (addUnits(TimeUnit::Month, months, from).value_or(from) > to)
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
