// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/shard_limiter.h"

#include "core/base/assert.h"

#include <algorithm>
#include <cmath>

namespace millrace::stream {
namespace {

bool fits(std::uint64_t used, std::uint64_t more, std::uint64_t limit)
{
    return more > limit ? used < limit : used + more <= limit;
}

} // namespace

void ShardLimiter::forget(MonoTime now)
{
    while (!m_taken.empty() && m_taken.front().until <= now) {
        m_records -= m_taken.front().records;
        m_bytes -= m_taken.front().bytes;
        m_taken.pop_front();
    }
}

std::chrono::nanoseconds ShardLimiter::wait(MonoTime now, std::uint64_t records,
                                            std::uint64_t bytes)
{
    forget(now);
    std::uint64_t usedRecords = m_records;
    std::uint64_t usedBytes = m_bytes;
    MonoTime at = now;
    for (auto next = m_taken.begin();
         !fits(usedRecords, records, kRecordsPerSecond) || !fits(usedBytes, bytes, kBytesPerSecond);
         ++next) {
        usedRecords -= next->records;
        usedBytes -= next->bytes;
        at = next->until;
    }
    return at - now;
}

void ShardLimiter::take(MonoTime now, std::uint64_t records, std::uint64_t bytes)
{
    MILLRACE_ASSERT(records > 0);
    std::chrono::nanoseconds lasts = std::chrono::seconds(1);
    if (records > kRecordsPerSecond || bytes > kBytesPerSecond) {
        const double seconds =
            std::max(static_cast<double>(m_records + records) / kRecordsPerSecond,
                     static_cast<double>(m_bytes + bytes) / kBytesPerSecond);
        lasts = std::chrono::nanoseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e9)));
        // Nothing else goes meanwhile, whichever of the two was too much.
        records = std::max(records, kRecordsPerSecond);
        bytes = std::max(bytes, kBytesPerSecond);
    }
    m_records += records;
    m_bytes += bytes;
    const MonoTime until = now + lasts;
    if (!m_taken.empty() && m_taken.back().until == until) {
        m_taken.back().records += records;
        m_taken.back().bytes += bytes;
    } else {
        m_taken.push_back({until, records, bytes});
    }
}

} // namespace millrace::stream
