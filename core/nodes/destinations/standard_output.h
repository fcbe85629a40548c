// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Prints records to standard output, one a line: the payload alone, or a table with arrival,
/// shard, ordinal, key and payload. It keeps no progress of its own: after a crash what was printed
/// since the last checkpoint may be printed again.
///
/// Newlines inside a payload are printed as "\n" so that a record stays a line.
/// Errors: Io (a closed pipe, a full disk); whoever runs the program ignores SIGPIPE.
runtime::NodeFactory makeStandardOutput();

} // namespace millrace::nodes
