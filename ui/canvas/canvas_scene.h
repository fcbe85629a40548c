// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/runtime/snapshot.h"

#include <QGraphicsScene>

#include <map>
#include <optional>
#include <vector>

namespace millrace::ui {

class NodeItem;
class PipelineDocument;
class WireItem;
class WireLabelLayer;

/// Draws a PipelineDocument and the figures of a snapshot. Owns the items, and no state that a
/// rebuild would lose but the selection, which it keeps by id.
class CanvasScene final : public QGraphicsScene
{
    Q_OBJECT

public:
    /// `document` outlives the scene.
    explicit CanvasScene(PipelineDocument &document, QObject *parent = nullptr);
    ~CanvasScene() override;

    /// The items showing something; null when it is not in the document. For views and tests.
    NodeItem *itemFor(const NodeId &id) const;
    WireItem *itemFor(const graph::WireEnds &ends) const;
    std::size_t nodeCount() const { return m_nodes.size(); }

    void showSnapshot(const runtime::SnapshotPtr &snapshot);
    /// The worst problem of each node that has one: its card carries the sign and the sentence.
    void showProblems(std::map<NodeId, Problem> problems);

    std::optional<NodeId> selectedNode() const;
    std::optional<graph::WireEnds> selectedWire() const;
    void select(const NodeId &id);
    void select(const graph::WireEnds &ends);
    /// Selects the nearest node in a direction of the keyboard; the first when none is selected.
    /// From a wire, the end of it that lies there.
    void selectTowards(const QPointF &direction);
    /// Selects a wire of the selected node: its first, and from there each next one, or (`step` -1)
    /// the one before. A wire that was selected otherwise is one of the node it leaves.
    void selectWire(int step);

    /// The rectangle around all cards, and the wires that were led around them.
    QRectF contentRect() const;

    /// Moves the flowing dashes; called by the view while they are seen.
    void flow(qreal seconds, bool visible);

signals:
    /// Another node or wire is selected, or none.
    void selectedChanged();

private:
    void rebuild();
    void noticeSelection();
    void selectOnly(QGraphicsItem *item);
    std::vector<const WireItem *> wiresOf(const NodeId &id) const;
    void refreshContents();
    void routeWires();
    void restyle();

    PipelineDocument &m_document;
    runtime::SnapshotPtr m_snapshot;
    std::map<NodeId, Problem> m_problems;
    std::map<NodeId, NodeItem *> m_nodes;          ///< owned by the scene
    std::map<graph::WireEnds, WireItem *> m_wires; ///< owned by the scene
    WireLabelLayer *m_labels = nullptr;            ///< owned by the scene
    std::map<graph::WireEnds, qreal> m_phases;
    std::optional<NodeId> m_lastSelected;
    std::optional<graph::WireEnds> m_lastWire;
    NodeId m_wiresOf; ///< whose wires selectWire() walks, while one of them is selected
    bool m_rebuilding = false;
};

} // namespace millrace::ui
