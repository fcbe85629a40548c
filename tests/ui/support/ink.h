// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QRect>

namespace millrace::test {

/// How many pixels of `where` (of all, when it is null) have exactly this colour.
int ink(const QImage &image, const QColor &color, QRect where = {});

} // namespace millrace::test
