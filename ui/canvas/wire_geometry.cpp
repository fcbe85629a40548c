// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/wire_geometry.h"

#include <algorithm>
#include <cmath>

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

QPointF WireGeometry::middle() const
{
    // The cubic at t = 1/2; the handles' reaches cancel out.
    return (from + to) / 2;
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
