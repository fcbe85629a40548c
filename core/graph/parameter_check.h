// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/graph/node_kind.h"

#include <optional>

namespace millrace::graph {

/// What is wrong with setting `parameter` to `value`, by itself: its type, range, choice, number of
/// lines, or spelling. validate() says it of a document; a form says it while somebody types.
///
/// Codes: ParameterType, ParameterRange, ParameterChoice, ParameterText, ParameterSecret,
/// StreamNameIllegal; no place. The value of a Secret is never quoted.
/// Thread-safety: pure function.
std::optional<Problem> checkValue(const Parameter &parameter, const ParameterValue &value);

} // namespace millrace::graph
