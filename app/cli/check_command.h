// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace check`: says what is wrong with a pipeline, without running it.
Command checkCommand();

} // namespace millrace::cli
