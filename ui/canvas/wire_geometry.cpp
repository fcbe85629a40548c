// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/wire_geometry.h"

#include <algorithm>
#include <cmath>
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

qreal WireGeometry::reach() const
{
    const QPointF span = to - from;
    if (span.x() >= 0)
        return std::clamp(span.x() * 0.5, 24.0, 160.0);
    return std::clamp(-span.x() * 0.5 + std::abs(span.y()) * 0.25, 60.0, 240.0);
}

QPainterPath WireGeometry::curve() const
{
    QPainterPath path(from);
    path.cubicTo(from + QPointF(reach(), 0), to - QPointF(reach(), 0), to);
    return path;
}

QPainterPath WireGeometry::straight() const
{
    QPainterPath path(from);
    path.lineTo(to);
    return path;
}

QPointF WireGeometry::at(qreal t) const
{
    const qreal u = 1 - t;
    const QPointF leave = from + QPointF(reach(), 0);
    const QPointF arrive = to - QPointF(reach(), 0);
    return u * u * u * from + 3 * u * u * t * leave + 3 * u * t * t * arrive + t * t * t * to;
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
