// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <deque>

namespace millrace::stream {

/// The write limit of one shard, 1 MiB/s and 1,000 records/s [Kinesis limits]: of what was taken
/// within any one second, whenever it begins, there is never more.
///
/// It remembers what was taken in the last second, put by put, so at most 1,000 of them. What is
/// more than a whole second's worth (a record may have 10 MiB [Kinesis limits]) could never keep
/// to that: it goes as soon as anything is left, so that smaller puts do not hold it off for ever,
/// and nothing goes behind it until the mean is 1 MiB/s and 1,000 records/s again.
/// Thread-safety: the owner's lock.
class ShardLimiter
{
public:
    static constexpr std::uint64_t kRecordsPerSecond = 1000;
    static constexpr std::uint64_t kBytesPerSecond = 1U << 20U;

    /// How long until `records` and `bytes` fit; zero: now. `now` never falls.
    std::chrono::nanoseconds wait(MonoTime now, std::uint64_t records, std::uint64_t bytes);
    /// To be asked of wait() at the same `now` before; `records` > 0, what is nothing takes
    /// nothing.
    void take(MonoTime now, std::uint64_t records, std::uint64_t bytes);

private:
    struct Taken {
        MonoTime until{}; ///< counts so long
        std::uint64_t records = 0;
        std::uint64_t bytes = 0;
    };
    void forget(MonoTime now);

    std::deque<Taken> m_taken;   ///< rising `until`
    std::uint64_t m_records = 0; ///< of m_taken
    std::uint64_t m_bytes = 0;
};

} // namespace millrace::stream
