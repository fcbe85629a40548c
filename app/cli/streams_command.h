// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace streams`: lists the streams of a data directory, live or not, without its lock.
Command streamsCommand();

} // namespace millrace::cli
