// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/record/record.h"
#include "core/runtime/fate.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace::reference {

/// A record as the reference knows it. `lane` names the way it took: its producer, of every stream
/// it passed the shard, and the transforms between. Order is promised between the records of one
/// lane and no others: two ways between the same shards are two fragments, each at its own pace.
struct Record {
    std::string data;
    std::string key;
    std::string lane;
    std::optional<record::Hash128> hash = {}; ///< instead of the key's; a new key takes it away
};

struct DeadLetter {
    NodeId node;
    std::string reason;
    Record record; ///< as it came to the node
};

/// Records of a shard that a reader does not get: ordinals [from, to).
struct Gap {
    NodeId reader; ///< the first node behind the stream
    ShardIndex shard;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

/// A log file over its life: what a program writes to it, until it is rotated away and the next
/// part begins an empty one. A part consists of pieces, each written in one go.
using LogParts = std::vector<std::vector<std::string>>;

/// What comes to a pipeline beside what its generators make.
struct Inputs {
    std::map<std::string, std::string> files;   ///< by name, relative to the document's folder
    std::map<std::string, LogParts> logs;       ///< by name, likewise; only whole lines
    std::map<NodeId, std::vector<Record>> puts; ///< by stream node: a client's records, in order
    /// Both only behind streams with a single writer.
    std::vector<Gap> gaps;      ///< retention took them: they are expired
    std::vector<Gap> elsewhere; ///< another document's nodes read them: no fate here
};

/// What a pipeline must come to once everything is processed.
struct Outcome {
    std::map<NodeId, runtime::FateCounts> fates;               ///< of every node of the document
    std::map<NodeId, std::vector<std::vector<Record>>> shards; ///< of stream nodes
    std::map<NodeId, std::vector<Record>> rows;                ///< of destinations
    std::vector<DeadLetter> deadLetters;
    /// Stream nodes whose limits are enforced: no second of a shard of theirs has more than
    /// kLimitRecords and kLimitBytes, but for a single record that has more.
    std::set<NodeId> limited;
};
inline constexpr std::size_t kLimitRecords = 1000;
inline constexpr std::size_t kLimitBytes = 1024 * 1024;

/// Computes, one record after the other and with nothing of the engine's runtime, what a document
/// comes to: contents, order, fates. Crashes and restarts change nothing of it, which is the point;
/// expiry is told by `inputs`. The document validates and has no cycle; generators have a total.
/// Thread-safety: pure function.
Outcome computeOutcome(const graph::Document &document, const Inputs &inputs);

} // namespace millrace::reference
