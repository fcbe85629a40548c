// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/destinations/table_columns.h"
#include "core/record/schema.h"
#include "core/runtime/transform.h"
#include "core/sql/bound_expression.h"
#include "core/store/database.h"

#include <string>
#include <vector>

namespace millrace::nodes {

enum class TableMode : std::uint8_t { Append = 1, UpsertByColumns, UpsertByOrigin };

struct TableSettings {
    std::string table;
    TableMode mode = TableMode::Append;
    std::vector<std::string> keyColumns; ///< of UpsertByColumns
    record::Schema schema;               ///< without fields: partition_key and data are stored
};

/// What can be told without the database: a table name that is taken, key columns that are no
/// fields, field names that SQLite cannot tell apart. Errors: NodeTableMismatch.
Status checkSettings(const TableSettings &settings);

/// Inserts records into a table; what the table looks like is told in sqlite_table.h.
/// Lifetime: refers to the database. Thread-safety: one thread at a time.
class RowWriter
{
public:
    /// Makes or checks the table; must run inside a transaction. What it changed is told in
    /// `notices`. Errors: NodeTableMismatch, as store::Database.
    static Result<std::unique_ptr<RowWriter>> prepare(store::Database &database,
                                                      const TableSettings &settings,
                                                      std::vector<Problem> &notices);

    bool tableIsNew() const { return m_tableIsNew; } ///< prepare() made it

    /// To be called once all tables of the file are made: what is changed later was changed by
    /// others.
    Status noteTables();
    /// What others did to the file's tables since they were noted or committed() came.
    enum class TableFate : std::uint8_t {
        Untouched = 1, ///< nothing at all
        Same,          ///< something, but the table stands as it was
        Changed,       ///< it has other columns
        Gone,
        MadeAgain, ///< dropped and made with the same columns
    };
    /// Must run inside a transaction that inserted nothing yet.
    Result<TableFate> look();
    /// Whether noteTables() or the last look() found no rows.
    bool isEmpty() const { return m_empty; }
    /// Whether look() found none where there were some before.
    bool emptied() const { return m_hadRows && m_empty; }
    /// What look() saw stands, and rows if any were inserted.
    void committed(bool rows);

    /// Inserts the rows in the present transaction, all but those that can never be stored, which
    /// are appended to `dead`. Errors: DatabaseRefused when the table was dropped or changed,
    /// NodeTriggerEndsAll when a trigger ended the transaction or left a part of a refused row, as
    /// store::Database; then some rows may have been inserted. A row that a trigger of the table
    /// leaves out with RAISE(IGNORE) is dead; of a view that is not seen, and the row counts as
    /// stored.
    Status insert(const runtime::Chunk &chunk, std::vector<runtime::DeadRow> &dead);
    /// Finds the rows that do not fit the schema, without the database.
    void check(const runtime::Chunk &chunk, std::vector<runtime::DeadRow> &dead);

private:
    RowWriter(store::Database &database, TableSettings settings);
    Status makeTable();
    Status checkTable(std::vector<Problem> &notices);
    Status prepareInsert();
    Status mark();
    Result<bool> isMarked();
    Status lookForRows();
    Status makeUniqueIndex(const std::string &keys);
    std::string insertText() const;
    std::string keyList() const; ///< of the conflict clause; empty for append
    void evaluate(const runtime::Chunk &chunk);
    Status insertRow(const record::RecordBatch &batch, std::uint32_t row, std::size_t cell,
                     std::vector<runtime::DeadRow> &dead);

    store::Database &m_database;
    TableSettings m_settings;
    std::vector<record::Field> m_fields;             ///< as stored, without _origin
    std::shared_ptr<const sql::SelectList> m_select; ///< null: records without a schema
    bool m_tableIsNew = false;
    std::int64_t m_preparedVersion = 0;   ///< of the tables, when they were noted
    std::vector<TableColumn> m_noted;     ///< the columns then
    std::int64_t m_schemaVersion = 0;     ///< of the tables, at the last commit
    bool m_hadRows = false;               ///< then
    std::int64_t m_seenVersion = 0;       ///< by look()
    bool m_empty = true;                  ///< likewise
    store::Statement m_any;               ///< gives a row when the table has one
    std::vector<std::size_t> m_keyFields; ///< of UpsertByColumns
    store::Statement m_insert;
    std::string m_mark;         ///< the index that goes with the table; empty: it can have none
    bool m_keysMayWait = false; ///< the file has deferred foreign keys
    bool m_countsRows = false;  ///< SQLite counts a row that is stored, and only that
    sql::EvaluationScratch m_scratch;
    std::vector<const sql::ColumnVector *> m_columns;
    std::vector<sql::RowError> m_errors;
    std::vector<std::string> m_texts; ///< memory for one row's bound texts
    std::string m_origin;
};

} // namespace millrace::nodes
