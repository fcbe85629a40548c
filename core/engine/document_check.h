// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/plan.h"
#include "core/runtime/node_factory.h"

#include <functional>

namespace millrace::engine {

/// What can be said of a document before it runs: validation of the graph, and of every expression
/// as far as the schema of its input is known (brought by generators, CSV and select lists, or
/// kept by the stream in the catalog). Errors of the graph do not end it: the rest is looked at.
///
/// Returns errors and warnings, those of the graph first, both in the order of nodes; a document
/// without errors can be deployed. `context` gives the folders and services; node, project and
/// schema are filled in here. `known` gives the catalog's schema of a stream by name, where there
/// is one. Thread-safety: pure function, but that factories look at files.
using KnownSchema = std::function<std::optional<record::Schema>(const std::string &)>;
std::vector<Problem> checkDocument(const graph::Document &document,
                                   const runtime::NodeContext &context, const KnownSchema &known);

/// The same without an engine: what a deploy into an empty data directory would say. Paths of the
/// document are relative to the folder.
std::vector<Problem> checkDocumentFile(const graph::Document &document, const Path &documentFolder);

bool hasErrors(const std::vector<Problem> &problems);

} // namespace millrace::engine
