// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace millrace::ui {

/// Below this share of the limit the data has the axis for itself: drawn up to the limit it would
/// be a line on zero.
inline constexpr double kFarBelowLimit = 0.2;

/// The upper end of a value axis that begins at 0: a little above the limit or the highest value,
/// whichever is more, on a number whose quarters are short. Without a limit, and far below it, the
/// highest value alone counts.
double valueAxisTop(std::optional<double> limit, double highest);

/// A number of an axis whose grid lines are `step` apart: "1,200", "0.3".
QString valueAxisText(double value, double step);

} // namespace millrace::ui
