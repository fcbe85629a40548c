// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/canvas_scene.h"

#include "ui/canvas/auto_place.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/canvas/wire_label_layer.h"
#include "ui/canvas/wire_router.h"
#include "ui/document/pipeline_document.h"
#include "ui/style/format.h"
#include "ui/style/style.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace millrace::ui {

namespace {

/// Room around the cards that can be scrolled to.
constexpr qreal kMarginPx = 2000;

WireContent wireContent(KindRole role, const runtime::WireFigures *figures)
{
    WireContent content;
    content.role = role;
    if (!figures)
        return content;
    content.recordsPerSecond = figures->recordsPerSecond;
    content.label = format::recordRateShort(figures->recordsPerSecond);
    content.implicitStream = figures->implicitStream;
    content.backPressured = figures->backPressured;
    QStringList lines{CanvasScene::tr("%1, %2").arg(format::recordRate(figures->recordsPerSecond),
                                                    format::byteRate(figures->bytesPerSecond)),
                      CanvasScene::tr("%1 so far").arg(format::records(figures->records))};
    if (figures->implicitStream)
        lines << CanvasScene::tr("A stream of its own, with %1 waiting")
                     .arg(format::records(figures->queued));
    if (figures->backPressured)
        lines << CanvasScene::tr("It holds back what comes before it");
    content.toolTip = lines.join(u'\n');
    return content;
}

} // namespace

CanvasScene::CanvasScene(PipelineDocument &document, QObject *parent)
    : QGraphicsScene(parent)
    , m_document(document)
{
    // Live cards change all the time; an index would be rebuilt for nothing (measured: NoIndex is
    // as fast below 5,000 items and never stale).
    setItemIndexMethod(NoIndex);
    connect(&document, &PipelineDocument::changed, this, &CanvasScene::rebuild);
    connect(&Style::instance(), &Style::changed, this, &CanvasScene::restyle);
    connect(this, &QGraphicsScene::selectionChanged, this, [this] {
        if (!m_rebuilding)
            noticeSelection();
    });
    rebuild();
}

CanvasScene::~CanvasScene()
{
    // Dying items leave the selection one by one, when this is no CanvasScene any more.
    disconnect(this, &QGraphicsScene::selectionChanged, this, nullptr);
}

NodeItem *CanvasScene::itemFor(const NodeId &id) const
{
    const auto found = m_nodes.find(id);
    return found == m_nodes.end() ? nullptr : found->second;
}

WireItem *CanvasScene::itemFor(const graph::WireEnds &ends) const
{
    const auto found = m_wires.find(ends);
    return found == m_wires.end() ? nullptr : found->second;
}

void CanvasScene::showSnapshot(const runtime::SnapshotPtr &snapshot)
{
    m_snapshot = snapshot;
    refreshContents();
}

void CanvasScene::showProblems(std::map<NodeId, Problem> problems)
{
    if (problems == m_problems)
        return;
    m_problems = std::move(problems);
    refreshContents();
}

std::optional<NodeId> CanvasScene::selectedNode() const
{
    for (const auto &[id, item] : m_nodes) {
        if (item->isSelected())
            return id;
    }
    return std::nullopt;
}

std::optional<graph::WireEnds> CanvasScene::selectedWire() const
{
    for (const auto &[ends, item] : m_wires) {
        if (item->isSelected())
            return ends;
    }
    return std::nullopt;
}

void CanvasScene::noticeSelection()
{
    const std::optional<NodeId> node = selectedNode();
    const std::optional<graph::WireEnds> wire = selectedWire();
    if (node == m_lastSelected && wire == m_lastWire)
        return;
    m_lastSelected = node;
    m_lastWire = wire;
    emit selectedChanged();
}

void CanvasScene::selectOnly(QGraphicsItem *item)
{
    if (!item || item->isSelected())
        return;
    clearSelection();
    item->setSelected(true);
}

void CanvasScene::select(const NodeId &id)
{
    selectOnly(itemFor(id));
}

void CanvasScene::select(const graph::WireEnds &ends)
{
    selectOnly(itemFor(ends));
}

