// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/record/record.h"
#include "core/record/schema.h"
#include "core/runtime/snapshot.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace millrace::engine {

/// Names an asynchronous request until its reply was taken.
using Ticket = StrongNumber<struct TicketTag>;

/// Makes `document` what runs: starts, restarts and stops exactly what differs from what is
/// deployed. Nothing changes when it has errors.
struct DeployRequest {
    graph::Document document;
    Path documentFolder; ///< relative paths of the document start here
};
struct DeployReply {
    Ticket deployment; ///< of the request: names what it made run
};
/// Runs, pauses (streams go on accepting) or stops what is deployed.
struct RunRequest {
    /// What is meant to run: DeploymentReplaced once another deploy came after it. None: whatever
    /// is deployed.
    std::optional<Ticket> deployment = {};
};
struct PauseRequest {
};
struct StopRequest {
};
struct PaceRequest {
    double factor = 1; ///< 0.1 to 100
};
struct ClearProblemsRequest {
};

/// Where reading begins in one shard.
struct ShardPosition {
    ShardIndex shard;
    Ordinal next;
};
/// Of one page, whatever a request asks for: rows, payload bytes (one row may have more), and
/// records looked at.
inline constexpr std::uint32_t kMaxPageRows = 10'000;
inline constexpr std::size_t kMaxPageBytes = 8U << 20U;
inline constexpr std::uint32_t kMaxPageScan = 1'000'000;

/// Records of a stream merged over its shards by (arrival, shard, ordinal).
struct RecordsRequest {
    StreamUuid stream;
    std::vector<ShardPosition> from; ///< empty: the newest `limit` records
    std::optional<ShardIndex> shard; ///< this shard only
    std::uint32_t limit = 500;
    std::string where;                 ///< a filter expression; empty: all
    std::uint32_t scanLimit = 100'000; ///< records looked at in one request at most
};
struct RecordRow {
    ShardIndex shard;
    Ordinal ordinal;
    WallTime arrival{};
    std::string sequenceNumber; ///< 56 digits
    std::string key;
    std::string data;
    record::Origin origin;
    std::vector<record::Attribute> attributes;
};
struct RecordsReply {
    std::vector<RecordRow> rows;     ///< rising (arrival, shard, ordinal)
    std::vector<ShardPosition> next; ///< where the next request goes on
    std::uint64_t scanned = 0;
    std::uint64_t expired = 0; ///< between `from` and the first record still there
    bool reachedEnd = false;
};

/// Puts records as a client does. With a producer the put is idempotent: entries at or below the
/// producer's stored count are not stored again.
struct PutEntry {
    std::string data;
    std::string key;
    std::optional<record::Hash128> explicitHash;
};
struct PutRequest {
    std::string stream; ///< name
    std::vector<PutEntry> entries;
    std::string producer;         ///< empty: none
    std::uint64_t firstIndex = 0; ///< the producer's running number of entries[0]
};
struct PutReply {
    struct Result {
        ShardIndex shard;
        std::string sequenceNumber;
        bool refused = false; ///< over an enforced limit: not stored, send it again later
    };
    std::vector<Result> results;    ///< of the entries behind the skipped ones, in order
    std::uint64_t skipped = 0;      ///< entries that stood already
    std::uint64_t producerNext = 0; ///< the producer's next running number
};
/// The next running number of a producer in a stream, 0 when it never put.
struct ProducerRequest {
    std::string stream;
    std::string producer;
};

struct StreamsRequest {
};
struct StreamInfo {
    StreamUuid id;
    std::string name;
    std::uint32_t shards = 0;
    WallTime created{};
    std::chrono::milliseconds retention{};
    std::uint64_t diskBytes = 0;
    std::uint64_t records = 0;        ///< readable now
    std::uint64_t damagedRecords = 0; ///< between those, as far as it is known: log::Log
    bool implicit = false;            ///< a wire
    bool deadLetters = false;
    bool memoryDurability = false;
    std::optional<record::Schema> schema;
};
struct StreamsReply {
    std::vector<StreamInfo> streams; ///< by name
};

struct HistoryRequest {
    runtime::SeriesId series; ///< its project null: the deployed document's
    std::int64_t fromSecond = 0;
    std::int64_t toSecond = 0; ///< exclusive
};
struct HistoryReply {
    std::vector<runtime::MetricPoint> points; ///< rising; seconds without a point have no data
};

struct DoneReply {
};

using Request = std::variant<DeployRequest, RunRequest, PauseRequest, StopRequest, PaceRequest,
                             ClearProblemsRequest, RecordsRequest, PutRequest, ProducerRequest,
                             StreamsRequest, HistoryRequest>;
/// Success gives the reply that belongs to the request (DoneReply where there is nothing to say;
/// PutReply for ProducerRequest). A failed request gives its problems: for a deploy, all of them.
struct Reply {
    std::variant<DoneReply, RecordsReply, PutReply, StreamsReply, HistoryReply, DeployReply> value;
    std::vector<Problem> problems; ///< not empty: the request failed
    bool ok() const { return problems.empty(); }
};

/// Something that happened, for the log panel: bounded; the oldest are dropped, and an event with
/// EventsDropped says how many.
struct Event {
    WallTime at{};
    Problem problem;
};

/// The door to a running engine: the only header of the engine that ui/bridge, the command line
/// and the gateway need. All arguments and replies are plain values, so that an engine in another
/// process can stand behind the same door.
///
/// Thread-safety: every function may be called from any thread. None blocks longer than a mutex
/// held for a pointer copy, none calls back into the caller.
class Engine
{
public:
    virtual ~Engine() = default;
    /// The newest snapshot, at least ten a second while running. Never null.
    virtual runtime::SnapshotPtr snapshot() const = 0;
    /// Events since the last call, oldest first.
    virtual std::vector<Event> takeEvents() = 0;
    /// Begins a request. Its reply waits until it is taken. Deploys are done in ticket order.
    virtual Ticket request(Request request) = 0;
    /// The reply once it is there; taken once.
    virtual std::optional<Reply> takeReply(Ticket ticket) = 0;
    /// Blocks until the reply is there. For the command line and tests, never for a window.
    virtual Reply wait(Ticket ticket) = 0;
};

} // namespace millrace::engine
