// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/auto_place.h"

#include "core/graph/parameter_reader.h"

#include "ui/canvas/shard_bars.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace millrace::ui {

namespace {

constexpr qreal kColumnPx = 336;
constexpr qreal kRowPx = 168;
constexpr qreal kBarRowPx = 19;
constexpr int kLeastRows = 6;
constexpr qreal kWideness = 1.8; ///< of a canvas

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

/// Room for a card and its sentence; a stream's card grows by a bar for each shard.
qreal rowHeight(const graph::Node &node, const graph::KindCatalog &catalog)
{
    const graph::NodeKind *kind = catalog.find(node.kind);
    if (!kind || kind->category != graph::Category::Stream || !kind->findParameter("shards"))
        return kRowPx;
    const auto shards = graph::ParameterReader(node, *kind).integer("shards");
    const auto bars = std::clamp<std::int64_t>(shards, 1, std::int64_t{kMaxShardBars});
    return kRowPx + static_cast<qreal>(bars - 1) * kBarRowPx;
}

/// The nodes that hang together by wires, parts in the order of their first nodes. What leads to a
/// node with a place counts: what two such have in common is one part.
std::vector<std::vector<NodeId>> parts(const graph::Document &document,
                                       const std::vector<NodeId> &unplaced)
{
    std::map<NodeId, std::vector<NodeId>> neighbours;
    for (const auto &[ends, wire] : document.wires) {
        neighbours[ends.from.node].push_back(ends.to.node);
        neighbours[ends.to.node].push_back(ends.from.node);
    }
    const std::set<NodeId> wanted(unplaced.begin(), unplaced.end());
    std::set<NodeId> seen;
    std::vector<std::vector<NodeId>> parts;
    for (const NodeId &first : unplaced) {
        if (!seen.insert(first).second)
            continue;
        std::vector<NodeId> part;
        std::vector<NodeId> open{first};
        while (!open.empty()) {
            const NodeId id = std::move(open.back());
            open.pop_back();
            if (wanted.contains(id))
                part.push_back(id);
            for (const NodeId &next : neighbours[id]) {
                if (seen.insert(next).second)
                    open.push_back(next);
            }
        }
        std::sort(part.begin(), part.end());
        parts.push_back(std::move(part));
    }
    return parts;
}

/// Places of a part from (0,0) on, and the room they take.
struct PlacedPart {
    std::map<NodeId, QPointF> places;
    QSizeF size;
};

/// The nodes of each layer in the order in which they shall stand: by the mean row of what leads to
/// them, so that wires cross little.
std::map<int, std::vector<NodeId>> layers(const graph::Document &document,
                                          const std::vector<NodeId> &unplaced)
{
    const std::map<NodeId, int> column = columns(document);
    std::map<int, std::vector<NodeId>> layers;
    for (const NodeId &id : unplaced)
        layers[column.at(id)].push_back(id);
    std::map<NodeId, double> row;
    for (auto &[layer, nodes] : layers) {
        std::map<NodeId, double> wish;
        for (const NodeId &id : nodes) {
            double sum = 0;
            int count = 0;
            for (const auto &[ends, wire] : document.wires) {
                if (const auto from = row.find(ends.from.node);
                    ends.to.node == id && from != row.end()) {
                    sum += from->second;
                    ++count;
                }
            }
            wish[id] = count > 0 ? sum / count : static_cast<double>(document.nodes.size());
        }
        std::stable_sort(nodes.begin(), nodes.end(),
                         [&](const NodeId &a, const NodeId &b) { return wish.at(a) < wish.at(b); });
        for (std::size_t i = 0; i < nodes.size(); ++i)
            row[nodes[i]] = static_cast<double>(i);
    }
    return layers;
}

PlacedPart placedPart(const graph::Document &document, const graph::KindCatalog &catalog,
                      const std::vector<NodeId> &part)
{
    qreal heightOfAll = 0;
    for (const NodeId &id : part)
        heightOfAll += rowHeight(*document.find(id), catalog);
    // As high as the whole is wide if all columns were full, and never less than a few cards.
    const qreal highest =
        std::max(std::sqrt(heightOfAll * kColumnPx / kWideness), kLeastRows * kRowPx);
    PlacedPart placed;
    qreal x = 0;
    qreal bottom = 0;
    for (const auto &[layer, nodes] : layers(document, part)) {
        qreal y = 0;
        for (const NodeId &id : nodes) {
            const qreal height = rowHeight(*document.find(id), catalog);
            if (y > 0 && y + height > highest) {
                x += kColumnPx;
                y = 0;
            }
            placed.places[id] = QPointF(x, y);
            y += height;
            bottom = std::max(bottom, y);
        }
        x += kColumnPx;
    }
    placed.size = QSizeF(x, bottom);
    return placed;
}

} // namespace

std::map<NodeId, QPointF> placesForUnplaced(const graph::Document &document,
                                            const graph::KindCatalog &catalog)
{
    qreal top = 0;
    std::vector<NodeId> unplaced;
    for (const auto &[id, node] : document.nodes) {
        const auto found = document.layout.nodes.find(id);
        if (found != document.layout.nodes.end() && found->second.position)
            top = std::max(top, found->second.position->y + rowHeight(node, catalog));
        else
            unplaced.push_back(id);
    }
    std::vector<PlacedPart> placed;
    qreal area = 0;
    for (const std::vector<NodeId> &part : parts(document, unplaced)) {
        placed.push_back(placedPart(document, catalog, part));
        area += placed.back().size.width() * placed.back().size.height();
    }
    // Parts stand one below the other, in as many stacks as make the whole as wide as a canvas.
    const qreal highest = std::max(std::sqrt(area / kWideness), kLeastRows * kRowPx);
    std::map<NodeId, QPointF> places;
    qreal x = 0;
    qreal y = 0;
    qreal widest = 0;
    for (const PlacedPart &part : placed) {
        if (y > 0 && y + part.size.height() > highest) {
            x += widest;
            y = 0;
            widest = 0;
        }
        for (const auto &[id, place] : part.places)
            places[id] = QPointF(x, top + y) + place;
        y += part.size.height();
        widest = std::max(widest, part.size.width());
    }
    return places;
}

} // namespace millrace::ui
