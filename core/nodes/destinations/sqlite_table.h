// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Stores records as rows of a SQLite table, and how far it has come in the same transaction of the
/// same file: after a crash every record stands in the table once.
///
/// Table: made when absent, one column for each field of the input's schema (types as in
/// table_columns.h); records without a schema get the columns partition_key and data. A table that
/// exists is compared column by column: a column of another kind is refused, a missing one is added
/// (and said). Modes:
///
/// - append: every record becomes a row;
/// - upsert with key columns: a record replaces the row with equal keys; a NULL key is a dead row;
/// - upsert without key columns: the key is the record's origin, in the column `_origin` TEXT, so
///   that a replay replaces what an earlier run stored. Only this mode has that column.
///
/// Progress: table `_millrace` of the same file,
///
///     project TEXT, node TEXT, stream TEXT (UUID), shard INTEGER, next INTEGER, details BLOB,
///     PRIMARY KEY (project, node, stream, shard)
///
/// one row for each cursor (next = the ordinal to read next), and for each stream one with shard -1
/// that holds the details (counters and the like; next is 1, the version of this table). Rows of
/// other projects and nodes are left alone. A cursor of a stream that the fragment does not read is
/// kept and given back by open(); the fragment ignores it.
///
/// The cursors are those of one table of the file. The row with stream '' and shard -1 names it, in
/// details, in small letters; without such a row it is the one that the node is set to. When the
/// node is set to another table, the rows of the former one are kept under the node
/// '<node>/<former table>', and come back from there when it is set to that again. So a table that
/// is new to the node gets everything that is still in its input stream, as a new file does, and
/// one that it filled before gets what is missing there. A table that was dropped is new.
///
/// Each commit looks whether the path still leads to the file that is open, and what others did to
/// the tables of the file since the one before. Where it stores nothing, open() then makes or takes
/// what is there now, with the progress found in it (none in a new file or table: the stream is
/// read again from its trim horizon):
///
/// - the file or the table is gone, or another one: NodeDestinationReplaced. That a table was
///   dropped and made again with the same columns is known by its being empty, where it had rows
///   at the last commit, and without the index `millrace_mark_<number>`, which the node makes on
///   every table that it opens, over no row (WHERE 0);
/// - rows of `_millrace`, or all of it, are gone while the table has rows, or never had any:
///   NodeProgressRemoved. They are written again as they were at the last commit, and open() goes
///   on there. When it is not running, the same makes the node begin anew;
/// - both were emptied: NodeTableEmptied, and the table is filled again. A table that alone was
///   emptied is gone on with: its owner may take rows out.
///
/// Rows go in by INSERT OR ABORT: a row that breaks a constraint is dead, whatever the table's own
/// conflict clauses say. A trigger that says RAISE(IGNORE) before the insertion has its way, and
/// the row is dead, but in a view, whose rows nobody counts; RAISE(ABORT) makes the row dead;
/// RAISE(ROLLBACK), or RAISE(FAIL) behind the insertion, would undo more or less than the row and
/// ends the node.
///
/// check() already inserts, in the transaction that commit() ends, so that rows which break a
/// constraint of the table are found before and nothing is evaluated twice. Several calls of
/// check() add up until the commit.
/// Errors, of open() and commit(): Busy, DiskFull, Io: may heal; NodeDestinationUnusable: will not
/// (the path leads to a folder or a device, through a file, to what is no database, or there is no
/// permission);
/// NewerFormat. Of open(): NodeTableMismatch. Of commit(): NodeDestinationReplaced,
/// NodeProgressRemoved, NodeTableEmptied; NodeTriggerEndsAll: will not heal; NodeTableChanged, when
/// the table no longer is what it was when it was opened; NodeRowConstraint when the database
/// refused to be asked in check(): after open() the rows are checked anew.
runtime::NodeFactory makeSqliteTable();

} // namespace millrace::nodes
