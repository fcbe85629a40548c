// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"
#include "core/store/catalog.h"

#include <map>
#include <mutex>
#include <set>

namespace millrace::runtime {

/// One value per second for each node and shard, kept over restarts.
///
/// The minutes up to kMinutesInMemory from the current one are in memory; every minute is a row of
/// the catalog, written by flush() (about every ten seconds) and packed: for each point u8 second
/// of the minute and zigzag varint of the value × 100. The catalog keeps at most kMaxBytes of them.
/// While it takes none (a full disk), what is further away than kMinutesUnwritten is given up. The
/// current minute is what the wall clock says, which may jump ahead and back.
/// Thread-safety: flush() by one thread at a time, every other function by any.
class MetricsHistory
{
public:
    static constexpr std::int64_t kMinutesInMemory = 15;
    static constexpr std::int64_t kMinutesUnwritten = 60;
    static constexpr std::uint64_t kMaxBytes = 64ULL << 20U; ///< the budget for all series

    explicit MetricsHistory(store::Catalog &catalog)
        : m_catalog(catalog)
    {}

    void add(const SeriesId &series, std::int64_t second, double value);
    /// Points of seconds in [from, to), rising.
    Result<std::vector<MetricPoint>> points(const SeriesId &series, std::int64_t from,
                                            std::int64_t to) const;
    Status flush();

    /// "3f0c…/f81k2m0a/2/1": project, node, shard or "-", metric. Rows that were written without a
    /// project may be of any, so they are nobody's and go with their age.
    static std::string seriesName(const SeriesId &series);
    static Bytes pack(const std::vector<MetricPoint> &points);
    static std::vector<MetricPoint> unpack(std::int64_t minute, ByteView bytes);

private:
    using Minutes = std::map<std::int64_t, std::vector<MetricPoint>>;
    void forgetDistant(); ///< with m_mutex held

    store::Catalog &m_catalog;
    mutable std::mutex m_mutex; ///< guards what follows
    std::map<SeriesId, Minutes> m_series;
    std::int64_t m_current = 0; ///< the minute that began last, of all series
    std::set<std::pair<SeriesId, std::int64_t>> m_dirty;   ///< minutes that changed since flush()
    std::set<std::pair<SeriesId, std::int64_t>> m_writing; ///< that flush() is at; not forgotten
};

} // namespace millrace::runtime
