// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/exit_code.h"

#include <chrono>

namespace millrace::cli {

/// Catches SIGINT, SIGTERM and, unless it is ignored, SIGHUP from now on: the first one is
/// remembered, a second SIGINT or SIGTERM ends the program at once, as if it had not been caught.
/// Also ignores SIGPIPE, so that a reader that went
/// away is an error of a write.
void catchInterrupts();

/// Whether a signal came.
bool interrupted();
/// Interrupted, Terminated or HungUp, after a signal.
ExitCode interruptCode();

/// Waits for `duration`, or until a signal comes. True when none came.
bool sleepUnlessInterrupted(std::chrono::milliseconds duration);
/// Waits until `descriptor` can be read (or is at its end), a signal comes, or `timeout` is over
/// (negative: never). True when it can be read.
bool waitReadable(int descriptor, std::chrono::milliseconds timeout);

} // namespace millrace::cli
