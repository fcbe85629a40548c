// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

#include <QString>

namespace millrace::ui {

/// The problem's sentence in the language of the interface: the translation (context "Problem") of
/// core's English template with the named arguments filled in. English where there is none.
QString problemText(const Problem &problem);

/// Sentence and place, for lists without a column for the place: "line 3: …".
QString problemTextWithPlace(const Problem &problem);

} // namespace millrace::ui
