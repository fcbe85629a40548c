// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace bench`: measures, beside what the machine itself can do. The table of benchmarks is in
/// bench_command.cpp; each is a function in a file bench_*.cpp.
Command benchCommand();

} // namespace millrace::cli
