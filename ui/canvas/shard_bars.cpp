// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/shard_bars.h"

#include "ui/style/format.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

/// Where nothing comes in no limit binds; records are what the cards around count.
QString figureOf(double bytesPerSecond, double recordsPerSecond, bool bytesBind)
{
    return bytesBind && bytesPerSecond > 0 ? format::mebibyteRate(bytesPerSecond)
                                           : format::recordRate(recordsPerSecond);
}

ShardBar barOf(const runtime::ShardFigures &shard, Limits limits, double fullLoad)
{
    ShardBar bar;
    bar.shard = shard.shard.value;
    bar.load = fullLoad > 0 ? shard.load() / fullLoad : 0;
    bar.limited = limits == Limits::Shown;
    bar.figure = figureOf(shard.bytesInPerSecond, shard.recordsInPerSecond, shard.bytesBind());
    return bar;
}

/// The load that fills a bar.
double fullLoadOf(const std::vector<runtime::ShardFigures> &shards, Limits limits)
{
    if (limits == Limits::Shown)
        return 1;
    double busiest = 0;
    for (const runtime::ShardFigures &shard : shards)
        busiest = std::max(busiest, shard.load());
    return busiest;
}

ShardBar restOf(const std::vector<const runtime::ShardFigures *> &shards, Limits limits,
                double fullLoad)
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
    ShardBar bar;
    bar.shard = shards.front()->shard.value;
    bar.others = static_cast<std::uint32_t>(shards.size());
    bar.load = fullLoad > 0 ? load / count / fullLoad : 0;
    bar.limited = limits == Limits::Shown;
    bar.figure = figureOf(bytes, records, bytesBind);
    return bar;
}

} // namespace

QString ShardBar::label() const
{
    return others > 0 ? u"+%1"_s.arg(others) : QString::number(shard);
}

std::vector<ShardBar> allShardBars(const std::vector<runtime::ShardFigures> &shards, Limits limits)
{
    const double fullLoad = fullLoadOf(shards, limits);
    std::vector<ShardBar> bars;
    bars.reserve(shards.size());
    for (const runtime::ShardFigures &shard : shards)
        bars.push_back(barOf(shard, limits, fullLoad));
    return bars;
}

std::vector<ShardBar> shardBars(const std::vector<runtime::ShardFigures> &shards, Limits limits)
{
    if (shards.size() <= kMaxShardBars)
        return allShardBars(shards, limits);
    const double fullLoad = fullLoadOf(shards, limits);
    std::vector<ShardBar> bars;
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
        bars.push_back(barOf(**each, limits, fullLoad));
    bars.push_back(restOf({rest, order.end()}, limits, fullLoad));
    return bars;
}

} // namespace millrace::ui
