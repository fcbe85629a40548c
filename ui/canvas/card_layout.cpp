// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/card_layout.h"

#include "ui/style/metrics.h"
#include "ui/style/style.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace millrace::ui {

namespace {

constexpr qreal kLinePx = 18;
constexpr qreal kFigureLinePx = 24;
constexpr qreal kBarLinePx = 19;
constexpr qreal kBarPx = 10;
constexpr qreal kBarLabelPx = 18; ///< at least; three digits and "+121" need more
constexpr qreal kLabelGapPx = 6;
constexpr qreal kBarFigurePx = 80;
constexpr qreal kSignPx = 10;
constexpr qreal kStripInsetPx = 8;

qreal widthOf(KindRole role)
{
    switch (role) {
    case KindRole::Stream:
        return 256;
    case KindRole::Transform:
        return 200;
    case KindRole::Destination: // "SQLite table · " and a file's name
        return 196;
    case KindRole::Producer:
        break;
    }
    return 176;
}

/// Heights are whole grid units, so that cards of equal content line up.
qreal onGrid(qreal height)
{
    return std::ceil(height / metrics::kGridPx) * metrics::kGridPx;
}

void layoutHead(CardLayout &layout, qreal width)
{
    using namespace metrics;
    const qreal middle = kCardHeadPx / 2.0;
    layout.head = QRectF(0, 0, width, kCardHeadPx);
    layout.icon = QRectF(kCardInsetPx - 2, middle - kIconPx / 2.0, kIconPx, kIconPx);
    layout.health = QRectF(width - kCardInsetPx - 10, middle - 5, 10, 10);
    const qreal left = layout.icon.right() + 8;
    layout.title = QRectF(left, 0, layout.health.left() - 8 - left, kCardHeadPx);
}

qreal layoutBars(CardLayout &layout, const std::vector<ShardBar> &bars, qreal left, qreal right,
                 qreal y)
{
    const QFontMetricsF font(Style::instance().canvasFigures(type::kCaption));
    qreal labelWidth = kBarLabelPx;
    for (const ShardBar &bar : bars)
        labelWidth =
            std::max(labelWidth, std::ceil(font.horizontalAdvance(bar.label())) + kLabelGapPx);
    for (std::size_t i = 0; i < bars.size(); ++i, y += kBarLinePx) {
        CardLayout::Bar bar;
        bar.label = QRectF(left, y, labelWidth, kBarLinePx);
        bar.figure = QRectF(right - kBarFigurePx, y, kBarFigurePx, kBarLinePx);
        const qreal trackLeft = left + labelWidth;
        const qreal trackRight = bar.figure.left() - kSignPx - 4;
        bar.track =
            QRectF(trackLeft, y + (kBarLinePx - kBarPx) / 2, trackRight - trackLeft, kBarPx);
        bar.sign = QRectF(trackRight + 4, y + (kBarLinePx - kSignPx) / 2, kSignPx, kSignPx - 1);
        layout.bars.push_back(bar);
    }
    return y;
}

} // namespace

QPointF CardLayout::anchorIn(int index, int count) const
{
    const qreal body = size.height() - head.height();
    return {0, head.height() + body * (index + 1) / (std::max(count, 1) + 1)};
}

QPointF CardLayout::anchorOut(int index, int count) const
{
    return {size.width(), anchorIn(index, count).y()};
}

QRectF CardLayout::fill(const QRectF &track, double load)
{
    QRectF filled = track;
    filled.setWidth(track.width() * std::clamp(load, 0.0, 1.0));
    return filled;
}

CardLayout layoutCard(const CardContent &content)
{
    using namespace metrics;
    CardLayout layout;
    const qreal width = widthOf(content.role);
    const qreal left = kCardInsetPx;
    const qreal right = width - kCardInsetPx;
    layoutHead(layout, width);

    qreal y = kCardHeadPx + 8;
    layout.what = QRectF(left, y, right - left, kLinePx);
    y += kLinePx;
    if (!content.figure.isEmpty()) {
        layout.figure = QRectF(left, y, right - left, kFigureLinePx);
        y += kFigureLinePx;
    }
    if (!content.note.isEmpty()) {
        layout.note = QRectF(left, y, right - left, kLinePx);
        y += kLinePx;
    }
    if (!content.bars.empty()) {
        y = layoutBars(layout, content.bars, left, right, y + 4) + 2;
    }
    if (!content.foot.isEmpty()) {
        layout.foot = QRectF(left, y, right - left, kLinePx);
        y += kLinePx;
    }
    if (!content.attention.isEmpty()) {
        const QFontMetricsF font(Style::instance().canvasText(type::kSmall));
        const qreal textWidth = right - left - 2 * kStripInsetPx;
        const QRectF needed =
            font.boundingRect(QRectF(0, 0, textWidth, 10'000), Qt::TextWordWrap, content.attention);
        y += 4;
        layout.strip = QRectF(left, y, right - left, std::ceil(needed.height()) + 10);
        layout.stripText = layout.strip.adjusted(kStripInsetPx, 5, -kStripInsetPx, -5);
        y = layout.strip.bottom();
    }
    layout.size = QSizeF(width, onGrid(y + 10));
    return layout;
}

} // namespace millrace::ui
