// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/rate_pattern.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace millrace::nodes {
namespace {

/// Share of the mean at each full hour; they sum up to 24.
constexpr std::array<double, 24> kHours = {0.60, 0.42, 0.30, 0.23, 0.20, 0.25, 0.42, 0.70,
                                           0.95, 1.10, 1.20, 1.27, 1.32, 1.28, 1.20, 1.18,
                                           1.22, 1.35, 1.55, 1.72, 1.80, 1.60, 1.24, 0.90};

} // namespace

void RatePattern::Part::add(double length, double rateFrom, double rateTo)
{
    if (length <= 0)
        return;
    stretches.push_back({length, rateFrom, rateTo, seconds, count});
    seconds += length;
    count += length * (rateFrom + rateTo) / 2;
}

double RatePattern::Part::timeOf(double number) const
{
    const auto behind =
        std::upper_bound(stretches.begin(), stretches.end(), number,
                         [](double n, const Stretch &stretch) { return n < stretch.countBefore; });
    const Stretch &stretch = *std::prev(behind);
    const double inside = number - stretch.countBefore;
    const double slope = (stretch.rateTo - stretch.rateFrom) / stretch.seconds;
    if (slope == 0)
        return stretch.timeBefore + inside / stretch.rateFrom;
    // inside = rateFrom·t + slope/2·t², solved in the form that does not cancel.
    const double root =
        std::sqrt(std::max(0.0, stretch.rateFrom * stretch.rateFrom + 2 * slope * inside));
    const double sum = stretch.rateFrom + root;
    return stretch.timeBefore + (sum > 0 ? std::min(stretch.seconds, 2 * inside / sum) : 0);
}

RatePattern RatePattern::steady(double ratePerSecond)
{
    RatePattern pattern;
    pattern.m_cycle.add(3600, ratePerSecond, ratePerSecond);
    return pattern;
}

RatePattern RatePattern::ramp(double ratePerSecond, Seconds length)
{
    RatePattern pattern = steady(ratePerSecond);
    pattern.m_start.add(length.count(), 0, ratePerSecond);
    return pattern;
}

RatePattern RatePattern::burst(double ratePerSecond, Seconds period, Seconds burstLength,
                               double factor)
{
    RatePattern pattern;
    const double high = std::min(burstLength.count(), period.count());
    pattern.m_cycle.add(period.count() - high, ratePerSecond, ratePerSecond);
    pattern.m_cycle.add(high, ratePerSecond * factor, ratePerSecond * factor);
    return pattern;
}

RatePattern RatePattern::daily(double ratePerSecond, Seconds dayLength)
{
    RatePattern pattern;
    for (std::size_t hour = 0; hour < kHours.size(); ++hour) {
        pattern.m_cycle.add(dayLength.count() / 24, ratePerSecond * kHours[hour],
                            ratePerSecond * kHours[(hour + 1) % kHours.size()]);
    }
    return pattern;
}

std::int64_t RatePattern::dueNanos(std::uint64_t record) const
{
    double number = static_cast<double>(record);
    double seconds = 0;
    if (number < m_start.count) {
        seconds = m_start.timeOf(number);
    } else {
        number -= m_start.count;
        const double cycles = std::floor(number / m_cycle.count);
        const double rest = std::clamp(number - cycles * m_cycle.count, 0.0, m_cycle.count);
        seconds = m_start.seconds + cycles * m_cycle.seconds + m_cycle.timeOf(rest);
    }
    return static_cast<std::int64_t>(std::min(seconds, 9.2e9) * 1e9); // 292 years fit
}

} // namespace millrace::nodes