/// Those that leave it, then those that come in, each from top to bottom.
std::vector<const WireItem *> CanvasScene::wiresOf(const NodeId &id) const
{
    std::vector<const WireItem *> wires;
    for (const auto &[ends, item] : m_wires) {
        if (ends.from.node == id || ends.to.node == id)
            wires.push_back(item);
    }
    const auto order = [&id](const WireItem *wire) {
        const bool in = wire->ends().from.node != id;
        return std::pair(in, in ? wire->geometry().to.y() : wire->geometry().from.y());
    };
    std::stable_sort(wires.begin(), wires.end(), [&order](const WireItem *a, const WireItem *b) {
        return order(a) < order(b);
    });
    return wires;
}

void CanvasScene::selectWire(int step)
{
    if (m_lastSelected)
        m_wiresOf = *m_lastSelected;
    else if (!m_lastWire)
        return;
    else if (m_lastWire->from.node != m_wiresOf && m_lastWire->to.node != m_wiresOf)
        m_wiresOf = m_lastWire->from.node;
    const std::vector<const WireItem *> wires = wiresOf(m_wiresOf);
    if (wires.empty())
        return;
    const auto count = std::ssize(wires);
    const auto at = std::find_if(wires.begin(), wires.end(), [this](const WireItem *wire) {
        return m_lastWire && wire->ends() == *m_lastWire;
    });
    const auto next = at == wires.end() ? (step > 0 ? 0 : count - 1)
                                        : (at - wires.begin() + step + count) % count;
    select(wires[static_cast<std::size_t>(next)]->ends());
}

void CanvasScene::selectTowards(const QPointF &direction)
{
    if (m_lastWire && !m_lastSelected) {
        const graph::WireEnds ends = *m_lastWire;
        const QPointF way = itemFor(ends.to.node)->sceneBoundingRect().center() -
                            itemFor(ends.from.node)->sceneBoundingRect().center();
        const qreal along = QPointF::dotProduct(way, direction);
        if (along != 0)
            select(along > 0 ? ends.to.node : ends.from.node);
        return;
    }
    const NodeItem *from = m_lastSelected ? itemFor(*m_lastSelected) : nullptr;
    if (!from) {
        if (!m_nodes.empty())
            select(m_nodes.begin()->first);
        return;
    }
    const QPointF start = from->sceneBoundingRect().center();
    const NodeId *best = nullptr;
    qreal bestCost = std::numeric_limits<qreal>::max();
    for (const auto &[id, item] : m_nodes) {
        const QPointF way = item->sceneBoundingRect().center() - start;
        const qreal along = QPointF::dotProduct(way, direction);
        if (item == from || along <= 0)
            continue;
        // What lies straight ahead beats what is nearer but aside.
        const qreal aside = std::hypot(way.x(), way.y()) - along;
        if (const qreal cost = along + 3 * aside; cost < bestCost) {
            bestCost = cost;
            best = &id;
        }
    }
    if (best)
        select(*best);
}

QRectF CanvasScene::contentRect() const
{
    QRectF rect;
    for (const auto &[id, item] : m_nodes)
        rect = rect.united(item->sceneBoundingRect());
    for (const auto &[ends, item] : m_wires) {
        if (!item->geometry().way.empty())
            rect = rect.united(item->sceneBoundingRect());
    }
    return rect;
}

void CanvasScene::flow(qreal seconds, bool visible)
{
    for (const auto &[ends, item] : m_wires) {
        qreal &phase = m_phases[ends];
        phase = std::fmod(phase + seconds * flowSpeed(item->content().recordsPerSecond), 1e6);
        item->setFlow(visible, phase);
    }
}

