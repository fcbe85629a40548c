// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

#include <string_view>
#include <vector>

namespace millrace::record {

/// What is expected where a TIMESTAMP has a precision: with another one its values would be cut
/// where the text says that they are not, or the other way round.
inline constexpr std::string_view kTimePrecision =
    "3, as times have milliseconds: TIMESTAMP(3), with FLOOR(… TO SECOND) for whole seconds, or "
    "STRING for more digits";

/// All that keeps parseSchema() from reading `text`, in the order of the text: after a field that
/// is wrong, which has one problem, it goes on with the next one. Empty for what parseSchema()
/// reads; the first is what it says. Thread-safety: pure function.
std::vector<Problem> schemaProblems(std::string_view text);

} // namespace millrace::record
