// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/kind_catalog.h"
#include "core/runtime/node_factory.h"

#include <string_view>
#include <vector>

namespace millrace::nodes {

/// Every node kind of this program, in the order of the palette. Made at first use.
/// Thread-safety: immutable; may be called from any thread.
const std::vector<runtime::NodeFactory> &nodeFactories();

/// The factory of a kind; null when this program does not know it.
const runtime::NodeFactory *findFactory(std::string_view kind);

/// The descriptions of the same kinds, for documents, palette, forms and validation.
const graph::KindCatalog &kindCatalog();

} // namespace millrace::nodes
