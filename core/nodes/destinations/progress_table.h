// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/sink.h"
#include "core/store/database.h"

#include <map>
#include <optional>

namespace millrace::nodes {

/// The table `_millrace` of a destination's file: how far one node of one project has come with one
/// source stream. Its shape is told in sqlite_table.h.
/// Lifetime: refers to the database. Thread-safety: one thread at a time.
class ProgressTable
{
public:
    /// Makes the table when absent. Must run inside a transaction.
    /// Errors: as store::Database; NewerFormat when the table has other columns.
    static Result<std::unique_ptr<ProgressTable>> prepare(store::Database &database,
                                                          const std::string &project,
                                                          const std::string &node,
                                                          const StreamUuid &source);

    /// The cursors of a node, of every stream it has ever read; none where there is no such table.
    static Result<std::vector<runtime::Cursor>>
    cursors(store::Database &database, const std::string &project, const std::string &node);

    /// What was committed last; nothing when the node was never here. Errors: Corrupt for a row
    /// that does not decode.
    Result<std::optional<runtime::FragmentProgress>> read();
    /// Writes what changed since the last commit, in the present transaction.
    Status write(const runtime::FragmentProgress &progress);
    void committed();  ///< what was written stands
    void rolledBack(); ///< what was written is gone

private:
    using Key = std::pair<StreamUuid, ShardIndex>;

    ProgressTable(std::string project, std::string node, std::string source);
    Status put(std::string_view stream, std::int64_t shard, std::int64_t next, ByteView details);

    std::string m_project;
    std::string m_node;
    std::string m_source;
    store::Statement m_select;
    store::Statement m_upsert;
    std::map<Key, Ordinal> m_stored; ///< what the file holds
    Bytes m_storedDetails;
    bool m_known = false;                               ///< whether the file holds anything
    std::optional<runtime::FragmentProgress> m_written; ///< in the present transaction
};

} // namespace millrace::nodes
