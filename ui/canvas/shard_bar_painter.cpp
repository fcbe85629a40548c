// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/shard_bar_painter.h"

#include "ui/canvas/card_layout.h"
#include "ui/canvas/shard_bars.h"
#include "ui/style/style.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace millrace::ui {

namespace {

constexpr qreal kRadiusPx = 2.5;
constexpr qreal kHatchStepPx = 7;
constexpr qreal kHatchPx = 3;
constexpr qreal kDashStepPx = 8;
constexpr qreal kLeastFillPx = 2;

/// Slanted stripes over `where`, clipped to `shape`.
void hatch(QPainter &painter, const QPainterPath &shape, const QRectF &where, const QColor &color)
{
    painter.save();
    painter.setClipPath(shape, Qt::IntersectClip);
    painter.setPen(QPen(color, kHatchPx, Qt::SolidLine, Qt::FlatCap));
    for (qreal x = where.left() - where.height(); x < where.right(); x += kHatchStepPx)
        painter.drawLine(QPointF(x, where.bottom() + 1),
                         QPointF(x + where.height(), where.top() - 1));
    painter.restore();
}

} // namespace

void paintShardBar(QPainter &painter, const QRectF &track, const ShardBar &bar)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().shardTrack());
    painter.drawRoundedRect(track, kRadiusPx, kRadiusPx);
    if (!(bar.load > 0))
        return;
    QRectF filled = CardLayout::fill(track, bar.load);
    filled.setWidth(std::max(filled.width(), kLeastFillPx)); // a little is not nothing
    QPainterPath shape;
    shape.addRoundedRect(filled, kRadiusPx, kRadiusPx);
    const QColor &color = bar.others > 0 ? theme().muted : theme().shard(bar.shard);
    painter.fillPath(shape, color);
    if (bar.hot()) {
        hatch(painter, shape, filled, theme().error);
    } else if (bar.others == 0 && Theme::shardDashed(bar.shard)) {
        for (qreal x = filled.left() + kDashStepPx; x < filled.right(); x += kDashStepPx)
            painter.fillRect(QRectF(x - 2, filled.top(), 2, filled.height()), theme().shardTrack());
    }
}

} // namespace millrace::ui
