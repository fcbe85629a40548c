// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/progress_table.h"

#include "core/base/problem_codes.h"
#include "core/nodes/destinations/table_columns.h"

namespace millrace::nodes {
namespace {

constexpr std::int64_t kVersion = 1;
/// Stands in the place of the shard in the row that holds the details of a stream's reader.
constexpr std::int64_t kNoShard = -1;

constexpr const char *kSelect = "SELECT stream, shard, next, details FROM _millrace "
                                "WHERE project = ?1 AND node = ?2 ORDER BY stream, shard";

/// Of a row of kSelect that holds one.
Result<runtime::Cursor> cursorOf(const store::Statement &row)
{
    const auto stream = Uuid::parse(row.text(0));
    const std::int64_t shard = row.integer(1);
    const std::int64_t next = row.integer(2);
    if (!stream || shard < 0 || shard > UINT32_MAX || next < 0) {
        return Problem(Code::Corrupt,
                       {{"what", "Table _millrace"},
                        {"reason", "stream '" + std::string(row.text(0)) + "', shard " +
                                       std::to_string(shard) + " is no cursor"}});
    }
    return runtime::Cursor{*stream, ShardIndex(static_cast<std::uint32_t>(shard)),
                           Ordinal(static_cast<std::uint64_t>(next))};
}

} // namespace

ProgressTable::ProgressTable(std::string project, std::string node, std::string source)
    : m_project(std::move(project))
    , m_node(std::move(node))
    , m_source(std::move(source))
{}

Result<std::unique_ptr<ProgressTable>> ProgressTable::prepare(store::Database &database,
                                                              const std::string &project,
                                                              const std::string &node,
                                                              const StreamUuid &source)
{
    MILLRACE_TRY(database.execute(
        "CREATE TABLE IF NOT EXISTS _millrace (project TEXT NOT NULL, node TEXT NOT NULL, "
        "stream TEXT NOT NULL, shard INTEGER NOT NULL, next INTEGER NOT NULL, details BLOB, "
        "PRIMARY KEY (project, node, stream, shard)) WITHOUT ROWID"));
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
    std::unique_ptr<ProgressTable> table(new ProgressTable(project, node, source.toString()));
    auto select = database.prepare(kSelect);
    if (!select)
        return std::move(select).error();
    auto upsert =
        database.prepare("INSERT OR REPLACE INTO _millrace VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!upsert)
        return std::move(upsert).error();
    table->m_select = *std::move(select);
    table->m_upsert = *std::move(upsert);
    return table;
}

Result<std::vector<runtime::Cursor>> ProgressTable::cursors(store::Database &database,
                                                            const std::string &project,
                                                            const std::string &node)
{
    std::vector<runtime::Cursor> out;
    const auto columns = readColumns(database, "_millrace");
    if (!columns)
        return columns.error();
    if (columns->empty())
        return out;
    auto select = database.prepare(kSelect);
    if (!select)
        return std::move(select).error();
    select->bind(0, project).bind(1, node);
    for (;;) {
        const auto more = select->step();
        if (!more)
            return more.error();
        if (!*more)
            return out;
        if (select->integer(1) == kNoShard)
            continue;
        auto cursor = cursorOf(*select);
        if (!cursor)
            return std::move(cursor).error();
        out.push_back(*cursor);
    }
}

Result<std::optional<runtime::FragmentProgress>> ProgressTable::read()
{
    runtime::FragmentProgress progress;
    m_stored.clear();
    m_known = false;
    m_select.reset();
    m_select.bind(0, m_project).bind(1, m_node);
    for (;;) {
        const auto more = m_select.step();
        if (!more)
            return more.error();
        if (!*more)
            break;
        m_known = true;
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
            continue;
        }
        const auto cursor = cursorOf(m_select);
        if (!cursor)
            return cursor.error();
        m_stored[{cursor->stream, cursor->shard}] = cursor->next;
    }
    if (!m_known)
        return std::optional<runtime::FragmentProgress>();
    for (const auto &[key, next] : m_stored)
        progress.cursors.push_back({key.first, key.second, next});
    m_storedDetails = progress.details;
    return std::optional(std::move(progress));
}

Status ProgressTable::put(std::string_view stream, std::int64_t shard, std::int64_t next,
                          ByteView details)
{
    m_upsert.bind(0, m_project).bind(1, m_node).bind(2, stream).bind(3, shard).bind(4, next);
    if (shard == kNoShard)
        m_upsert.bind(5, details);
    else
        m_upsert.bindNull(5);
    return m_upsert.run();
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
