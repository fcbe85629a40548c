// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/wire_label_layer.h"

#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"

#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <utility>

namespace millrace::ui {

namespace {

constexpr qreal kBetweenWiresAndCards = 0.5;

} // namespace

WireLabelLayer::WireLabelLayer()
{
    setZValue(kBetweenWiresAndCards);
    setAcceptedMouseButtons(Qt::NoButton);
    setFlag(ItemUsesExtendedStyleOption); // for the exposed rectangle
}

void WireLabelLayer::setWires(std::vector<const WireItem *> wires, const QRectF &bounds)
{
    prepareGeometryChange();
    m_wires = std::move(wires);
    m_bounds = bounds;
}

void WireLabelLayer::paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *)
{
    if (option->levelOfDetailFromTransform(painter->worldTransform()) < kDetailZoom)
        return;
    painter->setRenderHint(QPainter::Antialiasing);
    for (const WireItem *wire : m_wires) {
        if (wire->isVisible() && wire->labelRect().intersects(option->exposedRect))
            wire->paintLabel(*painter);
    }
}

} // namespace millrace::ui
