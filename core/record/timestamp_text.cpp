// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/timestamp_text.h"

#include <algorithm>
#include <array>

namespace millrace::record {
namespace {

std::int64_t floorDivide(std::int64_t a, std::int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

class Digits
{
public:
    explicit Digits(std::string_view text)
        : m_text(text)
    {}

    /// Reads 1 to `most` digits, at least `least`.
    bool number(int &out, int least, int most)
    {
        out = 0;
        int count = 0;
        while (count < most && !atEnd() && m_text[m_at] >= '0' && m_text[m_at] <= '9') {
            out = out * 10 + (m_text[m_at++] - '0');
            ++count;
        }
        return count >= least;
    }
    bool accept(char c)
    {
        if (atEnd() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }
    bool atEnd() const { return m_at == m_text.size(); }

    /// The digits of a fraction of a second as milliseconds.
    bool fraction(int &millis)
    {
        millis = 0;
        int count = 0;
        for (; !atEnd() && m_text[m_at] >= '0' && m_text[m_at] <= '9'; ++m_at, ++count)
            millis = count < 3 ? millis * 10 + (m_text[m_at] - '0') : millis;
        for (int i = count; i < 3; ++i)
            millis *= 10;
        return count > 0;
    }

private:
    std::string_view m_text;
    std::size_t m_at = 0;
};

void appendPadded(std::string &out, std::int64_t value, int width)
{
    const std::string digits = std::to_string(value);
    out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
    out += digits;
}

} // namespace

std::int64_t daysFromCivil(std::int64_t year, int month, int day)
{
    const std::int64_t y = month <= 2 ? year - 1 : year;
    const std::int64_t era = floorDivide(y, 400);
    const std::int64_t yearOfEra = y - era * 400;
    const std::int64_t dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146'097 + dayOfEra - 719'468;
}

int daysInMonth(std::int64_t year, int month)
{
    constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

CivilTime civilFromMillis(std::int64_t millis)
{
    const std::int64_t days = floorDivide(millis, kMillisPerDay);
    const std::int64_t rest = millis - days * kMillisPerDay;
    const std::int64_t z = days + 719'468;
    const std::int64_t era = floorDivide(z, 146'097);
    const std::int64_t dayOfEra = z - era * 146'097;
    const std::int64_t yearOfEra =
        (dayOfEra - dayOfEra / 1460 + dayOfEra / 36'524 - dayOfEra / 146'096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const std::int64_t mp = (5 * dayOfYear + 2) / 153;
    CivilTime out;
    out.day = static_cast<int>(dayOfYear - (153 * mp + 2) / 5 + 1);
    out.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
    out.year = yearOfEra + era * 400 + (out.month <= 2 ? 1 : 0);
    out.hour = static_cast<int>(rest / kMillisPerHour);
    out.minute = static_cast<int>(rest / kMillisPerMinute % 60);
    out.second = static_cast<int>(rest / kMillisPerSecond % 60);
    out.millisecond = static_cast<int>(rest % kMillisPerSecond);
    return out;
}

std::int64_t millisFromCivil(const CivilTime &civil)
{
    return daysFromCivil(civil.year, civil.month, civil.day) * kMillisPerDay +
           civil.hour * kMillisPerHour + civil.minute * kMillisPerMinute +
           civil.second * kMillisPerSecond + civil.millisecond;
}

bool isTimestampInRange(std::int64_t millis)
{
    static const std::int64_t low = daysFromCivil(1, 1, 1) * kMillisPerDay;
    static const std::int64_t high = daysFromCivil(10'000, 1, 1) * kMillisPerDay;
    return millis >= low && millis < high;
}

std::string timestampText(std::int64_t millis)
{
    const CivilTime civil = civilFromMillis(millis);
    std::string out;
    out.reserve(23);
    appendPadded(out, civil.year, 4);
    const auto part = [&](char separator, int value, int width) {
        out += separator;
        appendPadded(out, value, width);
    };
    part('-', civil.month, 2);
    part('-', civil.day, 2);
    part(' ', civil.hour, 2);
    part(':', civil.minute, 2);
    part(':', civil.second, 2);
    part('.', civil.millisecond, 3);
    return out;
}

std::string dateText(std::int64_t millis)
{
    constexpr std::size_t kDateBytes = 10;
    return timestampText(millis).substr(0, kDateBytes);
}

std::int64_t startOfDay(std::int64_t millis)
{
    return floorDivide(millis, kMillisPerDay) * kMillisPerDay;
}

std::optional<std::int64_t> parseDate(std::string_view text)
{
    constexpr std::size_t kDateBytes = 10;
    return text.size() <= kDateBytes ? parseTimestamp(text) : std::nullopt;
}

std::optional<std::int64_t> parseTimestamp(std::string_view text)
{
    Digits in(text);
    CivilTime civil;
    int year = 0;
    if (!in.number(year, 4, 4) || !in.accept('-') || !in.number(civil.month, 1, 2) ||
        !in.accept('-') || !in.number(civil.day, 1, 2))
        return {};
    civil.year = year;
    std::int64_t offset = 0;
    if (!in.atEnd()) {
        if ((!in.accept(' ') && !in.accept('T')) || !in.number(civil.hour, 1, 2) ||
            !in.accept(':') || !in.number(civil.minute, 1, 2))
            return {};
        if (in.accept(':') && !in.number(civil.second, 1, 2))
            return {};
        if ((in.accept('.') || in.accept(',')) && !in.fraction(civil.millisecond))
            return {};
        in.accept(' ');
        const bool plus = in.accept('+');
        if (plus || in.accept('-')) {
            int hours = 0;
            int minutes = 0;
            if (!in.number(hours, 2, 2))
                return {};
            in.accept(':');
            if (!in.atEnd() && !in.number(minutes, 2, 2))
                return {};
            // As Java's ZoneOffset.
            if (minutes > 59 || hours * 60 + minutes > 18 * 60)
                return {};
            offset = (hours * kMillisPerHour + minutes * kMillisPerMinute) * (plus ? 1 : -1);
        } else {
            in.accept('Z');
        }
    }
    if (!in.atEnd() || year < 1 || civil.month < 1 || civil.month > 12 || civil.day < 1 ||
        civil.day > daysInMonth(year, civil.month) || civil.hour > 23 || civil.minute > 59 ||
        civil.second > 59)
        return {};
    const std::int64_t millis = millisFromCivil(civil) - offset;
    return isTimestampInRange(millis) ? std::optional(millis) : std::nullopt;
}

} // namespace millrace::record
