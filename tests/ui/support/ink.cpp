// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/ink.h"

namespace millrace::test {

int ink(const QImage &image, const QColor &color, QRect where)
{
    where = where.isNull() ? image.rect() : where & image.rect();
    int found = 0;
    for (int y = where.top(); y <= where.bottom(); ++y) {
        for (int x = where.left(); x <= where.right(); ++x)
            found += image.pixel(x, y) == color.rgb() ? 1 : 0;
    }
    return found;
}

} // namespace millrace::test
