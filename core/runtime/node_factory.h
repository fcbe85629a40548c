// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/node_kind.h"
#include "core/runtime/sink.h"
#include "core/runtime/source.h"
#include "core/runtime/transform.h"

#include <functional>

namespace millrace::sql {
class SequenceNumberSource;
}

namespace millrace::runtime {

/// What an operator may use of the world; everything in it outlives the operator.
struct NodeContext {
    FileSystem *fileSystem = nullptr;
    Clock *clock = nullptr;
    RandomSource *random = nullptr;
    Uuid project; ///< of the document
    NodeId node;
    StreamUuid source;   ///< the stream that the node's fragment reads; null for producers
    Path documentFolder; ///< relative paths of input start here
    Path dataFolder;     ///< relative paths of output start here; exists
    /// Payload schema of the node's input: for transforms and sinks, known before they are made.
    record::Schema inputSchema;
    /// What expressions take sequence_number from: of `source`; null: it is NULL.
    std::shared_ptr<const sql::SequenceNumberSource> sequenceNumbers;
    /// Takes what is wrong beside the problem that a factory refuses with; null: nobody asks.
    std::vector<Problem> *furtherProblems = nullptr;
    int outputDescriptor = 1; ///< where "standard output" goes
};

/// A node kind with the way to make it. Exactly one of source, transform and sink is set, by
/// category; none for a data stream, which the engine itself makes.
struct NodeFactory {
    graph::NodeKind kind;
    std::function<Result<std::unique_ptr<Source>>(const graph::Node &, const NodeContext &)> source;
    std::function<Result<std::shared_ptr<const Transform>>(const graph::Node &,
                                                           const NodeContext &)>
        transform;
    std::function<Result<std::unique_ptr<Sink>>(const graph::Node &, const NodeContext &)> sink;
    /// Of a sink that keeps progress, from what is stored: the cursors of every stream that the
    /// node has ever read, and the details of the reader of NodeContext::source. Makes nothing, and
    /// finds none in what is not there. Null for a sink that keeps none (standard output): the
    /// catalog keeps it then, and what was written since the last time may come again after a
    /// crash.
    std::function<Result<FragmentProgress>(const graph::Node &, const NodeContext &)> standing;
};

} // namespace millrace::runtime
