// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/row_writer.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::nodes {
namespace {

constexpr std::string_view kOriginColumn = "_origin";

Problem mismatch(const std::string &table, std::string reason)
{
    return Problem(Code::NodeTableMismatch, {{"table", table}, {"reason", std::move(reason)}});
}

/// What SQLite says against the table itself, in the words of the node.
Status fitting(Status done, const std::string &table)
{
    if (done || done.error().code() != Code::DatabaseRefused)
        return done;
    return mismatch(table,
                    "SQLite refuses it (" + std::string(done.error().argument("reason")) + ')');
}

/// Counts the changes of tables and columns of the file, whoever makes them.
Result<std::int64_t> schemaVersion(store::Database &database)
{
    auto query = database.prepare("PRAGMA schema_version");
    if (!query)
        return std::move(query).error();
    const auto row = query->step();
    if (!row)
        return row.error();
    return query->integer(0);
}

Problem rowError(std::string reason)
{
    return Problem(Code::NodeRowError, {{"reason", std::move(reason)}});
}

std::vector<record::Field> storedFields(const record::Schema &schema)
{
    if (!schema.fields.empty())
        return schema.fields;
    return {{.name = "partition_key", .type = record::TypeKind::String},
            {.name = "data", .type = record::TypeKind::String}};
}

/// Index of the field of that name, as SQLite compares names; fields.size() when there is none.
std::size_t indexOf(const std::vector<record::Field> &fields, std::string_view name)
{
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const record::Field &field) {
        return foldedName(field.name) == foldedName(name);
    });
    return static_cast<std::size_t>(found - fields.begin());
}

} // namespace

Status checkSettings(const TableSettings &settings)
{
    const std::string table = foldedName(settings.table);
    if (table.empty())
        return mismatch(settings.table, "it needs a name");
    if (table.starts_with("sqlite_") || table == "_millrace")
        return mismatch(settings.table, "the name belongs to SQLite or to Millrace");
    const std::vector<record::Field> fields = storedFields(settings.schema);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (const std::size_t first = indexOf(fields, fields[i].name); first != i) {
            return mismatch(settings.table, "SQLite cannot tell the fields " + fields[first].name +
                                                " and " + fields[i].name + " apart");
        }
    }
    for (const std::string &key : settings.keyColumns) {
        if (indexOf(fields, key) == fields.size())
            return mismatch(settings.table,
                            "the key column " + key + " is no field of the records");
    }
    if (settings.mode == TableMode::UpsertByOrigin &&
        indexOf(fields, kOriginColumn) < fields.size())
        return mismatch(settings.table, "the records have a field _origin of their own");
    return Done{};
}

RowWriter::RowWriter(store::Database &database, TableSettings settings)
    : m_database(database)
    , m_settings(std::move(settings))
    , m_fields(storedFields(m_settings.schema))
    , m_texts(m_fields.size())
{
    if (!m_settings.schema.fields.empty())
        m_select = sql::bindColumns(m_settings.schema);
    for (const std::string &key : m_settings.keyColumns)
        m_keyFields.push_back(indexOf(m_fields, key));
}

Result<std::unique_ptr<RowWriter>> RowWriter::prepare(store::Database &database,
                                                      const TableSettings &settings,
                                                      std::vector<Problem> &notices)
{
    std::unique_ptr<RowWriter> writer(new RowWriter(database, settings));
    const auto columns = readColumns(database, settings.table);
    if (!columns)
        return columns.error();
    writer->m_tableIsNew = columns->empty();
    MILLRACE_TRY(fitting(columns->empty() ? writer->makeTable() : writer->checkTable(notices),
                         settings.table));
    MILLRACE_TRY(fitting(writer->prepareInsert(), settings.table));
    return writer;
}

