// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"

#include <QPointF>

#include <map>

namespace millrace::ui {

/// Places for nodes that a file written by hand left without one: columns by the longest way from
/// a node without inputs, in each column one below the other in the order of ids, all below what
/// has a place. A way around a cycle counts once.
std::map<NodeId, QPointF> placesForUnplaced(const graph::Document &document);

} // namespace millrace::ui
