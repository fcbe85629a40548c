// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <cstdint>

namespace millrace::nodes {

/// Maps the running clock to a source's own schedule (nanoseconds from its beginning) at a pace
/// that may change on the way.
///
/// While the pace is 0 (the pipeline is paused) the schedule stands still, and afterwards nothing
/// is made up for. A source that was held up otherwise (the stream behind it full) does not make up
/// for more than kMaximumLag: its schedule waits with it. With a virtual clock nothing is held up,
/// and the whole schedule is kept. Thread-safety: one thread at a time.
class Pacer
{
public:
    explicit Pacer(const Clock &clock);

    /// The schedule stands at `position` now.
    void start(std::int64_t position);
    /// How far the schedule has come. `next` is the position of the record that is due next.
    std::int64_t reached(std::int64_t next);
    /// When `position` (not yet reached) is; at least kTick from now, so that a fast source is
    /// woken for some records at a time.
    MonoTime wakeAt(std::int64_t position) const;
    /// From `since` on, which does not fall from call to call. 1: as the schedule says, 10: ten
    /// times as fast, 0: it stands still. What is less is ignored.
    void setPace(double factor, MonoTime since);
    /// How long the schedule stood still or waited since the last call.
    std::chrono::nanoseconds takeStandstill();

private:
    static constexpr std::chrono::nanoseconds kMaximumLag = std::chrono::seconds(2);
    static constexpr std::chrono::nanoseconds kTick = std::chrono::milliseconds(5);

    std::int64_t positionAt(MonoTime time) const;

    const Clock &m_clock;
    MonoTime m_from;             ///< at this moment
    std::int64_t m_position = 0; ///< the schedule stood here
    double m_pace = 1;
    std::chrono::nanoseconds m_standstill{0};
};

} // namespace millrace::nodes
