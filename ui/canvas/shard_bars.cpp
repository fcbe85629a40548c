// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/shard_bars.h"

#include "ui/style/format.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

QString figureOf(double bytesPerSecond, double recordsPerSecond, bool bytesBind)
{
    return bytesBind ? format::mebibyteRate(bytesPerSecond) : format::recordRate(recordsPerSecond);
}

ShardBar barOf(const runtime::ShardFigures &shard)
{
    return {shard.shard.value, 0, shard.load(),
            figureOf(shard.bytesInPerSecond, shard.recordsInPerSecond, shard.bytesBind())};
}

ShardBar restOf(const std::vector<const runtime::ShardFigures *> &shards)
{
    double bytes = 0;
    double records = 0;
    double load = 0;
    for (const runtime::ShardFigures *shard : shards) {
        bytes += shard->bytesInPerSecond;
        records += shard->recordsInPerSecond;
        load += shard->load();
    }
    const double count = static_cast<double>(shards.size());
    const bool bytesBind =
        bytes / runtime::kShardBytesPerSecond >= records / runtime::kShardRecordsPerSecond;
    return {shards.front()->shard.value, static_cast<std::uint32_t>(shards.size()), load / count,
            figureOf(bytes, records, bytesBind)};
}

} // namespace

QString ShardBar::label() const
{
    return others > 0 ? u"+%1"_s.arg(others) : QString::number(shard);
}

std::vector<ShardBar> shardBars(const std::vector<runtime::ShardFigures> &shards)
{
    std::vector<ShardBar> bars;
    if (shards.size() <= kMaxShardBars) {
        for (const runtime::ShardFigures &shard : shards)
            bars.push_back(barOf(shard));
        return bars;
    }
    std::vector<const runtime::ShardFigures *> order;
    for (const runtime::ShardFigures &shard : shards)
        order.push_back(&shard);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto *a, const auto *b) { return a->load() > b->load(); });
    const auto byIndex = [](const auto *a, const auto *b) { return a->shard < b->shard; };
    const auto rest = order.begin() + (kMaxShardBars - 1);
    std::sort(order.begin(), rest, byIndex);
    std::sort(rest, order.end(), byIndex);
    for (auto each = order.begin(); each != rest; ++each)
        bars.push_back(barOf(**each));
    bars.push_back(restOf({rest, order.end()}));
    return bars;
}

} // namespace millrace::ui