/// SQLite has no name for a table that another one of the same name would not have, but drops a
/// table's indexes with it. An index over no row tells which one it is and costs nothing; its name
/// is new in the file.
Status RowWriter::mark()
{
    auto found = m_database.prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND "
                                    "tbl_name = ? COLLATE NOCASE AND name LIKE 'millrace_mark_%'");
    if (!found)
        return std::move(found).error();
    found->bind(0, m_settings.table);
    const auto row = found->step();
    if (!row)
        return row.error();
    if (*row) {
        m_mark = found->text(0);
        return Done{};
    }
    found->reset();
    const auto version = schemaVersion(m_database);
    if (!version)
        return version.error();
    std::string name = "millrace_mark_" + std::to_string(*version);
    const Status made =
        m_database.execute("CREATE INDEX " + name + " ON " + store::quotedName(m_settings.table) +
                           " (" + store::quotedName(m_fields.front().name) + ") WHERE 0");
    m_mark = made ? std::move(name) : std::string(); // a view has none, and is not told apart
    return !made && made.error().code() != Code::DatabaseRefused ? made : Status(Done{});
}

Result<bool> RowWriter::isMarked()
{
    auto found = m_database.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND "
                                    "tbl_name = ? COLLATE NOCASE AND name = ?");
    if (!found)
        return std::move(found).error();
    found->bind(0, m_settings.table).bind(1, m_mark);
    if (const auto row = found->step(); !row)
        return row.error();
    return found->integer(0) > 0;
}

Status RowWriter::noteTables()
{
    MILLRACE_TRY(mark());
    const auto version = schemaVersion(m_database);
    if (!version)
        return version.error();
    auto columns = readColumns(m_database, m_settings.table);
    if (!columns)
        return std::move(columns).error();
    auto any =
        m_database.prepare("SELECT 1 FROM " + store::quotedName(m_settings.table) + " LIMIT 1");
    if (!any)
        return std::move(any).error();
    m_any = *std::move(any);
    // More tables than needed rather than a parser of SQL: it only costs time.
    auto deferred =
        m_database.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND "
                           "sql LIKE '%deferred%'");
    if (!deferred)
        return std::move(deferred).error();
    if (const auto row = deferred->step(); !row)
        return row.error();
    m_keysMayWait = deferred->integer(0) > 0;
    auto view = m_database.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'view' AND "
                                   "name = ? COLLATE NOCASE");
    if (!view)
        return std::move(view).error();
    view->bind(0, m_settings.table);
    if (const auto row = view->step(); !row)
        return row.error();
    // What the triggers of a view do is not counted [sqlite.org/c3ref/changes.html], and where all
    // columns are keys, a row that is there already is as good as stored.
    const bool keysAlone =
        m_settings.mode == TableMode::UpsertByColumns && m_keyFields.size() == m_fields.size();
    m_countsRows = view->integer(0) == 0 && !keysAlone;
    m_noted = *std::move(columns);
    m_preparedVersion = m_seenVersion = *version;
    MILLRACE_TRY(lookForRows());
    committed(false);
    return Done{};
}

Result<RowWriter::TableFate> RowWriter::look()
{
    const auto version = schemaVersion(m_database);
    if (!version)
        return version.error();
    m_seenVersion = *version;
    const std::int64_t changes = m_seenVersion - m_schemaVersion;
    if (changes != 0) {
        const auto columns = readColumns(m_database, m_settings.table);
        if (!columns)
            return columns.error();
        if (columns->empty())
            return TableFate::Gone;
        if (*columns != m_noted)
            return TableFate::Changed;
    }
    MILLRACE_TRY(lookForRows());
    if (changes == 0)
        return TableFate::Untouched;
    if (!m_mark.empty()) {
        const auto marked = isMarked();
        if (!marked)
            return marked.error();
        // Its owner may take rows out, and drop an index; who made it anew begins with nothing.
        if (!*marked && emptied())
            return TableFate::MadeAgain;
    }
    return TableFate::Same;
}

Status RowWriter::lookForRows()
{
    const auto row = m_any.step();
    m_any.reset();
    if (!row)
        return row.error();
    m_empty = !*row;
    return Done{};
}

void RowWriter::committed(bool rows)
{
    m_schemaVersion = m_seenVersion;
    m_hadRows = rows || !m_empty;
}

Status RowWriter::makeTable()
{
    std::string columns;
    for (const record::Field &field : m_fields)
        columns += store::quotedName(field.name) + ' ' + sqliteType(field.type) + ", ";
    if (m_settings.mode == TableMode::UpsertByOrigin)
        columns += store::quotedName(kOriginColumn) + " TEXT, ";
    columns.resize(columns.size() - 2);
    return m_database.execute("CREATE TABLE " + store::quotedName(m_settings.table) + " (" +
                              columns + ')');
}

