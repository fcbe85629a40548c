// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/shard_limiter.h"

#include <algorithm>
#include <cmath>

namespace millrace::stream {

void ShardLimiter::refill(MonoTime now)
{
    const double seconds = std::chrono::duration<double>(now - m_at).count();
    if (seconds <= 0)
        return;
    m_at = now;
    m_records = std::min(kRecordsPerSecond, m_records + seconds * kRecordsPerSecond);
    m_bytes = std::min(kBytesPerSecond, m_bytes + seconds * kBytesPerSecond);
}

std::chrono::nanoseconds ShardLimiter::wait(MonoTime now, std::uint64_t records,
                                            std::uint64_t bytes)
{
    refill(now);
    const double needRecords = std::min(static_cast<double>(records), kRecordsPerSecond);
    const double needBytes = std::min(static_cast<double>(bytes), kBytesPerSecond);
    const double seconds = std::max({0.0, (needRecords - m_records) / kRecordsPerSecond,
                                     (needBytes - m_bytes) / kBytesPerSecond});
    return std::chrono::nanoseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e9)));
}

void ShardLimiter::take(std::uint64_t records, std::uint64_t bytes)
{
    m_records -= static_cast<double>(records);
    m_bytes -= static_cast<double>(bytes);
}

} // namespace millrace::stream
