// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace millrace::nodes {

/// When each record of a generator is due: a pure function of its number, so that the moment a
/// record carries never depends on when or in which batch it was made.
///
/// Time is counted in nanoseconds of schedule since the generator's start; record 0 is due at 0 and
/// dueNanos never falls. A pattern is an optional start followed by a cycle that repeats, both made
/// of stretches in which the rate changes evenly.
/// Thread-safety: immutable after construction.
class RatePattern
{
public:
    using Seconds = std::chrono::duration<double>;

    /// Always `ratePerSecond` (more than 0, as everywhere below).
    static RatePattern steady(double ratePerSecond);
    /// From nothing to `ratePerSecond` in even steps within `length`, then steady.
    static RatePattern ramp(double ratePerSecond, Seconds length);
    /// `ratePerSecond`, and in the last `burstLength` of each `period` `factor` times as much.
    static RatePattern burst(double ratePerSecond, Seconds period, Seconds burstLength,
                             double factor);
    /// A day of a shop's visitors squeezed into `dayLength`: quietest at 4 h with a fifth of the
    /// mean, busiest at 20 h with 1.8 times the mean; `ratePerSecond` is the mean.
    static RatePattern daily(double ratePerSecond, Seconds dayLength);

    std::int64_t dueNanos(std::uint64_t record) const;

private:
    struct Stretch {
        double seconds = 0;
        double rateFrom = 0;
        double rateTo = 0;
        double timeBefore = 0;  ///< from the start of the part
        double countBefore = 0; ///< records due in the part before this stretch
    };
    struct Part {
        std::vector<Stretch> stretches;
        double seconds = 0;
        double count = 0;
        void add(double length, double rateFrom, double rateTo);
        double timeOf(double number) const; ///< 0 <= number < count
    };
    Part m_start;
    Part m_cycle;
};

} // namespace millrace::nodes
