// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/time_format.h"

#include "core/sql/functions/time_unit.h"

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

} // namespace millrace::sql
