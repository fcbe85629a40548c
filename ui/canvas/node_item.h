// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include "ui/canvas/card_content.h"
#include "ui/canvas/card_layout.h"

#include <QGraphicsItem>

namespace millrace::ui {

/// From this zoom down cards are filled rectangles and wires straight lines.
inline constexpr qreal kDetailZoom = 0.4;
/// Below this one a card has no room for its name either.
inline constexpr qreal kNamedZoom = 0.2;

/// A node as a card. Holds an id and what it needs to draw; it never changes the document.
class NodeItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 1 };

    explicit NodeItem(NodeId id);

    const NodeId &id() const { return m_id; }
    const CardContent &content() const { return m_content; }
    const CardLayout &layout() const { return m_layout; }
    /// True when the card's size changed, and with it the anchors of its wires.
    bool setContent(CardContent content);
    void setCounts(const runtime::NodeFigures *figures);
    /// Wires that end here; each gets a dot of its own.
    void setWireCounts(int in, int out);
    int wiresIn() const { return m_wiresIn; }
    int wiresOut() const { return m_wiresOut; }
    /// Fonts or theme changed: sizes may differ.
    void restyle();

    int type() const override { return Type; }
    QRectF boundingRect() const override;
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

private:
    void paintFar(QPainter &painter, qreal zoom) const;
    void paintHead(QPainter &painter) const;
    void paintBody(QPainter &painter) const;
    void paintBar(QPainter &painter, const CardLayout::Bar &where, const ShardBar &bar) const;
    void paintStrip(QPainter &painter) const;
    void paintPorts(QPainter &painter) const;

    NodeId m_id;
    CardContent m_content;
    CardLayout m_layout;
    int m_wiresIn = 0;
    int m_wiresOut = 0;
};

} // namespace millrace::ui
