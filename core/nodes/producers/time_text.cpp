// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/time_text.h"

#include "core/record/timestamp_text.h"

#include <charconv>
#include <cmath>
#include <string>

namespace millrace::nodes {
namespace {

/// 10¹¹ s is the year 5138; 10¹¹ ms is 1973.
constexpr double kMillisecondsFrom = 1e11;

} // namespace

std::optional<std::int64_t> momentFromNumber(double number)
{
    if (!std::isfinite(number))
        return {};
    const double millis = std::abs(number) < kMillisecondsFrom ? number * 1000 : number;
    if (std::abs(millis) > 4e14) // beyond year 9999, and what fits
        return {};
    const auto whole = static_cast<std::int64_t>(std::llround(millis));
    return record::isTimestampInRange(whole) ? std::optional(whole) : std::nullopt;
}

std::optional<std::int64_t> parseMoment(std::string_view text)
{
    if (text.size() >= 16 && text[4] == '/' && text[7] == '/') {
        std::string dashed(text);
        dashed[4] = dashed[7] = '-';
        return record::parseTimestamp(dashed);
    }
    if (const auto moment = record::parseTimestamp(text))
        return moment;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return {};
    return momentFromNumber(number);
}

} // namespace millrace::nodes
