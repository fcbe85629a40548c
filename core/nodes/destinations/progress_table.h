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
    /// Whose progress it is.
    struct Owner {
        std::string project;
        std::string node;
        std::string table; ///< that the node fills; how it is written does not matter
    };

    /// Makes the table when absent, and the cursors those of `owner.table`: where the node filled
    /// another table before, its cursors are kept for it, and those that were kept for this one
    /// come back. With `tableIsNew` there are none: what they stood for is not there any more. Must
    /// run inside a transaction. Errors: as store::Database; NewerFormat when the table has other
    /// columns.
    static Result<std::unique_ptr<ProgressTable>>
    prepare(store::Database &database, Owner owner, const StreamUuid &source, bool tableIsNew);

    /// What stands for the node's table: the cursors of every stream it was ever filled from, and
    /// the details of the reader of `source`; nothing where there is no such table.
    static Result<runtime::FragmentProgress> stored(store::Database &database, const Owner &owner,
                                                    const StreamUuid &source);

    /// The table had been filled, but was gone when prepare() came.
    bool tableWasLost() const { return m_tableWasLost; }
    /// What was committed last; nothing when the node was never here. Errors: Corrupt for a row
    /// that does not decode.
    Result<std::optional<runtime::FragmentProgress>> read();
    /// What became of the rows of this reader.
    enum class Standing : std::uint8_t {
        Whole = 1,
        Removed,   ///< some or all, by somebody
        BegunAnew, ///< by another reader of the node, with which it shares the table
    };
    /// `tablesChanged`: somebody made or dropped a table of the file since this reader opened it.
    Result<Standing> standing(bool tablesChanged);
    /// Writes what was committed last, where rows of it were removed.
    Status restore();
    /// Begins anew for every reader of the node: what their cursors stood for is not there any
    /// more. Gives whether there were any.
    Result<bool> forget();
    /// Writes what changed since the last commit, in the present transaction.
    Status write(const runtime::FragmentProgress &progress);
    void committed();  ///< what was written stands
    void rolledBack(); ///< what was written is gone

private:
    using Key = std::pair<StreamUuid, ShardIndex>;

    ProgressTable(store::Database &database, Owner owner, std::string source);
    Status makeStatements();
    Result<bool> tableIsYounger();
    Status changeTable(bool tableIsNew);
    Status put(std::string_view stream, std::int64_t shard, std::int64_t next, ByteView details);

    store::Database &m_database;
    const Owner m_owner;
    const std::string m_source;
    bool m_tableWasLost = false;
    store::Statement m_select;
    store::Statement m_count;
    store::Statement m_upsert;
    std::map<Key, Ordinal> m_stored; ///< what the file holds
    Bytes m_storedDetails;
    bool m_known = false; ///< whether the file holds the details of this reader
    std::optional<runtime::FragmentProgress> m_written; ///< in the present transaction
};

} // namespace millrace::nodes
