// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include <QList>
#include <QPointF>

#include <cstdint>
#include <map>
#include <vector>

namespace millrace::ui {

/// The window of time a chart shows, in seconds.
inline constexpr qint64 kChartSeconds = 300;
/// It begins narrower, so that a fresh run fills it from the first minute on.
inline constexpr qint64 kNarrowestChartSeconds = 60;
/// Seconds that a line still crosses: a busy computer may miss some snapshots.
inline constexpr qint64 kBridgedSeconds = 5;

/// What each shard took in, second by second, as far back as the chart looks. Filled from the
/// engine's history once and from every snapshot after; a second that comes twice is replaced.
/// Values are per second, in the metric's own unit.
class ShardHistory
{
public:
    void clear() { m_shards.clear(); }
    void add(std::uint32_t shard, qint64 second, double value);
    /// Forgets what is older than the window before `now`.
    void trim(qint64 now);

    bool empty() const { return m_shards.empty(); }
    std::vector<std::uint32_t> shards() const; ///< rising
    /// The `count` shards with the highest mean over the last ten seconds they have, rising.
    std::vector<std::uint32_t> busiest(std::size_t count) const;
    double highest() const;
    /// Where a chart that ends at `now` begins: with the first value, but between one and five
    /// minutes back.
    qint64 begin(qint64 now) const;

    /// Points (second, value) of a shard in [from, to], at most two for each of `columns` pixel
    /// columns: its lowest and highest value, in the order they came. Where the engine was off
    /// there are no figures: a new piece begins behind each such gap.
    QList<QList<QPointF>> pieces(std::uint32_t shard, qint64 from, qint64 to, int columns) const;

private:
    std::map<std::uint32_t, std::map<qint64, double>> m_shards;
};

} // namespace millrace::ui
