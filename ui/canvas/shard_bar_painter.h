// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

class QPainter;

namespace millrace::ui {

struct ShardBar;

/// A shard's bar in its track: its colour, dashed for the second round of colours, hatched with
/// the error colour when it is hot.
void paintShardBar(QPainter &painter, const QRectF &track, const ShardBar &bar);

} // namespace millrace::ui
