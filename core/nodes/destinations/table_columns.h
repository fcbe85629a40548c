// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/schema.h"
#include "core/sql/column_vector.h"
#include "core/store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace millrace::nodes {

/// How a SQL type is stored in SQLite:
///
///     BOOLEAN              BOOLEAN (0, 1)        STRING         TEXT
///     INT, BIGINT          INTEGER               BYTES          TEXT, base64
///     DOUBLE               REAL                  TIMESTAMP      TEXT "2026-01-31 08:05:00.123"
///     DECIMAL(p, s)        DECIMAL(p, s)         TIMESTAMP_LTZ  TEXT "2026-01-31 08:05:00.123Z"
///       with p above 15    TEXT                  DATE           TEXT "2026-01-31"
///     ROW, ARRAY           TEXT, as JSON
///
/// SQLite makes a number of a DECIMAL column's text, of which 15 digits are sure to stay.
std::string sqliteType(const record::DataType &type);

/// A column of a table that exists, as PRAGMA table_xinfo tells it.
struct TableColumn {
    std::string name;
    std::string type;
    bool mustBeGiven = false; ///< NOT NULL without a default, and not the row id
    bool generated = false;   ///< computed; cannot be written
    friend bool operator==(const TableColumn &, const TableColumn &) = default;
};

/// A name without case, as SQLite compares names: only ASCII letters have one.
std::string foldedName(std::string_view name);

/// The columns of `table`; empty when there is no such table. Errors: as store::Database.
Result<std::vector<TableColumn>> readColumns(store::Database &database, const std::string &table);

/// Why values of `field` cannot go into `column`; nothing when they can. SQLite stores anything
/// anywhere; what is refused is a column whose affinity would change the value or that only reads
/// as another type [sqlite.org/datatype3.html, 3.1].
std::optional<std::string> misfit(const record::Field &field, const TableColumn &column);

/// Binds cell `row` of `cells`; `text` is memory for values that are no text yet, and must live
/// and stay unchanged until the statement has run.
void bindCell(store::Statement &statement, int parameter, const sql::ColumnVector &cells,
              std::size_t row, std::string &text);

} // namespace millrace::nodes
