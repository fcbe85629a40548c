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
/// Each commit first looks whether the path still leads to the file that is open. If not, it stores
/// nothing and gives NodeDestinationReplaced; open() then makes or takes what is there now, with
/// the progress found in it (none in a new file: the stream is read again from its trim horizon),
/// and repeats the problem as a notice.
///
/// check() already inserts, in the transaction that commit() ends, so that rows which break a
/// constraint of the table are found before and nothing is evaluated twice. Several calls of
/// check() add up until the commit.
/// Errors: as store::Database; NodeTableMismatch from open(); NodeRowConstraint from commit() when
/// the database refused to be asked in check(): after open() the rows are checked anew.
runtime::NodeFactory makeSqliteTable();

} // namespace millrace::nodes