void CanvasScene::rebuild()
{
    m_rebuilding = true;
    const std::optional<NodeId> selected = m_lastSelected;
    const std::optional<graph::WireEnds> selectedWire = m_lastWire;
    clear();
    m_nodes.clear();
    m_wires.clear();
    m_phases.clear();
    const graph::Document &graph = m_document.graph();
    const std::map<NodeId, QPointF> places = placesForUnplaced(graph, m_document.catalog());
    for (const auto &[id, node] : graph.nodes) {
        auto *item = new NodeItem(id);
        if (const auto place = places.find(id); place != places.end())
            item->setPos(place->second);
        else if (const auto &position = graph.layout.nodes.at(id).position)
            item->setPos(position->x, position->y);
        m_nodes[id] = item;
        addItem(item);
    }
    for (const auto &[ends, wire] : graph.wires) {
        if (!m_nodes.contains(ends.from.node) || !m_nodes.contains(ends.to.node))
            continue; // into nowhere: validation says so
        auto *item = new WireItem(ends);
        m_wires[ends] = item;
        addItem(item);
    }
    m_labels = new WireLabelLayer;
    addItem(m_labels);
    refreshContents();
    routeWires();
    setSceneRect(contentRect().adjusted(-kMarginPx, -kMarginPx, kMarginPx, kMarginPx));
    std::vector<const WireItem *> wires;
    for (const auto &[ends, item] : m_wires)
        wires.push_back(item);
    m_labels->setWires(std::move(wires), sceneRect());
    if (selected)
        select(*selected);
    if (selectedWire)
        select(*selectedWire);
    m_rebuilding = false;
    noticeSelection();
}

void CanvasScene::refreshContents()
{
    const graph::Document &graph = m_document.graph();
    bool resized = false;
    for (const auto &[id, item] : m_nodes) {
        const graph::Node &node = *graph.find(id);
        const runtime::NodeFigures *figures = m_snapshot ? m_snapshot->node(id) : nullptr;
        const auto problem = m_problems.find(id);
        resized |=
            item->setContent(cardContent(node, m_document.kindOf(node), figures,
                                         problem == m_problems.end() ? nullptr : &problem->second));
        item->setCounts(figures);
    }
    for (const auto &[ends, item] : m_wires) {
        const runtime::WireFigures *figures =
            m_snapshot ? m_snapshot->wire(ends.from.node, ends.to.node) : nullptr;
        item->setContent(wireContent(itemFor(ends.from.node)->content().role, figures));
    }
    if (resized)
        routeWires();
}

void CanvasScene::routeWires()
{
    // The wires of one side are spread in the order of what they lead to, so that they do not
    // cross before they have to.
    std::map<NodeId, std::vector<WireItem *>> incoming;
    std::map<NodeId, std::vector<WireItem *>> outgoing;
    for (const auto &[ends, item] : m_wires) {
        outgoing[ends.from.node].push_back(item);
        incoming[ends.to.node].push_back(item);
    }
    const auto middle = [this](const NodeId &id) {
        return itemFor(id)->sceneBoundingRect().center().y();
    };
    const auto index = [](const std::vector<WireItem *> &wires, const WireItem *wire) {
        return static_cast<int>(std::find(wires.begin(), wires.end(), wire) - wires.begin());
    };
    for (auto &[id, wires] : outgoing)
        std::stable_sort(wires.begin(), wires.end(), [&](const WireItem *a, const WireItem *b) {
            return middle(a->ends().to.node) < middle(b->ends().to.node);
        });
    for (auto &[id, wires] : incoming)
        std::stable_sort(wires.begin(), wires.end(), [&](const WireItem *a, const WireItem *b) {
            return middle(a->ends().from.node) < middle(b->ends().from.node);
        });
    for (const auto &[id, item] : m_nodes)
        item->setWireCounts(static_cast<int>(incoming[id].size()),
                            static_cast<int>(outgoing[id].size()));
    std::vector<QRectF> cards;
    for (const auto &[id, item] : m_nodes)
        cards.push_back(item->mapRectToScene(item->layout().rect()));
    WireRouter router(cards);
    for (const auto &[ends, item] : m_wires) {
        const NodeItem *from = itemFor(ends.from.node);
        const NodeItem *to = itemFor(ends.to.node);
        WireGeometry geometry;
        geometry.from = from->mapToScene(
            from->layout().anchorOut(index(outgoing[ends.from.node], item), from->wiresOut()));
        geometry.to = to->mapToScene(
            to->layout().anchorIn(index(incoming[ends.to.node], item), to->wiresIn()));
        geometry.way = router.way(geometry.from, geometry.to);
        item->setGeometry(geometry);
        item->setCards(cards);
    }
}

void CanvasScene::restyle()
{
    for (const auto &[id, item] : m_nodes)
        item->restyle();
    routeWires();
    update();
}

} // namespace millrace::ui
