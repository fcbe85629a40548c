// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/runtime/fate.h"

#include <map>
#include <string>
#include <vector>

namespace millrace::reference {

/// A record as the reference knows it. `lane` names the way it took: its producer and, of every
/// stream it passed, the shard. Order is promised between the records of one lane and no others.
struct Record {
    std::string data;
    std::string key;
    std::string lane;
};

struct DeadLetter {
    NodeId node;
    std::string data;
    std::string reason;
    friend auto operator<=>(const DeadLetter &, const DeadLetter &) = default;
};

/// Records of a shard that retention took before a reader got to them: ordinals [from, to).
struct Gap {
    NodeId reader; ///< the first node behind the stream
    ShardIndex shard;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

/// What comes to a pipeline beside its producers.
struct Inputs {
    std::map<NodeId, std::vector<Record>> puts; ///< by stream node: a client's records, in order
    std::vector<Gap> gaps;                      ///< only behind streams with a single writer
};

/// What a pipeline must come to once everything is processed.
struct Outcome {
    std::map<NodeId, runtime::FateCounts> fates;               ///< of every node of the document
    std::map<NodeId, std::vector<std::vector<Record>>> shards; ///< of stream nodes
    std::map<NodeId, std::vector<Record>> rows;                ///< of destinations
    std::vector<DeadLetter> deadLetters;                       ///< sorted
};

/// Computes, one record after the other and with nothing of the engine's runtime, what a document
/// comes to: contents, order, fates. Crashes and restarts change nothing of it, which is the point;
/// expiry is told by `inputs`. The document validates and has no cycle; generators have a total.
/// Thread-safety: pure function.
Outcome computeOutcome(const graph::Document &document, const Inputs &inputs);

} // namespace millrace::reference
