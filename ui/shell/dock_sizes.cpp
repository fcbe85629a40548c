// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/dock_sizes.h"

#include "ui/style/metrics.h"

#include <algorithm>
#include <cmath>

namespace millrace::ui {

DockSizes dockSizes(const QSize &window, int barsPx, qreal scale, bool keepInspector)
{
    const auto px = [scale](int size) { return static_cast<int>(std::lround(size * scale)); };
    const bool narrow = window.width() < px(metrics::kSmallWidthPx);
    const bool low = window.height() < px(metrics::kSmallHeightPx);
    DockSizes sizes;
    if (window.width() >= px(metrics::kFoldWidthPx) || keepInspector)
        sizes.inspectorPx = px(narrow ? metrics::kInspectorSmallPx : metrics::kInspectorPx);
    sizes.bottomPx = px(low ? metrics::kBottomDockSmallPx : metrics::kBottomDockPx);
    if (!narrow && !low)
        return sizes;
    // One pixel for each line between the parts.
    const int canvasWidth = std::max(window.width() - sizes.inspectorPx - 1, 1);
    const int canvasHeight = (window.width() * window.height() / 2 + canvasWidth - 1) / canvasWidth;
    const int room = window.height() - barsPx - canvasHeight - 1;
    sizes.bottomPx = std::max(std::min(sizes.bottomPx, room), px(metrics::kBottomDockLeastPx));
    return sizes;
}

} // namespace millrace::ui
