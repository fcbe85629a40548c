// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"

#include <set>
#include <vector>

namespace millrace::engine {

/// What errors of the graph leave of a document, so that the rest can be looked at in the same run.
struct SoundPart {
    graph::Document document; ///< validates
    /// Nodes to which less comes than is meant: something before them was left out.
    std::set<NodeId> incomplete;
    std::set<NodeId> leftOut; ///< for a problem of their own; disabled in `document`
};

/// `problems` are what graph::validate() says of the document. Where an error is about nothing that
/// can be left out (the port of a wire may be spelled so that nobody reads the place back), every
/// node is. Thread-safety: pure function.
SoundPart soundPart(const graph::Document &document, const graph::KindCatalog &catalog,
                    const std::vector<Problem> &problems);

} // namespace millrace::engine
