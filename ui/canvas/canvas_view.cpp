// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/canvas_view.h"

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace millrace::ui {

namespace {

using namespace std::chrono_literals;

constexpr qreal kZoomStep = 1.25;
constexpr qreal kWheelNotch = 120; ///< QWheelEvent::angleDelta of one notch
constexpr qreal kGridStepPx = 24;
constexpr qreal kMinDotDistancePx = 14;
constexpr qreal kFitMarginPx = 24;
/// Smooth enough for slow dashes; every step is a whole repaint.
constexpr auto kFlowInterval = 66ms;

} // namespace

CanvasView::CanvasView(CanvasScene &scene, QWidget *parent)
    : QGraphicsView(&scene, parent)
    , m_scene(scene)
{
    setObjectName(u"canvas.view"_s);
    setAccessibleName(tr("Canvas"));
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTransformationAnchor(NoAnchor);
    setResizeAnchor(NoAnchor);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setViewportUpdateMode(SmartViewportUpdate);
    m_flowTimer.setInterval(kFlowInterval);
    connect(&m_flowTimer, &QTimer::timeout, this, &CanvasView::flow);
    connect(&scene, &CanvasScene::selectedChanged, this, &CanvasView::describe);
    describe();
    connect(&Style::instance(), &Style::changed, viewport(), qOverload<>(&QWidget::update));
}

/// Tells a screen reader of the selected card or wire.
void CanvasView::describe()
{
    const auto content = [this](const NodeId &id) { return m_scene.itemFor(id)->content(); };
    QString description = tr(
        "The pipeline as cards and wires; the arrow keys walk from card to card, W from a card to "
        "its wires");
    if (const std::optional<NodeId> selected = m_scene.selectedNode())
        description = spokenText(content(*selected));
    else if (const std::optional<graph::WireEnds> wire = m_scene.selectedWire())
        description = tr("Wire from %1 to %2")
                          .arg(content(wire->from.node).title, content(wire->to.node).title);
    setAccessibleDescription(description);
}

void CanvasView::zoomAt(const QPointF &anchor, qreal zoom)
{
    zoom = std::clamp(zoom, std::min(kMinZoom, fitZoom()), kMaxZoom);
    const QPointF fixed = mapToScene(anchor.toPoint());
    setTransform(QTransform::fromScale(zoom, zoom));
    const QPointF moved = mapFromScene(fixed) - anchor;
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + qRound(moved.x()));
    verticalScrollBar()->setValue(verticalScrollBar()->value() + qRound(moved.y()));
    emit zoomChanged();
}

void CanvasView::zoomIn()
{
    zoomAt(QRectF(viewport()->rect()).center(), zoom() * kZoomStep);
}

void CanvasView::zoomOut()
{
    zoomAt(QRectF(viewport()->rect()).center(), zoom() / kZoomStep);
}

void CanvasView::zoomToHundred()
{
    zoomAt(QRectF(viewport()->rect()).center(), 1);
}

void CanvasView::fit()
{
    const QRectF content = m_scene.contentRect();
    if (content.isEmpty())
        return;
    const qreal zoom = fitZoom();
    setTransform(QTransform::fromScale(zoom, zoom));
    const QPointF aside = QRectF(viewport()->rect()).center() - roomToFit().center();
    centerOn(content.center() + aside / zoom);
    emit zoomChanged();
}

QRectF CanvasView::roomToFit() const
{
    return QRectF(viewport()->rect())
        .adjusted(kFitMarginPx, kFitMarginPx, -kFitMarginPx, -kFitMarginPx - m_coveredBelowPx);
}

qreal CanvasView::fitZoom() const
{
    const QRectF content = m_scene.contentRect();
    const QRectF room = roomToFit();
    if (content.isEmpty() || room.isEmpty())
        return 1;
    return std::min({room.width() / content.width(), room.height() / content.height(), 1.0});
}

void CanvasView::setRunning(bool running)
{
    setViewportUpdateMode(running ? FullViewportUpdate : SmartViewportUpdate);
    if (running == m_flowTimer.isActive())
        return;
    if (running) {
        m_sinceFlow.start();
        m_flowTimer.start();
    } else {
        m_flowTimer.stop();
    }
}

void CanvasView::flow()
{
    const qreal seconds = static_cast<qreal>(m_sinceFlow.restart()) / 1000;
    if (Style::instance().reducedMotion() || !isVisible() || window()->isMinimized()) {
        m_scene.flow(0, false);
        return;
    }
    const QRectF sight = mapToScene(viewport()->rect()).boundingRect();
    int wires = 0;
    for (const QGraphicsItem *item : m_scene.items(sight, Qt::IntersectsItemBoundingRect))
        wires += item->type() == WireItem::Type ? 1 : 0;
    const bool flows = wires < kMaxFlowingWires && zoom() >= kDetailZoom;
    m_scene.flow(seconds, flows);
    if (flows && wires > 0)
        viewport()->update();
}

