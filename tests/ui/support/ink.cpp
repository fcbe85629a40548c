// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/ink.h"

#include <cstdlib>

namespace millrace::test {

int ink(const QImage &image, const QColor &color, QRect where, int within)
{
    const auto near = [within](int a, int b) { return std::abs(a - b) <= within; };
    const auto matches = [&](QRgb pixel) {
        return near(qRed(pixel), color.red()) && near(qGreen(pixel), color.green()) &&
               near(qBlue(pixel), color.blue());
    };
    where = where.isNull() ? image.rect() : where & image.rect();
    int found = 0;
    for (int y = where.top(); y <= where.bottom(); ++y) {
        for (int x = where.left(); x <= where.right(); ++x)
            found += matches(image.pixel(x, y)) ? 1 : 0;
    }
    return found;
}

} // namespace millrace::test
