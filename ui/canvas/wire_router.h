// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/canvas/wire_geometry.h"

#include <QRectF>

#include <vector>

namespace millrace::ui {

/// Leads wires around cards. A wire that its own curve takes clear of every card stays as it is.
/// Every other one gets a lane: the cards between its ends make columns, in each of which it runs
/// straight through a free gap above, below or between the cards, and it changes its height only
/// where no card stands. Wires that were led before keep their distance.
///
/// Scene coordinates. The same cards and the same order of calls give the same ways.
/// A wire that goes back, or whose ends stand in one column with a card in between, is left as it
/// is: no lane leads there.
class WireRouter
{
public:
    explicit WireRouter(std::vector<QRectF> cards);

    /// The points on the way from `from` to `to`, two for each column that is passed; empty when
    /// the curve between the ends is free.
    std::vector<QPointF> way(const QPointF &from, const QPointF &to);

private:
    struct Column {
        qreal left = 0;
        qreal right = 0;
        std::vector<QRectF> cards; ///< rising top
        std::vector<qreal> taken;  ///< heights of the lanes led through it
    };
    struct Gap {
        qreal top = 0;
        qreal bottom = 0;
    };
    static std::vector<Gap> gaps(const Column &column);
    static std::vector<qreal> lanes(const Column &column, qreal from, qreal to);
    static qreal crowding(const Column &column, qreal y);
    bool isFree(const WireGeometry &wire) const;

    std::vector<QRectF> m_cards;
    std::vector<Column> m_columns; ///< rising left, apart from each other
};

} // namespace millrace::ui
