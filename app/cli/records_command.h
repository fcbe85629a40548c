// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace records`: prints records of a stream, live or not, without the directory's lock.
Command recordsCommand();

} // namespace millrace::cli
