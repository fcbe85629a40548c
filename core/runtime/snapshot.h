// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/problem.h"
#include "core/base/uuid.h"
#include "core/runtime/fate.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::runtime {

/// State of the whole pipeline, and of a node.
enum class RunState : std::uint8_t { Stopped = 1, Running, Paused };
enum class NodeState : std::uint8_t {
    Stopped = 1,
    Running, ///< working or waiting for input
    Paused,
    BackPressured, ///< waits for the stream or destination behind it
    Retrying,      ///< the destination or stream refuses; `attention` says why
    Finished,      ///< a source read to its end, and what hangs on it alone
    Failed,        ///< stopped by a problem of its own; `attention` says which
    Disabled,
};

/// A partition key and its part of a shard's records (Space-Saving over about the last minute).
struct KeyShare {
    std::string key;
    double share = 0; ///< 0 to 1; at most this much, see core/stream/top_keys.h
};

/// Limits of a shard [Kinesis limits]: 1 MiB/s and 1,000 records/s in.
inline constexpr double kShardBytesPerSecond = 1024.0 * 1024.0;
inline constexpr double kShardRecordsPerSecond = 1000.0;

/// One shard of a stream. Totals since the stream was opened; rates over the last whole second.
struct ShardFigures {
    ShardIndex shard;
    std::uint64_t recordsIn = 0;
    std::uint64_t bytesIn = 0; ///< data and partition keys
    std::uint64_t recordsOut = 0;
    std::uint64_t bytesOut = 0;
    std::uint64_t refused = 0; ///< records over the enforced limit
    double recordsInPerSecond = 0;
    double bytesInPerSecond = 0;
    double recordsOutPerSecond = 0;
    double bytesOutPerSecond = 0;
    Ordinal trimHorizon;
    Ordinal end;
    std::vector<KeyShare> topKeys; ///< falling share, at most 5

    /// How full the shard is: the larger of bytes / 1 MiB and records / 1,000 of the last second.
    double load() const;
    bool bytesBind() const; ///< which of the two it is
};

struct NodeFigures {
    NodeId id;
    NodeState state = NodeState::Stopped;
    FateCounts counts;
    double inPerSecond = 0; ///< records, last whole second
    double outPerSecond = 0;
    double bytesOutPerSecond = 0;
    double busy = 0; ///< shares of the last second, together 1
    double idle = 1;
    double backPressured = 0;
    std::uint64_t lagRecords = 0;     ///< not yet read by this node's fragment
    std::chrono::milliseconds lag{0}; ///< age of the oldest of them
    StreamUuid stream;                ///< data streams: which one; null otherwise
    std::vector<ShardFigures> shards; ///< data streams only
    std::uint32_t consumers = 0;      ///< data streams: fragments that read it
    std::string reads; ///< producers that choose by themselves: a path, or the name of a computer
    std::optional<Problem> attention; ///< what needs a person's eye, worst first
};

/// A wire, named by its ends.
struct WireFigures {
    NodeId from;
    NodeId to;
    double recordsPerSecond = 0;
    double bytesPerSecond = 0;
    std::uint64_t records = 0;
    bool implicitStream = false; ///< the wire is a stream of its own
    bool backPressured = false;
    std::uint64_t queued = 0; ///< records waiting in the implicit stream
};

/// A problem as the list shows it: the same code at the same place counts up.
struct ProblemEntry {
    Problem problem;
    WallTime first{};
    WallTime last{};
    std::uint64_t count = 1;
    bool active = true; ///< still so; a healed one stays listed until it is cleared
    Uuid project = {};  ///< of the document that its place is in; null: it is in none
};

/// Everything the window shows of a running engine, at one moment. Immutable and shared.
struct Snapshot {
    std::uint64_t generation = 0; ///< grows by one with each
    WallTime at{};
    Uuid project; ///< of the deployed document; null while there is none
    RunState state = RunState::Stopped;
    std::chrono::milliseconds runningFor{0};
    double pace = 1;
    bool drained = false;               ///< every source has finished and all it made is processed
    double recordsInPerSecond = 0;      ///< from producers, all together
    std::vector<NodeFigures> nodes;     ///< of the deployed document, by id
    std::vector<WireFigures> wires;     ///< by (from, to)
    std::vector<ProblemEntry> problems; ///< newest first
    std::uint64_t diskBytes = 0;        ///< the data directory
    std::uint64_t budgetBytes = 0;
    double compression = 1;        ///< raw bytes / stored bytes
    std::uint64_t memoryBytes = 0; ///< resident, of the process
    Path dataDirectory;

    const NodeFigures *node(const NodeId &id) const;
    const WireFigures *wire(const NodeId &from, const NodeId &to) const;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// One second of one series of the metrics history.
struct MetricPoint {
    std::int64_t second = 0; ///< seconds since 1970
    double value = 0;
};

/// What can be asked of the history. Values are per second; kLag* are levels.
enum class Metric : std::uint8_t {
    RecordsIn = 1,
    BytesIn,
    RecordsOut,
    BytesOut,
    Refused,
    LagRecords,
    LagMs,
    Dead,
};

/// Names a series: a node, and for streams one of its shards. Ids of nodes are alike in many
/// documents, so the document's project belongs to it.
struct SeriesId {
    NodeId node;
    std::optional<ShardIndex> shard;
    Metric metric = Metric::RecordsIn;
    Uuid project = {};
    friend auto operator<=>(const SeriesId &, const SeriesId &) = default;
};

} // namespace millrace::runtime