Status RowWriter::checkTable(std::vector<Problem> &notices)
{
    const auto columns = readColumns(m_database, m_settings.table);
    if (!columns)
        return columns.error();
    std::vector<record::Field> wanted = m_fields;
    if (m_settings.mode == TableMode::UpsertByOrigin)
        wanted.push_back({.name = std::string(kOriginColumn), .type = record::TypeKind::String});

    std::string reasons;
    const auto object = [&](const std::string &reason) {
        reasons += reasons.empty() ? reason : "; " + reason;
    };
    std::vector<const record::Field *> missing;
    for (const record::Field &field : wanted) {
        const auto column =
            std::find_if(columns->begin(), columns->end(), [&](const TableColumn &candidate) {
                return foldedName(candidate.name) == foldedName(field.name);
            });
        if (column == columns->end())
            missing.push_back(&field);
        else if (const auto reason = misfit(field, *column))
            object(*reason);
    }
    for (const TableColumn &column : *columns) {
        if (column.mustBeGiven && indexOf(wanted, column.name) == wanted.size())
            object("column " + column.name + " is NOT NULL and no field fills it");
    }
    if (!reasons.empty())
        return mismatch(m_settings.table, reasons);
    for (const record::Field *field : missing) {
        MILLRACE_TRY(m_database.execute("ALTER TABLE " + store::quotedName(m_settings.table) +
                                        " ADD COLUMN " + store::quotedName(field->name) + ' ' +
                                        sqliteType(field->type)));
        notices.push_back(
            Problem(Code::NodeTableGrew, {{"table", m_settings.table}, {"column", field->name}}));
    }
    return Done{};
}

std::string RowWriter::keyList() const
{
    if (m_settings.mode == TableMode::Append)
        return {};
    if (m_settings.mode == TableMode::UpsertByOrigin)
        return store::quotedName(kOriginColumn);
    std::string keys;
    for (const std::size_t field : m_keyFields)
        keys += (keys.empty() ? "" : ", ") + store::quotedName(m_fields[field].name);
    return keys;
}

std::string RowWriter::insertText() const
{
    std::string names;
    std::string values;
    std::string updates;
    const auto add = [&](std::string_view name, bool isKey) {
        const std::string quoted = store::quotedName(name);
        names += (names.empty() ? "" : ", ") + quoted;
        values += values.empty() ? "?" : ", ?";
        if (!isKey)
            updates += (updates.empty() ? "" : ", ") + quoted + " = excluded." + quoted;
    };
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        add(m_fields[i].name,
            std::find(m_keyFields.begin(), m_keyFields.end(), i) != m_keyFields.end());
    }
    if (m_settings.mode == TableMode::UpsertByOrigin)
        add(kOriginColumn, true);
    // Over what the table says of its constraints: ROLLBACK and FAIL there would store what is said
    // to be dead, or take away what is said to be stored; IGNORE and REPLACE would lose records.
    std::string text = "INSERT OR ABORT INTO " + store::quotedName(m_settings.table) + " (" +
                       names + ") VALUES (" + values + ')';
    if (const std::string keys = keyList(); !keys.empty()) {
        text += " ON CONFLICT (" + keys + ") DO ";
        text += updates.empty() ? "NOTHING" : "UPDATE SET " + updates;
    }
    return text;
}

Status RowWriter::prepareInsert()
{
    auto insert = m_database.prepare(insertText());
    // The conflict clause asks for a unique index; where a key or index of the table serves, none
    // is made.
    if (!insert && m_settings.mode != TableMode::Append) {
        MILLRACE_TRY(makeUniqueIndex(keyList()));
        insert = m_database.prepare(insertText());
    }
    if (!insert)
        return std::move(insert).error();
    m_insert = *std::move(insert);
    return Done{};
}

Status RowWriter::makeUniqueIndex(const std::string &keys)
{
    std::string name = "millrace_" + m_settings.table;
    for (const std::size_t field : m_keyFields)
        name += '_' + m_fields[field].name;
    const Status made =
        m_database.execute("CREATE UNIQUE INDEX " + store::quotedName(name) + " ON " +
                           store::quotedName(m_settings.table) + " (" + keys + ')');
    if (!made && made.error().code() == Code::DatabaseConstraint)
        return mismatch(m_settings.table, "its rows are not unique by " + keys + " (" +
                                              std::string(made.error().argument("reason")) + ')');
    return made;
}

