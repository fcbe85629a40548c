// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytes.h"

#include <cstdint>

namespace millrace::runtime {

/// What became of the records that reached a node. Each record has exactly one fate:
///
///     in = processed + filtered + late + dead + expired + inFlight
///
/// holds at every snapshot. `out` counts what the node gave on; for kinds declared 1:1 it equals
/// `processed`. `expired` are records that retention took before the node read them. Counters are
/// part of a fragment's progress: they change once per committed batch, start again where the
/// cursor does, and reset only when cursors do. `in` counts ordinals passed plus those in flight.
struct FateCounts {
    std::uint64_t in = 0;
    std::uint64_t processed = 0;
    std::uint64_t filtered = 0;
    std::uint64_t late = 0;
    std::uint64_t dead = 0;
    std::uint64_t expired = 0;
    std::uint64_t inFlight = 0;
    std::uint64_t out = 0;

    bool lawHolds() const { return in == processed + filtered + late + dead + expired + inFlight; }
    FateCounts &operator+=(const FateCounts &other);
    friend bool operator==(const FateCounts &, const FateCounts &) = default;

    /// inFlight is never stored: what was in flight at a crash is read again.
    void write(ByteWriter &writer) const;
    static FateCounts read(ByteReader &reader);
};

} // namespace millrace::runtime
