// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Follows a growing file: every complete line becomes a record, as {"line": "…"} or, where the
/// lines are JSON objects, as they stand. A line without its newline waits for it.
///
/// A file is known by device, inode and the CRC of its first KiB (of what there is while it is
/// shorter). When the path leads to another file, the old one is looked for in the same folder and
/// read to its end. A last line without its newline is waited for, about five seconds, and then
/// taken as it stands. After it the next one is read from its beginning: first the other rotated
/// files that were written after it and not read yet, then the path. Lines that a program still
/// writes to the old one are read as well, until none came for about ten minutes or the tail stops.
/// A file that was cut and written anew (copytruncate) goes on in the copy that was made of it,
/// when there is one; that something may be lost, and how much where it can be known, is a notice.
/// A path that leads to nothing is waited for.
///
/// Without a path the first readable file of a list of system logs that was written to in the last
/// 10 minutes is followed; where there is none, a log is made up and written to
/// `logs/application.log` in the data folder, and that is followed. Either is a notice.
///
/// Progress: u8 version 1, sized path, u8 1 when a file is known, then varint device, inode, varint
/// and u32 of the head, varint byte offset, varint line number; behind that, unless it ends there,
/// varint count of the files that were read before and so many times device, inode and head.
runtime::NodeFactory makeTail();

} // namespace millrace::nodes
