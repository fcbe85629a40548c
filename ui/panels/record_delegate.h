// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace millrace::ui {

/// Paints a cell of the record table: one line in the figures' face, cut by counting characters.
///
/// A live table is painted ten times a second, and QStyledItemDelegate shapes each payload whole
/// and several times to find where to cut it: measured, more than half of what the window's thread
/// did.
class RecordDelegate final : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
};

/// `text`, or as much of it as fits into `width` with an ellipsis behind it, when every character
/// is `advance` wide. Units: pixels.
QString cutToWidth(const QString &text, int width, qreal advance);

} // namespace millrace::ui
