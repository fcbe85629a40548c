// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/time_format.h"

#include "core/sql/functions/time_unit.h"
#include "core/sql/token.h"

#include <algorithm>
#include <array>

namespace millrace::sql {
namespace {

using record::CivilTime;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};

void appendNumber(std::string &out, std::int64_t value, int width)
{
    const std::string digits = std::to_string(value);
    out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
    out += digits;
}

/// How often a letter may stand in a row; 0: it has no meaning here.
std::size_t mostOf(char letter)
{
    switch (letter) {
    case 'y':
    case 'u':
        return 19;
    case 'M':
    case 'E':
        return 5;
    case 'S':
        return 9;
    case 'd':
    case 'H':
    case 'h':
    case 'm':
    case 's':
        return 2;
    case 'a':
        return 1;
    default:
        return 0;
    }
}

} // namespace

std::optional<TimeFormat> TimeFormat::parse(std::string_view pattern)
{
    constexpr std::string_view kReserved = "[]{}#"; // of java.time: parts that may be missing
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
            flush();
            const std::size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
            if (end - i > mostOf(c))
                return {};
            out.m_parts.push_back({c, static_cast<int>(end - i), {}});
            i = end;
        } else if (kReserved.find(c) != std::string_view::npos) {
            return {};
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
            const std::string_view name =
                kDays[static_cast<std::size_t>(extractUnit(TimeUnit::DayOfWeek, millis) - 1)];
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
            m_clockHour = part.letter == 'h';
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
        const bool midnight = civil.hour == 24 && civil.minute == 0 && civil.second == 0 &&
                              civil.millisecond == 0 && !m_clockHour;
        if (m_at != m_text.size() || civil.year < 1 || civil.year > 9999 || civil.month < 1 ||
            civil.month > 12 || civil.day < 1 || civil.day > 31 || (civil.hour > 23 && !midnight) ||
            civil.minute > 59 || civil.second > 59)
            return {};
        if (m_clockHour) {
            if (civil.hour < 1 || civil.hour > 12)
                return {};
            // An hour of half a day says nothing without the half.
            civil.hour = m_afternoon ? civil.hour % 12 + (*m_afternoon ? 12 : 0) : 0;
        }
        const int last = record::daysInMonth(civil.year, civil.month);
        if (civil.day > last && !m_year)
            return {};
        civil.day = std::min(civil.day, last);
        const std::int64_t out = record::millisFromCivil(civil);
        return record::isTimestampInRange(out) ? std::optional(out) : std::nullopt;
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
        m_year = true;
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
    bool m_clockHour = false; ///< m_civil.hour is 1 to 12 of half a day
    bool m_year = false;
};

/// A text as java.text.SimpleDateFormat reads it.
class TimeFormat::LenientReading
{
public:
    explicit LenientReading(std::string_view text)
        : m_text(text)
    {}

    bool take(const Part &part, bool touches)
    {
        if (part.letter == '\0')
            return word(part.text);
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t'))
            ++m_at;
        const std::size_t most = touches ? static_cast<std::size_t>(part.count) : m_text.size();
        switch (part.letter) {
        case 'y':
        case 'u':
            return takeYear(part.count, most);
        case 'M':
            if (part.count < 3)
                return number(m_month, most);
            return name(kMonths, m_month);
        case 'd':
            return number(m_day, most);
        case 'H':
            return number(m_hour, most);
        case 'h':
            return takeClockHour(most);
        case 'm':
            return number(m_minute, most);
        case 's':
            return number(m_second, most);
        case 'S':
            return number(m_millisecond, most);
        case 'a':
            m_halfDay = m_text.size() > m_at && (m_text[m_at] | 0x20) == 'p' ? 12 : 0;
            return word(m_halfDay > 0 ? "PM" : "AM");
        default: { // the day of the week says nothing beside a date
            std::int64_t ignored = 0;
            return name(kDays, ignored);
        }
        }
    }

