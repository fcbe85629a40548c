// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/progress_table.h"

#include "core/base/problem_codes.h"
#include "core/nodes/destinations/table_columns.h"

namespace millrace::nodes {
namespace {

constexpr std::int64_t kVersion = 1;
/// Stands in the place of the shard in the row that holds the details of a stream's reader.
constexpr std::int64_t kNoShard = -1;

/// And in the place of the stream in the row that names the table which the cursors are of.
constexpr std::string_view kNoStream;

constexpr const char *kMake =
    "CREATE TABLE IF NOT EXISTS _millrace (project TEXT NOT NULL, node TEXT NOT NULL, "
    "stream TEXT NOT NULL, shard INTEGER NOT NULL, next INTEGER NOT NULL, details BLOB, "
    "PRIMARY KEY (project, node, stream, shard)) WITHOUT ROWID";

constexpr const char *kSelect = "SELECT stream, shard, next, details FROM _millrace "
                                "WHERE project = ?1 AND node = ?2 AND stream <> '' "
                                "ORDER BY stream, shard";

/// Under which cursors stand aside while the node fills another table. Node ids have no slash.
std::string asideKey(const std::string &node, std::string_view table)
{
    return node + '/' + std::string(table);
}

/// The table that the node's cursors are of; nothing when that was never said.
Result<std::optional<std::string>> filledTable(store::Database &database,
                                               const ProgressTable::Owner &owner)
{
    auto select = database.prepare("SELECT details FROM _millrace WHERE project = ?1 AND "
                                   "node = ?2 AND stream = '' AND shard = -1");
    if (!select)
        return std::move(select).error();
    const auto row = select->bind(0, owner.project).bind(1, owner.node).step();
    if (!row)
        return row.error();
    return *row ? std::optional(std::string(asText(select->blob(0)))) : std::nullopt;
}

/// Runs a statement with the project and two further texts. Gives whether it found a row.
Result<bool> runFor(store::Database &database, const char *sql, const std::string &project,
                    const std::string &second, const std::string &third)
{
    auto statement = database.prepare(sql);
    if (!statement)
        return std::move(statement).error();
    return statement->bind(0, project).bind(1, second).bind(2, third).step();
}

/// Of a row of kSelect that holds one.
Result<runtime::Cursor> cursorOf(const store::Statement &row)
{
    const auto stream = Uuid::parse(row.text(0));
    const std::int64_t shard = row.integer(1);
    const std::int64_t next = row.integer(2);
    if (!stream || shard < 0 || shard > UINT32_MAX || next < 0) {
        return Problem(Code::Corrupt,
                       {{"what", "The progress"},
                        {"reason", "in table _millrace stream '" + std::string(row.text(0)) +
                                       "', shard " + std::to_string(shard) + " is no cursor"}});
    }
    return runtime::Cursor{*stream, ShardIndex(static_cast<std::uint32_t>(shard)),
                           Ordinal(static_cast<std::uint64_t>(next))};
}

} // namespace

ProgressTable::ProgressTable(store::Database &database, Owner owner, std::string source)
    : m_database(database)
    , m_owner(std::move(owner))
    , m_source(std::move(source))
{}

Result<std::unique_ptr<ProgressTable>> ProgressTable::prepare(store::Database &database,
                                                              Owner owner, const StreamUuid &source,
                                                              bool tableIsNew)
{
    MILLRACE_TRY(database.execute(kMake));
    const auto columns = readColumns(database, "_millrace");
    if (!columns)
        return columns.error();
    std::string names;
    for (const TableColumn &column : *columns)
        names += column.name + ' ';
    if (names != "project node stream shard next details ") {
        return Problem(Code::NewerFormat, {{"what", "The table _millrace"},
                                           {"found", "with columns " + names},
                                           {"known", std::to_string(kVersion)}});
    }
    owner.table = foldedName(owner.table);
    std::unique_ptr<ProgressTable> table(
        new ProgressTable(database, std::move(owner), source.toString()));
    MILLRACE_TRY(table->makeStatements());
    MILLRACE_TRY(table->changeTable(tableIsNew));
    return table;
}

Status ProgressTable::makeStatements()
{
    auto select = m_database.prepare(kSelect);
    if (!select)
        return std::move(select).error();
    auto count = m_database.prepare("SELECT count(*) FROM _millrace WHERE project = ?1 AND "
                                    "node = ?2 AND stream = ?3");
    if (!count)
        return std::move(count).error();
    auto upsert =
        m_database.prepare("INSERT OR REPLACE INTO _millrace VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!upsert)
        return std::move(upsert).error();
    m_select = *std::move(select);
    m_count = *std::move(count);
    m_upsert = *std::move(upsert);
    return Done{};
}

Status ProgressTable::changeTable(bool tableIsNew)
{
    const auto former = filledTable(m_database, m_owner);
    if (!former)
        return former.error();
    const bool another = *former && **former != m_owner.table;
    if (another) {
        constexpr const char *kMove = "UPDATE OR REPLACE _millrace SET node = ?3 "
                                      "WHERE project = ?1 AND node = ?2 AND stream <> ''";
        for (const auto &[from, to] :
             {std::pair(m_owner.node, asideKey(m_owner.node, **former)),
              std::pair(asideKey(m_owner.node, m_owner.table), m_owner.node)}) {
            if (auto moved = runFor(m_database, kMove, m_owner.project, from, to); !moved)
                return std::move(moved).error();
        }
    }
    if (tableIsNew) {
        auto lost = forget();
        if (!lost)
            return std::move(lost).error();
        m_tableWasLost = *lost;
    }
    if (*former && !another)
        return Done{};
    return put(kNoStream, kNoShard, kVersion, asBytes(m_owner.table));
}

Result<runtime::FragmentProgress>
ProgressTable::stored(store::Database &database, const Owner &owner, const StreamUuid &source)
{
    runtime::FragmentProgress out;
    for (const std::string &table : {std::string("_millrace"), owner.table}) {
        const auto columns = readColumns(database, table);
        if (!columns)
            return columns.error();
        if (columns->empty())
            return out;
    }
    const auto filled = filledTable(database, owner);
    if (!filled)
        return filled.error();
    const std::string table = foldedName(owner.table);
    const bool aside = *filled && **filled != table;
    const std::string node = aside ? asideKey(owner.node, table) : owner.node;
    auto select = database.prepare(kSelect);
    if (!select)
        return std::move(select).error();
    select->bind(0, owner.project).bind(1, node);
    for (;;) {
        const auto more = select->step();
        if (!more)
            return more.error();
        if (!*more)
            return out;
        if (select->integer(1) == kNoShard) {
            if (const ByteView details = select->blob(3); select->text(0) == source.toString())
                out.details.assign(details.begin(), details.end());
            continue;
        }
        auto cursor = cursorOf(*select);
        if (!cursor)
            return std::move(cursor).error();
        out.cursors.push_back(*cursor);
    }
}

Result<std::optional<runtime::FragmentProgress>> ProgressTable::read()
{
    runtime::FragmentProgress progress;
    m_stored.clear();
    m_known = false;
    bool any = false;
    m_select.reset();
    m_select.bind(0, m_owner.project).bind(1, m_owner.node);
    for (;;) {
        const auto more = m_select.step();
        if (!more)
            return more.error();
        if (!*more)
            break;
        any = true;
        if (m_select.integer(1) == kNoShard) {
            // Several wires into one node are several readers, each with its own figures.
            if (m_select.text(0) != m_source)
                continue;
            if (const std::int64_t next = m_select.integer(2); next > kVersion) {
                return Problem(Code::NewerFormat, {{"what", "The progress in table _millrace"},
                                                   {"found", std::to_string(next)},
                                                   {"known", std::to_string(kVersion)}});
            }
            const ByteView details = m_select.blob(3);
            progress.details.assign(details.begin(), details.end());
            m_known = true;
            continue;
        }
        const auto cursor = cursorOf(m_select);
        if (!cursor)
            return cursor.error();
        m_stored[{cursor->stream, cursor->shard}] = cursor->next;
    }
    if (!any)
        return std::optional<runtime::FragmentProgress>();
    for (const auto &[key, next] : m_stored)
        progress.cursors.push_back({key.first, key.second, next});
    m_storedDetails = progress.details;
    return std::optional(std::move(progress));
}

Status ProgressTable::put(std::string_view stream, std::int64_t shard, std::int64_t next,
                          ByteView details)
{
    m_upsert.bind(0, m_owner.project)
        .bind(1, m_owner.node)
        .bind(2, stream)
        .bind(3, shard)
        .bind(4, next);
    if (shard == kNoShard)
        m_upsert.bind(5, details);
    else
        m_upsert.bindNull(5);
    return m_upsert.run();
}

Result<ProgressTable::Standing> ProgressTable::standing(bool tablesChanged)
{
    if (!m_known)
        return Standing::Whole;
    if (tablesChanged) {
        const auto columns = readColumns(m_database, "_millrace");
        if (!columns)
            return columns.error();
        if (columns->empty())
            return Standing::Removed;
    }
    const auto counted =
        m_count.bind(0, m_owner.project).bind(1, m_owner.node).bind(2, m_source).step();
    const std::int64_t rows = counted && *counted ? m_count.integer(0) : 0;
    m_count.reset();
    if (!counted)
        return counted.error();
    std::int64_t wanted = 1; // the details
    for (const auto &[key, next] : m_stored)
        wanted += key.first.toString() == m_source ? 1 : 0;
    if (rows >= wanted)
        return Standing::Whole;
    // Another reader that found the table dropped made it again, after _millrace, and removed all
    // cursors, but left the name of the table.
    if (rows > 0 || !tablesChanged)
        return Standing::Removed;
    const auto named = filledTable(m_database, m_owner);
    if (!named)
        return named.error();
    const auto younger = tableIsYounger();
    if (!younger)
        return younger.error();
    return *named && *younger ? Standing::BegunAnew : Standing::Removed;
}

/// SQLite lists tables in the order in which they were made.
Result<bool> ProgressTable::tableIsYounger()
{
    auto query = m_database.prepare(
        "SELECT (SELECT rowid FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE "
        "NOCASE) > (SELECT rowid FROM sqlite_master WHERE name = '_millrace')");
    if (!query)
        return std::move(query).error();
    const auto row = query->bind(0, m_owner.table).step();
    if (!row)
        return row.error();
    return query->integer(0) != 0;
}

Status ProgressTable::restore()
{
    MILLRACE_TRY(m_database.execute(kMake));
    for (const auto &[key, next] : m_stored) {
        const std::string stream = key.first.toString();
        if (stream == m_source) {
            MILLRACE_TRY(put(stream, key.second.value, static_cast<std::int64_t>(next.value), {}));
        }
    }
    return put(m_source, kNoShard, kVersion, m_storedDetails);
}

Result<bool> ProgressTable::forget()
{
    const auto columns = readColumns(m_database, "_millrace");
    if (!columns)
        return columns.error();
    if (columns->empty())
        return false;
    return runFor(m_database,
                  "DELETE FROM _millrace WHERE project = ?1 AND node = ?2 AND stream <> ?3 "
                  "RETURNING 1",
                  m_owner.project, m_owner.node, std::string(kNoStream));
}

Status ProgressTable::write(const runtime::FragmentProgress &progress)
{
    for (const runtime::Cursor &cursor : progress.cursors) {
        const auto stored = m_stored.find({cursor.stream, cursor.shard});
        if (stored != m_stored.end() && stored->second == cursor.next)
            continue;
        MILLRACE_TRY(put(cursor.stream.toString(), cursor.shard.value,
                         static_cast<std::int64_t>(cursor.next.value), {}));
    }
    if (!m_known || progress.details != m_storedDetails)
        MILLRACE_TRY(put(m_source, kNoShard, kVersion, progress.details));
    m_written = progress;
    return Done{};
}

void ProgressTable::committed()
{
    if (!m_written)
        return;
    for (const runtime::Cursor &cursor : m_written->cursors)
        m_stored[{cursor.stream, cursor.shard}] = cursor.next;
    m_storedDetails = std::move(m_written->details);
    m_known = true;
    m_written.reset();
}

void ProgressTable::rolledBack()
{
    m_written.reset();
}

} // namespace millrace::nodes
