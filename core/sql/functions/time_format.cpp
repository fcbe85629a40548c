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

/// A text while its parts are read, one after the other.
class TimeFormat::Reading
{
public:
    explicit Reading(std::string_view text)
        : m_text(text)
    {}

    /// `touches`: the next part is a number, too, so that this one has exactly as many digits as
    /// the pattern says.
    bool take(const Part &part, bool touches)
    {
        const int most = touches ? part.count : std::max(part.count, 2);
        switch (part.letter) {
        case 'y':
        case 'u':
            return takeYear(part.count, touches);
        case 'M':
            if (part.count < 3)
                return number(m_civil.month, part.count, most);
            m_civil.month = name(kMonths, part.count > 3) + 1;
            return m_civil.month > 0;
        case 'd':
            return number(m_civil.day, part.count, most);
        case 'H':
        case 'h':
            return number(m_civil.hour, part.count, most);
        case 'm':
            return number(m_civil.minute, part.count, most);
        case 's':
            return number(m_civil.second, part.count, most);
        case 'S':
            return takeFraction(part.count);
        case 'a':
            m_afternoon = m_text.substr(m_at, 2) == "PM";
            return literal(*m_afternoon ? "PM" : "AM");
        case 'E':
            return name(kDays, part.count > 3) >= 0;
        default:
            return literal(part.text);
        }
    }

    /// Milliseconds since 1970, when the whole text was read and is a time.
    std::optional<std::int64_t> result() const
    {
        CivilTime civil = m_civil;
        if (m_afternoon)
            civil.hour = civil.hour % 12 + (*m_afternoon ? 12 : 0);
        if (m_at != m_text.size() || civil.year < 1 || civil.year > 9999 || civil.month < 1 ||
            civil.month > 12 || civil.day < 1 ||
            civil.day > record::daysInMonth(civil.year, civil.month) || civil.hour > 23 ||
            civil.minute > 59 || civil.second > 59)
            return {};
        return record::millisFromCivil(civil);
    }

private:
    /// Pattern and text are from outside and may be long: beyond kMost, no field can use more.
    bool number(int &out, int least, int most)
    {
        constexpr int kMost = 99'999;
        int digits = 0;
        out = 0;
        for (; digits < most && m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9';
             ++m_at, ++digits)
            out = std::min(out * 10 + (m_text[m_at] - '0'), kMost);
        return digits >= least;
    }
    /// The number of the name that stands here; -1: none of them.
    int name(const auto &names, bool whole)
    {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (literal(whole ? names[i] : names[i].substr(0, 3)))
                return static_cast<int>(i);
        }
        return -1;
    }
    bool literal(std::string_view text)
    {
        if (!m_text.substr(m_at).starts_with(text))
            return false;
        m_at += text.size();
        return true;
    }
    bool takeYear(int count, bool touches)
    {
        int value = 0;
        const bool good = number(value, count, touches ? count : std::max(count, 4));
        m_civil.year = count == 2 ? 2000 + value : value;
        return good;
    }
    bool takeFraction(int count)
    {
        const std::size_t begin = m_at;
        int value = 0;
        if (!number(value, count, count))
            return false;
        std::string digits(m_text.substr(begin, m_at - begin));
        digits.resize(3, '0');
        m_civil.millisecond = std::stoi(digits);
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    CivilTime m_civil;
    std::optional<bool> m_afternoon;
};

std::optional<std::int64_t> TimeFormat::read(std::string_view text) const
{
    Reading reading(text);
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        if (!reading.take(m_parts[i], i + 1 < m_parts.size() && m_parts[i + 1].letter != '\0'))
            return {};
    }
    return reading.result();
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
