// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/time_format.h"

#include <algorithm>
#include <array>

namespace millrace::sql {
namespace {

using record::CivilTime;
using record::kMillisPerDay;
using record::kMillisPerHour;
using record::kMillisPerMinute;
using record::kMillisPerSecond;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};

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

void appendNumber(std::string &out, std::int64_t value, int width)
{
    const std::string digits = std::to_string(value);
    out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
    out += digits;
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

std::optional<TimeFormat> TimeFormat::parse(std::string_view pattern)
{
    constexpr std::string_view kLetters = "yuMdHhmsSaE";
    TimeFormat out;
    std::string literal;
    const auto flush = [&] {
        if (!literal.empty())
            out.m_parts.push_back({'\0', 0, std::move(literal)});
        literal.clear();
    };
    for (std::size_t i = 0; i < pattern.size();) {
        const char c = pattern[i];
        if (c == '\'') {
            const std::size_t end = pattern.find('\'', i + 1);
            if (end == std::string_view::npos)
                return {};
            literal += end == i + 1 ? std::string_view("'") : pattern.substr(i + 1, end - i - 1);
            i = end + 1;
        } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            if (kLetters.find(c) == std::string_view::npos)
                return {};
            flush();
            const std::size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
            out.m_parts.push_back({c, static_cast<int>(end - i), {}});
            i = end;
        } else {
            literal += c;
            ++i;
        }
    }
    flush();
    return out;
}

std::string TimeFormat::format(std::int64_t millis) const
{
    const CivilTime civil = record::civilFromMillis(millis);
    std::string out;
    for (const Part &part : m_parts) {
        switch (part.letter) {
        case 'y':
        case 'u':
            appendNumber(out, part.count == 2 ? civil.year % 100 : civil.year, part.count);
            break;
        case 'M': {
            const std::string_view name = kMonths[static_cast<std::size_t>(civil.month - 1)];
            if (part.count >= 3)
                out += part.count == 3 ? name.substr(0, 3) : name;
            else
                appendNumber(out, civil.month, part.count);
            break;
        }
        case 'd':
            appendNumber(out, civil.day, part.count);
            break;
        case 'H':
            appendNumber(out, civil.hour, part.count);
            break;
        case 'h':
            appendNumber(out, (civil.hour + 11) % 12 + 1, part.count);
            break;
        case 'm':
            appendNumber(out, civil.minute, part.count);
            break;
        case 's':
            appendNumber(out, civil.second, part.count);
            break;
        case 'S': {
            std::string digits;
            appendNumber(digits, civil.millisecond, 3);
            digits.resize(static_cast<std::size_t>(part.count), '0');
            out += digits;
            break;
        }
        case 'a':
            out += civil.hour < 12 ? "AM" : "PM";
            break;
        case 'E': {
            const std::string_view name = kDays[static_cast<std::size_t>(dayOfWeek(millis))];
            out += part.count <= 3 ? name.substr(0, 3) : name;
            break;
        }
        default:
            out += part.text;
        }
    }
    return out;
}

std::optional<std::int64_t> TimeFormat::read(std::string_view text) const
{
    CivilTime civil;
    std::optional<bool> afternoon;
    std::size_t at = 0;
    const auto number = [&](int &out, int least, int most) {
        int digits = 0;
        out = 0;
        for (; digits < most && at < text.size() && text[at] >= '0' && text[at] <= '9';
             ++at, ++digits)
            out = out * 10 + (text[at] - '0');
        return digits >= least;
    };
    const auto name = [&](auto &names, bool whole) -> int {
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string_view one = whole ? names[i] : names[i].substr(0, 3);
            if (text.substr(at).starts_with(one)) {
                at += one.size();
                return static_cast<int>(i);
            }
        }
        return -1;
    };
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const Part &part = m_parts[i];
        // Digits that touch the next number are exactly as many as the pattern says.
        const bool touches = i + 1 < m_parts.size() && m_parts[i + 1].letter != '\0';
        const int most = touches ? part.count : std::max(part.count, 2);
        bool good = true;
        int value = 0;
        switch (part.letter) {
        case 'y':
        case 'u':
            good = number(value, part.count, touches ? part.count : std::max(part.count, 4));
            civil.year = part.count == 2 ? 2000 + value : value;
            break;
        case 'M':
            if (part.count >= 3) {
                civil.month = name(kMonths, part.count > 3) + 1;
                good = civil.month > 0;
            } else {
                good = number(civil.month, part.count, most);
            }
            break;
        case 'd':
            good = number(civil.day, part.count, most);
            break;
        case 'H':
        case 'h':
            good = number(civil.hour, part.count, most);
            break;
        case 'm':
            good = number(civil.minute, part.count, most);
            break;
        case 's':
            good = number(civil.second, part.count, most);
            break;
        case 'S': {
            const std::size_t begin = at;
            good = number(value, part.count, part.count);
            std::string digits(text.substr(begin, at - begin));
            digits.resize(3, '0');
            civil.millisecond = good ? std::stoi(digits) : 0;
            break;
        }
        case 'a':
            afternoon = text.substr(at, 2) == "PM";
            good = *afternoon || text.substr(at, 2) == "AM";
            at += 2;
            break;
        case 'E':
            good = name(kDays, part.count > 3) >= 0;
            break;
        default:
            good = text.substr(at).starts_with(part.text);
            at += part.text.size();
        }
        if (!good || at > text.size())
            return {};
    }
    if (afternoon)
        civil.hour = civil.hour % 12 + (*afternoon ? 12 : 0);
    if (at != text.size() || civil.year < 1 || civil.year > 9999 || civil.month < 1 ||
        civil.month > 12 || civil.day < 1 ||
        civil.day > record::daysInMonth(civil.year, civil.month) || civil.hour > 23 ||
        civil.minute > 59 || civil.second > 59)
        return {};
    return record::millisFromCivil(civil);
}

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
