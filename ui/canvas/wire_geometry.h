// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainterPath>
#include <QPointF>
#include <QPolygonF>
#include <QRectF>

#include <vector>

namespace millrace::ui {

/// The curve of a wire between two anchors, in scene coordinates: one piece, or with points on its
/// way one more for each of them.
struct WireGeometry {
    QPointF from;
    QPointF to;
    std::vector<QPointF> way = {}; ///< rising x; see WireRouter

    /// Every piece leaves and arrives horizontally; the reach of its handles grows with the
    /// distance, so that a wire that goes back still makes a loop around its cards.
    QPainterPath curve() const;
    QPolygonF straight() const; ///< for the level of detail
    QPointF at(qreal t) const;  ///< on the curve: 0 is `from`, 1 is `to`
    QPointF middle() const { return at(0.5); }
    /// Where a label of `size` stands: on the curve, as near to the middle as the `cards` leave
    /// room; where they cover least of it when they leave none.
    QPointF labelPlace(const QSizeF &size, const std::vector<QRectF> &cards) const;
    friend bool operator==(const WireGeometry &, const WireGeometry &) = default;

private:
    qreal reach(const QPointF &start, const QPointF &end) const;
};

inline constexpr qreal kThinnestWirePx = 1.5;
inline constexpr qreal kThickestWirePx = 6;
/// The rate at which a wire is as thick as it gets, in records per second.
inline constexpr qreal kThickestRate = 100'000;

/// 1.5 to 6 px by the logarithm of the rate.
qreal wireWidth(qreal recordsPerSecond);

/// How far the dashes move in a second, in pixels at 100 %: 0 when nothing flows.
qreal flowSpeed(qreal recordsPerSecond);

} // namespace millrace::ui
