// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"
#include "core/store/catalog.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millrace::engine {

/// A stream the pipeline needs: of a stream node, of a wire, or for its dead letters.
struct PlannedStream {
    store::StreamEntry wanted;          ///< id and creation time are not set
    std::optional<NodeId> node;         ///< of a stream node
    std::optional<graph::PortRef> port; ///< of an implicit stream: the output it stands behind
};

struct PlannedProducer {
    NodeId node;
    std::string stream; ///< name
    friend bool operator==(const PlannedProducer &, const PlannedProducer &) = default;
};

/// A fused chain from a stream to a durable end.
struct PlannedFragment {
    std::string source; ///< name of the stream it reads
    std::vector<NodeId> transforms;
    std::optional<NodeId> sink; ///< its end, or
    std::string target;         ///< the name of a stream
    NodeId end;                 ///< sink, else last transform, else the stream node
    friend bool operator==(const PlannedFragment &, const PlannedFragment &) = default;

    /// Names the fragment within the plan: one source and one end have one chain between them.
    std::string key() const { return source + " -> " + end.value; }
};

/// What a document comes to when it runs (architecture, idea 2). Disabled nodes are left out with
/// their wires, bypassed ones are short-circuited. A wire is an implicit stream where its output
/// feeds several inputs, where a producer does not feed exactly one stream, and where a transform
/// or destination has several wires in and this one does not come from a stream node; and it stays
/// one: records may still wait there, and what reads them knows only that stream.
struct Plan {
    std::vector<PlannedStream> streams; ///< the dead-letter stream is the last
    std::vector<PlannedProducer> producers;
    std::vector<PlannedFragment> fragments;
    std::string deadLetters; ///< its stream's name
    /// For each wire that runs through an implicit stream, that stream's name.
    std::map<graph::WireEnds, std::string> wireStreams;
    std::map<NodeId, std::string> nodeStreams; ///< stream nodes

    const PlannedStream *stream(const std::string &name) const;
};

/// Whether a stream's name is one that wires have.
bool isWireStream(std::string_view name);

/// Tells whether a stream of that name exists and was ever written to.
using StreamInUse = std::function<bool(const std::string &)>;

/// Plans a document that validates; `inUse` is asked for the streams of wires. Thread-safety: pure
/// function.
Plan makePlan(const graph::Document &document, const graph::KindCatalog &catalog,
              const StreamInUse &inUse);

/// The settings a stream node asks for, under its stream's name.
store::StreamEntry streamEntryOf(const graph::Node &node, const graph::NodeKind &kind);

} // namespace millrace::engine
