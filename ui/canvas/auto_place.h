// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/kind_catalog.h"

#include <QPointF>

#include <map>

namespace millrace::ui {

/// Places for nodes that a file written by hand left without one: layers by the longest way from a
/// node without inputs, from left to right, all below what has a place. In a layer nodes stand one
/// below the other, each as near as can be to what leads to it; a layer that would be much higher
/// than the whole is wide takes several columns. Parts that no wire joins stand apart, each a
/// picture of its own, stacked to the shape of a canvas. A way around a cycle counts once.
std::map<NodeId, QPointF> placesForUnplaced(const graph::Document &document,
                                            const graph::KindCatalog &catalog);

} // namespace millrace::ui
