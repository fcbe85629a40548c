// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/problem.h"

#include <optional>

namespace millrace::runtime {

/// Where reading goes on behind a damaged block that log::Log::read refused at `at` with `problem`;
/// nothing when that is no damage, or does not lead on.
std::optional<Ordinal> behindDamage(const Problem &problem, Ordinal at);

} // namespace millrace::runtime
