// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/record_delegate.h"

#include "ui/style/metrics.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include <algorithm>
#include <utility>

namespace millrace::ui {

QString cutToWidth(const QString &text, int width, qreal advance)
{
    const auto fit = static_cast<qsizetype>(static_cast<qreal>(std::max(width, 0)) / advance);
    if (text.size() <= fit)
        return text;
    qsizetype kept = std::max<qsizetype>(fit - 1, 0);
    if (kept > 0 && text.at(kept - 1).isHighSurrogate())
        --kept;
    return text.left(kept) + QChar(0x2026);
}

void RecordDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                           const QModelIndex &index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString text = std::exchange(item.text, {});
    const QStyle *style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

    const QRect where = item.rect.adjusted(metrics::kCellInsetPx, 0, -metrics::kCellInsetPx, 0);
    const qreal advance = QFontMetricsF(item.font).horizontalAdvance(u'0');
    painter->save();
    painter->setClipRect(where); // signs of other scripts may be wider
    painter->setFont(item.font);
    painter->setPen(item.palette.color(QPalette::Text));
    painter->drawText(where, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                      cutToWidth(text, where.width(), advance));
    painter->restore();
}

} // namespace millrace::ui
