// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace millrace::ui {

/// Space, in pixels at 100 % interface size: a 4 px grid. Source: the project's look. Widgets
/// multiply by Style::scale(); the canvas zooms as a whole and uses them as they are.
namespace metrics {
inline constexpr int kGridPx = 4;
inline constexpr int kCardRadiusPx = 8;
inline constexpr int kCardInsetPx = 12;
inline constexpr int kCardHeadPx = 30;
inline constexpr int kControlHeightPx = 28;
inline constexpr int kControlRadiusPx = 6;
inline constexpr int kTopBarPx = 48;
inline constexpr int kTopBarSmallPx = 44; ///< below kSmallHeightPx
inline constexpr int kStatusBarPx = 24;
inline constexpr int kInspectorPx = 311;
inline constexpr int kInspectorSmallPx = 218; ///< below kSmallWidthPx: the canvas keeps half
inline constexpr int kInspectorLowPx = 540;   ///< below it a ring leaves no room for four shards
inline constexpr int kSmallWidthPx = 1500;
inline constexpr int kFoldWidthPx = 1200; ///< below it the inspector is folded
inline constexpr int kBottomDockPx = 366;
inline constexpr int kBottomDockLeastPx = 160; ///< tabs, a head and some rows
inline constexpr int kBottomDockSmallPx = 240; ///< below kSmallHeightPx
inline constexpr int kSmallHeightPx = 900;
inline constexpr int kSideBySidePx =
    1300; ///< from here on chart and records stand beside each other
inline constexpr int kTableRowPx = 22;
inline constexpr int kCellInsetPx = 9; ///< as the style sheet pads header sections
inline constexpr int kIconPx = 16;
} // namespace metrics

/// Type sizes at 100 %, in pixels.
namespace type {
inline constexpr qreal kCaption = 10.5; ///< upper case, 600
inline constexpr qreal kSmall = 11;
inline constexpr qreal kBody = 12;
inline constexpr qreal kCardTitle = 12.5; ///< 600
inline constexpr qreal kTitle = 14;       ///< a panel's or the pipeline's name, 600
inline constexpr qreal kFigure = 14;      ///< monospace, 600
inline constexpr qreal kHeadline = 30;    ///< first run, 700
} // namespace type

} // namespace millrace::ui
