// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>

namespace millrace::ui {

/// How wide and high the panels around the canvas are, in pixels.
struct DockSizes {
    int inspectorPx = 0; ///< 0: folded
    int bottomPx = 0;
    friend bool operator==(const DockSizes &, const DockSizes &) = default;
};

/// For a window of `window` whose top and status bars are `barsPx` high together. In a small window
/// the canvas keeps half of it, down to the least height that the bottom panel needs; in a narrow
/// one the inspector is folded, unless `keepInspector`. `scale` is the interface size.
DockSizes dockSizes(const QSize &window, int barsPx, qreal scale, bool keepInspector);

} // namespace millrace::ui
