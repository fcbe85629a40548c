// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/shard_history.h"

#include <algorithm>

namespace millrace::ui {

namespace {

constexpr qint64 kBusiestSeconds = 10;

double recentMean(const std::map<qint64, double> &values)
{
    if (values.empty())
        return 0;
    const auto first = values.upper_bound(values.rbegin()->first - kBusiestSeconds);
    double sum = 0;
    for (auto each = first; each != values.end(); ++each)
        sum += each->second;
    return sum / static_cast<double>(std::distance(first, values.end()));
}

} // namespace

void ShardHistory::add(std::uint32_t shard, qint64 second, double value)
{
    m_shards[shard][second] = value;
}

void ShardHistory::trim(qint64 now)
{
    for (auto &[shard, values] : m_shards)
        values.erase(values.begin(), values.lower_bound(now - kChartSeconds));
}

std::vector<std::uint32_t> ShardHistory::shards() const
{
    std::vector<std::uint32_t> all;
    for (const auto &[shard, values] : m_shards)
        all.push_back(shard);
    return all;
}

std::vector<std::uint32_t> ShardHistory::busiest(std::size_t count) const
{
    std::vector<std::uint32_t> order = shards();
    if (order.size() <= count)
        return order;
    std::stable_sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
        return recentMean(m_shards.at(a)) > recentMean(m_shards.at(b));
    });
    order.resize(count);
    std::sort(order.begin(), order.end());
    return order;
}

double ShardHistory::highest() const
{
    double value = 0;
    for (const auto &[shard, values] : m_shards) {
        for (const auto &[second, each] : values)
            value = std::max(value, each);
    }
    return value;
}

qint64 ShardHistory::begin(qint64 now) const
{
    qint64 first = now;
    for (const auto &[shard, values] : m_shards) {
        if (!values.empty())
            first = std::min(first, values.begin()->first);
    }
    return std::clamp(first, now - kChartSeconds, now - kNarrowestChartSeconds);
}

QList<QList<QPointF>> ShardHistory::pieces(std::uint32_t shard, qint64 from, qint64 to,
                                           int columns) const
{
    QList<QList<QPointF>> pieces;
    const auto found = m_shards.find(shard);
    if (found == m_shards.end() || to <= from || columns < 1)
        return pieces;
    const std::map<qint64, double> &values = found->second;
    const auto columnOf = [&](qint64 second) { return (second - from) * columns / (to - from); };
    auto each = values.lower_bound(from);
    const auto end = values.upper_bound(to);
    qint64 last = 0;
    while (each != end) {
        if (pieces.isEmpty() || each->first - last > kBridgedSeconds)
            pieces.append(QList<QPointF>());
        auto lowest = each;
        auto highest = each;
        const qint64 column = columnOf(each->first);
        last = each->first;
        for (; each != end && columnOf(each->first) == column &&
               each->first - last <= kBridgedSeconds;
             ++each) {
            last = each->first;
            if (each->second < lowest->second)
                lowest = each;
            if (each->second > highest->second)
                highest = each;
        }
        const auto first = lowest->first < highest->first ? lowest : highest;
        const auto second = lowest->first < highest->first ? highest : lowest;
        pieces.last() << QPointF(static_cast<qreal>(first->first), first->second);
        if (second != first)
            pieces.last() << QPointF(static_cast<qreal>(second->first), second->second);
    }
    return pieces;
}

} // namespace millrace::ui
