// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace millrace::ui {

class Style;

/// What QPalette cannot say: borders, paddings and sizes of controls, in the look's tokens.
/// Widgets are addressed by objectName or by the dynamic property `look` (see the source).
QString styleSheet(const Style &style);

} // namespace millrace::ui
