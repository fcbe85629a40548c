// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Reads a file of records once, to its end: NDJSON (one JSON object a line, passed on as it
/// stands) or CSV (RFC 4180; each row becomes a JSON object). At once, at a fixed rate, or at the
/// pace of a time field.
///
/// A line that cannot be read is dead input, with file, line and column: no JSON object, another
/// number of columns than the header, a value that does not fit the schema, more than
/// kMaxLineBytes. Empty lines, and of NDJSON those that have only blanks, are no records. A byte
/// order mark and '\r' at line ends are dropped. Lines count as an editor counts them.
///
/// A key expression sees the moment at which its row is read as the arrival, and the file and the
/// number of the row as the root: RAND() differs from row to row and is the same after a restart.
///
/// Progress:
///
///     u8      version, 1
///     varint  bytes of the file's head that the CRC covers, u32 that CRC-32C
///     varint  byte offset, varint line number, varint rows so far
///     u8      1 when a first moment is known; then zigzag first moment, zigzag last moment (ms)
///
/// A file that is shorter than the offset or begins otherwise than when it was read is
/// NodeFileChanged; one to which lines were added is read on.
runtime::NodeFactory makeFile();

} // namespace millrace::nodes
