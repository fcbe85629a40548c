// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace millrace {

/// A thread that is called as core/engine/THREADS.md lists it (at most 15 bytes, as Linux keeps
/// them) and runs `loop` until it is asked to stop. What is thrown in the loop (memory gives out)
/// is reported as InternalError, and the loop begins anew a moment later: it never ends the
/// process.
std::jthread namedThread(std::string name, LogSink report,
                         std::function<void(const std::stop_token &)> loop);

/// Runs `work`; what it throws becomes a problem.
std::optional<Problem> caught(const std::string &where, const std::function<void()> &work);

} // namespace millrace
