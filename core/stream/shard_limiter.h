// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <cstdint>

namespace millrace::stream {

/// The write limit of one shard, 1 MiB/s and 1,000 records/s [Kinesis limits]: two buckets that
/// hold one second's worth and refill steadily. What needs more than a whole bucket is taken when
/// the bucket is full and leaves a debt, so that every put goes through at some time.
/// Thread-safety: the owner's lock.
class ShardLimiter
{
public:
    explicit ShardLimiter(MonoTime now)
        : m_at(now)
    {}

    /// How long until `records` and `bytes` fit; zero: now.
    std::chrono::nanoseconds wait(MonoTime now, std::uint64_t records, std::uint64_t bytes);
    void take(std::uint64_t records, std::uint64_t bytes);

private:
    void refill(MonoTime now);

    MonoTime m_at;
    double m_records = kRecordsPerSecond;
    double m_bytes = kBytesPerSecond;

    static constexpr double kRecordsPerSecond = 1000;
    static constexpr double kBytesPerSecond = 1024.0 * 1024.0;
};

} // namespace millrace::stream
