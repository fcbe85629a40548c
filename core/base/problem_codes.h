// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

namespace millrace {

/// The codes of problem_codes.inc by name.
enum class Code : std::uint16_t {
#define MILLRACE_CODE(name, number, id, severity, text) name = number,
#include "core/base/problem_codes.inc"
#undef MILLRACE_CODE
};

} // namespace millrace
