// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QRect>

namespace millrace::test {

/// How many pixels of `where` (of all, when it is null) have this colour; `within` is how far red,
/// green and blue may be from it each (small letters are all edges, and their edges are mixed
/// colours).
int ink(const QImage &image, const QColor &color, QRect where = {}, int within = 0);

} // namespace millrace::test
