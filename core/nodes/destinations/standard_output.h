// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Prints records to standard output, one a line: the payload alone, or a table with arrival,
/// shard, ordinal, key and payload. It keeps no progress of its own: after a crash what was printed
/// since the last checkpoint may be printed again.
///
/// Newlines inside a payload are printed as "\n" so that a record stays a line, and several such
/// nodes print to one descriptor line by line, on whatever threads.
/// Errors, of commit(): NodeOutputStalled when the reader takes nothing now, or another node has
/// stopped within a line for that: the repetition goes on behind what was printed; NodeOutputClosed
/// when nobody reads any more, or the descriptor was closed or is not for writing; Io (a full
/// disk). Whoever runs the program ignores SIGPIPE.
runtime::NodeFactory makeStandardOutput();

} // namespace millrace::nodes
