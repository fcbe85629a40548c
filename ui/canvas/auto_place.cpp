// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/auto_place.h"

#include <algorithm>

namespace millrace::ui {

namespace {

constexpr qreal kColumnPx = 336;
constexpr qreal kRowPx = 168;

/// Column of each node: relaxed over all wires until nothing moves, or as often as there are
/// nodes, which ends a cycle.
std::map<NodeId, int> columns(const graph::Document &document)
{
    std::map<NodeId, int> column;
    for (const auto &[id, node] : document.nodes)
        column[id] = 0;
    bool moved = true;
    for (std::size_t round = 0; moved && round < document.nodes.size(); ++round) {
        moved = false;
        for (const auto &[ends, wire] : document.wires) {
            const auto from = column.find(ends.from.node);
            const auto to = column.find(ends.to.node);
            if (from == column.end() || to == column.end() || to->second > from->second)
                continue;
            to->second = from->second + 1;
            moved = true;
        }
    }
    return column;
}

} // namespace

std::map<NodeId, QPointF> placesForUnplaced(const graph::Document &document)
{
    qreal top = 0;
    const auto placed = [&document](const NodeId &id) -> const graph::Point * {
        const auto found = document.layout.nodes.find(id);
        return found != document.layout.nodes.end() && found->second.position
                   ? &*found->second.position
                   : nullptr;
    };
    for (const auto &[id, node] : document.nodes) {
        if (const graph::Point *place = placed(id))
            top = std::max(top, place->y + kRowPx);
    }
    std::map<NodeId, QPointF> places;
    std::map<int, int> rows;
    for (const auto &[id, column] : columns(document)) {
        if (!placed(id))
            places[id] = QPointF(column * kColumnPx, top + rows[column]++ * kRowPx);
    }
    return places;
}

} // namespace millrace::ui
