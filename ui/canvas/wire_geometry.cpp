// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/wire_geometry.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace millrace::ui {

namespace {

/// 0 at no records, 1 at kThickestRate and beyond.
qreal logShare(qreal recordsPerSecond)
{
    if (!(recordsPerSecond > 0))
        return 0;
    return std::min(std::log1p(recordsPerSecond) / std::log1p(kThickestRate), 1.0);
}

} // namespace

qreal WireGeometry::reach(const QPointF &start, const QPointF &end) const
{
    const QPointF span = end - start;
    if (!way.empty()) // within the piece: what it leads around begins right behind it
        return span.x() * 0.5;
    if (span.x() >= 0)
        return std::clamp(span.x() * 0.5, 24.0, 160.0);
    return std::clamp(-span.x() * 0.5 + std::abs(span.y()) * 0.25, 60.0, 240.0);
}

QPainterPath WireGeometry::curve() const
{
    const QPolygonF points = straight();
    QPainterPath path(from);
    for (qsizetype i = 1; i < points.size(); ++i) {
        const QPointF handle(reach(points[i - 1], points[i]), 0);
        path.cubicTo(points[i - 1] + handle, points[i] - handle, points[i]);
    }
    return path;
}

QPolygonF WireGeometry::straight() const
{
    QPolygonF points;
    points.reserve(std::ssize(way) + 2);
    points << from;
    for (const QPointF &point : way)
        points << point;
    return points << to;
}

QPointF WireGeometry::at(qreal t) const
{
    const auto pieces = static_cast<qreal>(way.size() + 1);
    const auto piece = static_cast<std::size_t>(std::clamp(t * pieces, 0.0, pieces - 1));
    const QPointF start = piece == 0 ? from : way[piece - 1];
    const QPointF end = piece == way.size() ? to : way[piece];
    const qreal v = t * pieces - static_cast<qreal>(piece);
    const qreal u = 1 - v;
    const QPointF handle(reach(start, end), 0);
    return u * u * u * start + 3 * u * u * v * (start + handle) + 3 * u * v * v * (end - handle) +
           v * v * v * end;
}

QPointF WireGeometry::labelPlace(const QSizeF &size, const std::vector<QRectF> &cards) const
{
    constexpr int kSteps = 18; // to each side of the middle
    QPointF best = middle();
    qreal least = std::numeric_limits<qreal>::max();
    for (int step = 0; step <= 2 * kSteps; ++step) {
        const int off = (step + 1) / 2 * (step % 2 == 0 ? 1 : -1);
        const QPointF place = at(0.5 + 0.45 * off / kSteps);
        QRectF label(QPointF(), size);
        label.moveCenter(place);
        qreal covered = 0;
        for (const QRectF &card : cards) {
            const QRectF common = label & card;
            covered += common.isEmpty() ? 0 : common.width() * common.height();
        }
        if (covered < least) {
            least = covered;
            best = place;
        }
        if (least <= 0)
            break;
    }
    return best;
}

qreal wireWidth(qreal recordsPerSecond)
{
    return kThinnestWirePx + (kThickestWirePx - kThinnestWirePx) * logShare(recordsPerSecond);
}

qreal flowSpeed(qreal recordsPerSecond)
{
    return recordsPerSecond > 0 ? 16 + 64 * logShare(recordsPerSecond) : 0;
}

} // namespace millrace::ui
