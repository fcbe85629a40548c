// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsItem>

#include <vector>

namespace millrace::ui {

class WireItem;

/// The rates of all wires, above every wire and below the cards: painted with its own wire, a rate
/// would be struck through by the next one that passes. Takes no part in clicks and tooltips.
class WireLabelLayer final : public QGraphicsItem
{
public:
    WireLabelLayer();

    /// The wires outlive the layer, or the next call. `bounds` holds all of them.
    void setWires(std::vector<const WireItem *> wires, const QRectF &bounds);

    QRectF boundingRect() const override { return m_bounds; }
    QPainterPath shape() const override { return {}; }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    std::vector<const WireItem *> m_wires;
    QRectF m_bounds;
};

} // namespace millrace::ui
