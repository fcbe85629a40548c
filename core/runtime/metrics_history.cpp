// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/metrics_history.h"

#include <algorithm>
#include <cmath>

namespace millrace::runtime {
namespace {

constexpr double kScale = 100;

std::int64_t minuteOf(std::int64_t second)
{
    return second / 60 - (second % 60 < 0 ? 1 : 0);
}

} // namespace

std::string MetricsHistory::seriesName(const SeriesId &series)
{
    return series.project.toString() + '/' + series.node.value + '/' +
           (series.shard ? std::to_string(series.shard->value) : std::string("-")) + '/' +
           std::to_string(static_cast<int>(series.metric));
}

Bytes MetricsHistory::pack(const std::vector<MetricPoint> &points)
{
    Bytes out;
    ByteWriter writer(out);
    for (const MetricPoint &point : points) {
        writer.u8(static_cast<std::uint8_t>(point.second - minuteOf(point.second) * 60));
        writer.zigzag(std::llround(point.value * kScale));
    }
    return out;
}

std::vector<MetricPoint> MetricsHistory::unpack(std::int64_t minute, ByteView bytes)
{
    std::vector<MetricPoint> out;
    ByteReader reader(bytes);
    while (reader.remaining() > 0) {
        const std::uint8_t second = reader.u8();
        const std::int64_t value = reader.zigzag();
        if (!reader.ok() || second > 59)
            break;
        out.push_back({minute * 60 + second, static_cast<double>(value) / kScale});
    }
    return out;
}

void MetricsHistory::add(const SeriesId &series, std::int64_t second, double value)
{
    const std::lock_guard guard(m_mutex);
    const std::int64_t minute = minuteOf(second);
    Minutes &minutes = m_series[series];
    auto &points = minutes[minute];
    if (points.empty() && m_catalog.holdsMetrics(minute)) {
        // A minute begun before a restart goes on.
        if (auto stored = m_catalog.metrics(seriesName(series), minute, minute + 1);
            stored && !stored->empty())
            points = unpack(minute, stored->front().points);
    }
    if (!points.empty() && points.back().second >= second)
        return; // the wall clock went back: the earlier word stands
    points.push_back({second, value});
    m_dirty.insert({series, minute});
    if (minute != m_current) {
        m_current = minute;
        forgetDistant();
    }
}

/// Also series that get no more points go.
void MetricsHistory::forgetDistant()
{
    const auto isDistant = [this](std::int64_t minute, std::int64_t most) {
        return minute < m_current - most || minute > m_current + most;
    };
    std::erase_if(m_dirty,
                  [&](const auto &entry) { return isDistant(entry.second, kMinutesUnwritten); });
    for (auto &[series, minutes] : m_series) {
        std::erase_if(minutes, [&, &id = series](const auto &entry) {
            const std::pair key(id, entry.first);
            return isDistant(entry.first, kMinutesInMemory) && !m_dirty.contains(key) &&
                   !m_writing.contains(key);
        });
    }
    std::erase_if(m_series, [](const auto &entry) { return entry.second.empty(); });
}

Result<std::vector<MetricPoint>> MetricsHistory::points(const SeriesId &series, std::int64_t from,
                                                        std::int64_t to) const
{
    std::map<std::int64_t, std::vector<MetricPoint>> found;
    auto stored = m_catalog.metrics(seriesName(series), minuteOf(from), minuteOf(to) + 1);
    if (!stored)
        return std::move(stored).error();
    for (const auto &row : *stored)
        found[row.minute] = unpack(row.minute, row.points);
    {
        const std::lock_guard guard(m_mutex);
        if (const auto inMemory = m_series.find(series); inMemory != m_series.end()) {
            for (const auto &[minute, points] : inMemory->second)
                found[minute] = points;
        }
    }
    std::vector<MetricPoint> out;
    for (const auto &[minute, points] : found) {
        for (const MetricPoint &point : points) {
            if (point.second >= from && point.second < to)
                out.push_back(point);
        }
    }
    return out;
}

Status MetricsHistory::flush()
{
    std::vector<store::MetricsRow> rows;
    {
        const std::lock_guard guard(m_mutex);
        m_writing.swap(m_dirty);
        for (const auto &[series, minute] : m_writing)
            rows.push_back({seriesName(series), minute, pack(m_series.at(series).at(minute))});
    }
    if (rows.empty())
        return Done{};
    auto done = m_catalog.putMetrics(rows);
    {
        const std::lock_guard guard(m_mutex);
        if (!done)
            m_dirty.merge(m_writing);
        m_writing.clear();
    }
    return done ? m_catalog.trimMetrics(kMaxBytes) : done;
}

} // namespace millrace::runtime
