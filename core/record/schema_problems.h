// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

#include <string_view>
#include <vector>

namespace millrace::record {

/// All that keeps parseSchema() from reading `text`, in the order of the text: after a field that
/// is wrong, which has one problem, it goes on with the next one. Empty for what parseSchema()
/// reads; the first is what it says. Thread-safety: pure function.
std::vector<Problem> schemaProblems(std::string_view text);

} // namespace millrace::record
