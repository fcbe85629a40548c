// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

#include <functional>
#include <string>

namespace millrace {

/// Where core says what happened, for the log file and the log panel. Handed in; there is no
/// global one. Thread-safety: called from any thread; must not block and must not call back.
using LogSink = std::function<void(const Problem &)>;

/// Writes "2026-11-22T14:03:07.123Z warning place: sentence [id]" to standard error.
LogSink standardErrorLog();

} // namespace millrace