void CanvasView::drawBackground(QPainter *painter, const QRectF &rect)
{
    painter->fillRect(rect, theme().canvas);
    qreal step = kGridStepPx;
    while (step * zoom() < kMinDotDistancePx)
        step *= 2;
    QList<QPointF> dots;
    for (qreal x = std::floor(rect.left() / step) * step; x <= rect.right(); x += step) {
        for (qreal y = std::floor(rect.top() / step) * step; y <= rect.bottom(); y += step)
            dots << QPointF(x, y);
    }
    QPen pen(theme().gridDot, 2, Qt::SolidLine, Qt::SquareCap);
    pen.setCosmetic(true);
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(pen);
    painter->drawPoints(dots.constData(), static_cast<int>(dots.size()));
}

void CanvasView::wheelEvent(QWheelEvent *event)
{
    event->accept();
    emit movedByHand();
    const bool touchPad =
        !event->pixelDelta().isNull() && !(event->modifiers() & Qt::ControlModifier);
    if (touchPad || (event->modifiers() & Qt::ShiftModifier)) {
        QPoint by = touchPad ? event->pixelDelta() : event->angleDelta();
        if (event->modifiers() & Qt::ShiftModifier)
            by = QPoint(by.x() + by.y(), 0);
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - by.x());
        verticalScrollBar()->setValue(verticalScrollBar()->value() - by.y());
        return;
    }
    const qreal notches = event->angleDelta().y() / kWheelNotch;
    zoomAt(event->position(), zoom() * std::pow(kZoomStep, notches));
}

void CanvasView::mousePressEvent(QMouseEvent *event)
{
    const bool pan =
        event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && m_spaceHeld);
    if (!pan) {
        QGraphicsView::mousePressEvent(event);
        return;
    }
    m_panning = true;
    emit movedByHand();
    m_panFrom = event->position().toPoint();
    viewport()->setCursor(Qt::ClosedHandCursor);
    event->accept();
}

void CanvasView::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_panning) {
        QGraphicsView::mouseMoveEvent(event);
        return;
    }
    const QPoint by = event->position().toPoint() - m_panFrom;
    m_panFrom = event->position().toPoint();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - by.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() - by.y());
}

void CanvasView::mouseReleaseEvent(QMouseEvent *event)
{
    if (!m_panning) {
        QGraphicsView::mouseReleaseEvent(event);
        return;
    }
    m_panning = false;
    viewport()->setCursor(m_spaceHeld ? Qt::OpenHandCursor : Qt::ArrowCursor);
}

void CanvasView::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        m_scene.selectTowards({-1, 0});
        break;
    case Qt::Key_Right:
        m_scene.selectTowards({1, 0});
        break;
    case Qt::Key_Up:
        m_scene.selectTowards({0, -1});
        break;
    case Qt::Key_Down:
        m_scene.selectTowards({0, 1});
        break;
    case Qt::Key_W:
        if (event->modifiers() & ~Qt::ShiftModifier)
            return QGraphicsView::keyPressEvent(event);
        m_scene.selectWire(event->modifiers() & Qt::ShiftModifier ? -1 : 1);
        break;
    case Qt::Key_Escape:
        m_scene.clearSelection();
        break;
    case Qt::Key_Space:
        if (!event->isAutoRepeat())
            setSpaceHeld(true);
        return;
    default:
        QGraphicsView::keyPressEvent(event);
        return;
    }
    const int margin = metrics::kGridPx * 4;
    if (const auto node = m_scene.selectedNode())
        ensureVisible(m_scene.itemFor(*node), margin, margin);
    else if (const auto wire = m_scene.selectedWire())
        ensureVisible(m_scene.itemFor(*wire), margin, margin);
}

void CanvasView::keyReleaseEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat())
        setSpaceHeld(false);
    else
        QGraphicsView::keyReleaseEvent(event);
}

void CanvasView::focusOutEvent(QFocusEvent *event)
{
    setSpaceHeld(false);
    QGraphicsView::focusOutEvent(event);
}

void CanvasView::setSpaceHeld(bool held)
{
    m_spaceHeld = held;
    if (!m_panning)
        viewport()->setCursor(held ? Qt::OpenHandCursor : Qt::ArrowCursor);
}

} // namespace millrace::ui
