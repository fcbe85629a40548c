// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/snapshot.h"

#include <QString>

#include <vector>

namespace millrace::ui {

/// From this share of a limit on a bar is drawn hatched, with a sign.
inline constexpr double kHotLoad = 0.9;
/// A card shows this many bars at most; with more shards the last bar stands for the rest.
inline constexpr std::size_t kMaxShardBars = 8;

/// Whether a stream is held against AWS's limits. Source: its parameter "limits".
enum class Limits : std::uint8_t { Off = 1, Shown };

/// One bar of a stream's card or panel.
struct ShardBar {
    std::uint32_t shard = 0;  ///< decides the colour
    std::uint32_t others = 0; ///< not 0: the bar stands for this many shards together
    /// 0 to 1 and beyond: the larger of bytes / 1 MiB and records / 1,000; without limits the
    /// share of the stream's busiest shard.
    double load = 0;
    bool limited = true;
    QString figure; ///< in the unit of the limit that binds: "0.98 MiB/s", "870 rec/s"
    friend bool operator==(const ShardBar &, const ShardBar &) = default;

    bool hot() const { return limited && load >= kHotLoad; }
    QString label() const; ///< "2", or "+9" for the rest
};

/// At most kMaxShardBars: all shards in their order, or the busiest seven in their order and the
/// rest as one whose load is their mean.
std::vector<ShardBar> shardBars(const std::vector<runtime::ShardFigures> &shards, Limits limits);

/// One bar for each shard.
std::vector<ShardBar> allShardBars(const std::vector<runtime::ShardFigures> &shards, Limits limits);

} // namespace millrace::ui
