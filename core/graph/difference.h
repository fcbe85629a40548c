// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"

#include <optional>
#include <string>
#include <vector>

namespace millrace::graph {

/// One parameter whose effective value (set or default) is another. Null: neither set nor default.
struct ParameterChange {
    std::string parameter;
    std::optional<ParameterValue> before;
    std::optional<ParameterValue> after;
    Applies applies = Applies::StopFirst;
    friend bool operator==(const ParameterChange &, const ParameterChange &) = default;
};

/// How a node that is in both documents differs.
struct NodeChange {
    NodeId node;
    bool kindChanged = false;
    bool stateChanged = false;
    bool renamed = false;
    std::vector<ParameterChange> parameters;
    /// The costliest of all its changes: a rename is AtOnce, a state or kind FragmentRestart.
    Applies applies = Applies::AtOnce;
    friend bool operator==(const NodeChange &, const NodeChange &) = default;
};

/// What distinguishes two documents, in the order of ids and wires.
struct Difference {
    std::vector<NodeId> nodesAdded;
    std::vector<NodeId> nodesRemoved;
    std::vector<NodeChange> nodesChanged;
    std::vector<WireEnds> wiresAdded;
    std::vector<WireEnds> wiresRemoved;
    bool projectRenamed = false;

    // Layout: for people only, never a reason to touch what runs.
    std::vector<NodeId> nodesMoved; ///< of those in both
    std::vector<AnnotationId> annotationsAdded;
    std::vector<AnnotationId> annotationsRemoved;
    std::vector<AnnotationId> annotationsChanged;

    /// Whether deploying has anything to do.
    bool changesPipeline() const;
    bool changesLayout() const;
    friend bool operator==(const Difference &, const Difference &) = default;
};

/// Compares what runs with what is wanted; or any two documents, for showing. Values are compared
/// as the catalog reads them: a parameter set to its default equals one that is absent, 5 equals
/// 5.0 where the type is Real, and a parameter shown in neither is left out. A parameter or kind
/// that the catalog does not know is compared as it stands and counts as StopFirst. Unknown fields
/// of the file are not compared.
/// Thread-safety: pure function.
Difference difference(const Document &deployed, const Document &wanted, const KindCatalog &catalog);

} // namespace millrace::graph
