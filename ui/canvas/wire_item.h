// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"

#include "ui/canvas/wire_geometry.h"
#include "ui/style/theme.h"

#include <QGraphicsItem>
#include <QString>

#include <vector>

namespace millrace::ui {

/// What a wire shows, as values.
struct WireContent {
    KindRole role = KindRole::Producer; ///< of the node it leaves
    double recordsPerSecond = 0;
    QString label; ///< "1,894/s"; empty while nothing is known
    bool implicitStream = false;
    bool backPressured = false;
    QString toolTip;
    friend bool operator==(const WireContent &, const WireContent &) = default;
};

/// A wire as a cubic curve in the colour of where it comes from. Holds the ends' ids and what it
/// needs to draw.
class WireItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 2 };

    explicit WireItem(graph::WireEnds ends);

    const graph::WireEnds &ends() const { return m_ends; }
    const WireContent &content() const { return m_content; }
    const WireGeometry &geometry() const { return m_geometry; }
    void setContent(WireContent content);
    void setGeometry(const WireGeometry &geometry);
    /// The label keeps clear of these; in scene coordinates.
    void setCards(const std::vector<QRectF> &cards);
    /// Dashes that flow are drawn while true; `phase` is how far they are, in pixels.
    void setFlow(bool flows, qreal phase);

    /// Around the rate; null while there is none.
    const QRectF &labelRect() const { return m_pill; }

    int type() const override { return Type; }
    QRectF boundingRect() const override { return m_bounds; }
    QPainterPath shape() const override { return m_hitArea; }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;
    /// The rate, apart from the wire: see WireLabelLayer.
    void paintLabel(QPainter &painter) const;

private:
    void measure();

    graph::WireEnds m_ends;
    WireContent m_content;
    WireGeometry m_geometry;
    std::vector<QRectF> m_cards;
    QPainterPath m_curve;
    QPainterPath m_hitArea; ///< at least 8 px wide
    QRectF m_pill;          ///< null without a label and a drum
    QRectF m_bounds;
    bool m_flows = false;
    qreal m_phase = 0;
};

} // namespace millrace::ui