    std::optional<std::int64_t> result() const
    {
        const std::int64_t months = m_year * 12 + m_month - 1;
        const std::int64_t days =
            record::daysFromCivil(months / 12, static_cast<int>(months % 12) + 1, 1) + m_day - 1;
        const std::int64_t out = days * record::kMillisPerDay +
                                 (m_hour + m_halfDay) * record::kMillisPerHour +
                                 m_minute * record::kMillisPerMinute +
                                 m_second * record::kMillisPerSecond + m_millisecond;
        return months >= 0 && record::isTimestampInRange(out) ? std::optional(out) : std::nullopt;
    }

private:
    /// Beyond kMost, no number leads to a time that there is.
    bool number(std::int64_t &out, std::size_t most)
    {
        constexpr std::int64_t kMost = 1'000'000'000;
        std::size_t digits = 0;
        out = 0;
        for (; digits < most && m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9';
             ++m_at, ++digits)
            out = std::min(out * 10 + (m_text[m_at] - '0'), kMost);
        return digits > 0;
    }
    bool takeYear(int count, std::size_t most)
    {
        // Java's hundred years begin eighty before the program runs. Here they stand still, so that
        // a replay gives the same: 1946 to 2045.
        constexpr std::int64_t kFirstOfTwoDigits = 46;
        const std::size_t begin = m_at;
        const bool good = number(m_year, most);
        if (count <= 2 && m_at - begin == 2)
            m_year += m_year < kFirstOfTwoDigits ? 2000 : 1900;
        m_year = std::min<std::int64_t>(m_year, 100'000);
        return good;
    }
    bool takeClockHour(std::size_t most)
    {
        const bool good = number(m_hour, most);
        m_hour = m_hour == 12 ? 0 : m_hour;
        return good;
    }
    bool word(std::string_view wanted)
    {
        if (!equalsIgnoreCase(m_text.substr(std::min(m_at, m_text.size()), wanted.size()), wanted))
            return false;
        m_at += wanted.size();
        return true;
    }
    /// The number of the name that stands here, whole or in short, from 1.
    bool name(const auto &names, std::int64_t &number)
    {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (word(names[i]) || word(names[i].substr(0, 3))) {
                number = static_cast<std::int64_t>(i) + 1;
                return true;
            }
        }
        return false;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::int64_t m_year = 1970;
    std::int64_t m_month = 1;
    std::int64_t m_day = 1;
    std::int64_t m_hour = 0;
    std::int64_t m_halfDay = 0; ///< hours to add to those of the clock
    std::int64_t m_minute = 0;
    std::int64_t m_second = 0;
    std::int64_t m_millisecond = 0;
};

template <class R>
std::optional<std::int64_t> TimeFormat::readWith(std::string_view text) const
{
    R reading(text);
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        if (!reading.take(m_parts[i], i + 1 < m_parts.size() && m_parts[i + 1].letter != '\0'))
            return {};
    }
    return reading.result();
}

std::optional<std::int64_t> TimeFormat::read(std::string_view text) const
{
    return readWith<Reading>(text);
}

std::optional<std::int64_t> TimeFormat::readLeniently(std::string_view text) const
{
    return readWith<LenientReading>(text);
}

std::optional<std::int64_t> readSqlTimestamp(std::string_view text)
{
    static const TimeFormat date = *TimeFormat::parse("yyyy-M-d");
    static const TimeFormat time = *TimeFormat::parse("yyyy-M-d H:m:s");
    constexpr std::size_t kMostDigits = 9;
    constexpr std::size_t kKeptDigits = 3;
    if (text.find(' ') == std::string_view::npos)
        return date.read(text);
    const std::string_view whole = text.substr(0, text.find('.'));
    std::int64_t millis = 0;
    if (whole.size() < text.size()) {
        std::string digits(text.substr(whole.size() + 1));
        if (digits.size() > kMostDigits ||
            digits.find_first_not_of("0123456789") != std::string::npos)
            return {};
        digits.resize(kKeptDigits, '0');
        millis = std::stoi(digits);
    }
    const auto out = time.read(whole);
    return out ? std::optional(*out + millis) : std::nullopt;
}

std::optional<std::int64_t> readSqlDate(std::string_view text)
{
    constexpr std::size_t kMostDigits = 4;
    text = text.substr(0, text.find(' ', 1));
    std::array<int, 3> parts{0, 1, 1};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        const std::string_view part = text.substr(0, last ? text.size() : text.find('-'));
        if (part.empty() || part.size() > kMostDigits ||
            part.find_first_not_of("0123456789") != std::string_view::npos)
            return {};
        parts[i] = std::stoi(std::string(part));
        if (part.size() == text.size())
            break;
        text.remove_prefix(part.size() + 1);
    }
    const auto [year, month, day] = parts;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > record::daysInMonth(year, month))
        return {};
    return record::daysFromCivil(year, month, day) * record::kMillisPerDay;
}

} // namespace millrace::sql
