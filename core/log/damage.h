// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/problem.h"

#include <optional>

namespace millrace::log {

/// Where reading goes on behind a damaged block: for whoever got `problem` from Log::read() or
/// LogReader::read() at `at`. Nothing when it is another problem, which ends the reading.
/// Thread-safety: pure function.
std::optional<Ordinal> behindDamage(const Problem &problem, Ordinal at);

} // namespace millrace::log
