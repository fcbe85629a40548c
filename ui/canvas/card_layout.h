// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/canvas/card_content.h"

#include <QPointF>
#include <QRectF>
#include <QSizeF>

#include <vector>

namespace millrace::ui {

/// Where everything of a card stands, in card coordinates (0,0 upper left; pixels at 100 %).
/// Painting and tests read it; nothing else knows a distance.
struct CardLayout {
    QSizeF size;
    QRectF head;
    QRectF icon;
    QRectF title;
    QRectF health;
    QRectF what;
    QRectF figure;
    QRectF note;
    struct Bar {
        QRectF label;
        QRectF track; ///< the whole limit; the bar fills its left part
        QRectF sign;  ///< the triangle of a hot shard
        QRectF figure;
    };
    std::vector<Bar> bars;
    QRectF foot;
    QRectF strip; ///< null when nothing needs attention
    QRectF stripText;

    QRectF rect() const { return {QPointF(), size}; }
    /// Where the `index`th of `count` wires meets the card's left or right side: spread evenly
    /// over the body, in the middle when it is one.
    QPointF anchorIn(int index, int count) const;
    QPointF anchorOut(int index, int count) const;
    /// The filled part of a bar's track; a full bar ends where the limit is.
    static QRectF fill(const QRectF &track, double load);
};

CardLayout layoutCard(const CardContent &content);

} // namespace millrace::ui