void RowWriter::evaluate(const runtime::Chunk &chunk)
{
    m_errors.clear();
    if (m_select)
        m_select->evaluate(*chunk.batch, chunk.rows, m_scratch, m_columns, m_errors);
}

void RowWriter::check(const runtime::Chunk &chunk, std::vector<runtime::DeadRow> &dead)
{
    evaluate(chunk);
    dead.clear();
    for (sql::RowError &error : m_errors)
        dead.push_back({error.row, rowError(std::move(error.reason))});
}

Status RowWriter::insert(const runtime::Chunk &chunk, std::vector<runtime::DeadRow> &dead)
{
    evaluate(chunk);
    auto error = m_errors.begin();
    for (std::size_t cell = 0; cell < chunk.rows.size(); ++cell) {
        const std::uint32_t row = chunk.rows[cell];
        if (error != m_errors.end() && error->row == row) {
            dead.push_back({row, rowError(std::move(error->reason))});
            ++error;
            continue;
        }
        MILLRACE_TRY(insertRow(*chunk.batch, row, cell, dead));
    }
    return Done{};
}

Status RowWriter::insertRow(const record::RecordBatch &batch, std::uint32_t row, std::size_t cell,
                            std::vector<runtime::DeadRow> &dead)
{
    for (const std::size_t key : m_keyFields) {
        const bool null = m_select ? m_columns[key]->isNull(cell) : false;
        if (null) {
            dead.push_back(
                {row, Problem(Code::NodeRowConstraint,
                              {{"table", m_settings.table},
                               {"reason", "key column " + m_fields[key].name + " is NULL"}})});
            return Done{};
        }
    }
    int parameter = 0;
    if (m_select) {
        for (std::size_t i = 0; i < m_fields.size(); ++i)
            bindCell(m_insert, parameter++, *m_columns[i], cell, m_texts[i]);
    } else {
        m_insert.bind(parameter++, batch.key(row));
        m_insert.bind(parameter++, batch.data(row));
    }
    if (m_settings.mode == TableMode::UpsertByOrigin) {
        m_origin = batch.origin(row).toString();
        m_insert.bind(parameter, m_origin);
    }
    const auto refuse = [&](std::string reason) {
        dead.push_back({row, Problem(Code::NodeRowConstraint, {{"table", m_settings.table},
                                                               {"reason", std::move(reason)}})});
    };
    if (m_keysMayWait)
        MILLRACE_TRY(m_database.execute("SAVEPOINT row"));
    Status stored = m_insert.run();
    const bool leftOut = stored && m_countsRows && m_database.changedRows() == 0;
    if (m_keysMayWait && m_database.inTransaction()) {
        // COMMIT would refuse all rows for it, and again and again.
        const bool waits = m_database.keysWait();
        MILLRACE_TRY(m_database.execute(waits ? "ROLLBACK TO row; RELEASE row" : "RELEASE row"));
        if (waits && stored) {
            refuse("the row that its foreign key names is not there");
            return Done{};
        }
    }
    if (leftOut)
        refuse("one of its triggers leaves the row out, with RAISE(IGNORE)");
    if (stored)
        return stored;
    bool ofTheRow = stored.error().code() == Code::DatabaseConstraint;
    if (ofTheRow && (!m_database.inTransaction() || m_database.changedRows() != 0)) {
        return Problem(Code::NodeTriggerEndsAll,
                       {{"table", m_settings.table},
                        {"path", m_database.path()},
                        {"reason", std::string(stored.error().argument("reason"))}});
    }
    if (stored.error().code() == Code::DatabaseRefused) {
        // A check that cannot be computed, unless the table is no longer what was prepared for.
        const auto version = schemaVersion(m_database);
        ofTheRow = version && *version == m_preparedVersion;
    }
    if (!ofTheRow)
        return stored;
    refuse(std::string(stored.error().argument("reason")));
    return Done{};
}

} // namespace millrace::nodes
