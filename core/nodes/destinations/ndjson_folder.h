// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Writes records as lines into files of a folder: whole files are called
///
///     <prefix>-<node id>-<8 hex digits>-<number, 10 digits>.ndjson
///
/// The hex digits begin the MD5 of "<project>/<node id>/<source stream's id>", so that documents
/// may share a folder. The file being written has a '.' in front and ".part" behind. Each stream
/// that feeds the node has files and progress of its own, because it has a fragment of its own. A
/// file is whole when it holds so many bytes or records (cut at the record that reaches it, so that
/// the same records give the same files), when it is so old, and when the pipeline stops. What is
/// no JSON is a dead row; newlines inside JSON become blanks.
///
/// Progress stands in the folder, in `.millrace-<project>-<node id>-<source stream's id>`:
///
///     u32     magic "MRNF"           u8      version, 1
///     varint  number of the file being written
///     varint  its committed bytes    varint  its committed records
///     i64     wall time of its first record, ms
///     sized   FragmentProgress       u32     CRC-32C of all before
///
/// A commit (1) appends to the .part files and syncs each, (2) replaces the progress file (synced,
/// renamed, folder synced), (3) renames the whole files, (4) syncs the folder. A crash
///
/// - in or after (1): the progress file knows the old length: open() cuts the file being written to
///   it and removes those after it; the records come again;
/// - in or after (2): open() finds .part files with a lower number than the one being written:
///   they are whole, and it renames them;
/// - in (3) or (4): likewise; renaming is repeated as far as it was not done.
///
/// So every record stands in the files once. When the progress file is gone (the folder was removed
/// or emptied) commit() gives NodeDestinationReplaced, and open() begins anew behind the files
/// that are still there: no whole file is ever replaced. When the file being written is gone or was
/// cut, or one that was to be renamed, commit() gives NodeFolderLost, and open() goes on with the
/// next number.
/// Errors: as FileSystem; Corrupt and NewerFormat for the progress file.
runtime::NodeFactory makeNdjsonFolder();

} // namespace millrace::nodes
