// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace put`: writes lines into a stream.
Command putCommand();

} // namespace millrace::cli
