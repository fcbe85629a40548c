// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/sink.h"
#include "core/store/catalog.h"

#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace millrace::engine {

/// The fragments whose ends' cursors are to be believed; kept in the catalog, over restarts.
///
/// An end keeps a cursor for every stream that it was ever fed from. When an edit puts something
/// between and a later one takes it out again, the old cursor is far behind where the end stands. A
/// fragment that is noted here has been planned without a break since it began, so the cursor is
/// its own. Until its first commit stands, its floor says where it began: the cursor may still be
/// the old one. Thread-safety: every function may be called from any thread. Errors: those of
/// Catalog.
class ChainRegister
{
public:
    explicit ChainRegister(store::Catalog &catalog)
        : m_catalog(catalog)
    {}

    struct Entry {
        std::vector<Ordinal> floor; ///< by shard of the source; empty exactly once a commit stands
    };
    Result<std::optional<Entry>> find(const Uuid &project, const std::string &fragment) const;
    /// Forgets all fragments of the project but these: they are planned no more.
    Status keep(const Uuid &project, const std::set<std::string> &fragments);
    Status noteBegin(const Uuid &project, const std::string &fragment, std::vector<Ordinal> floor);
    /// A commit of the fragment stands.
    Status noteCommit(const Uuid &project, const std::string &fragment);

private:
    using Entries = std::map<std::string, Entry>;
    Result<Entries *> entriesOf(const Uuid &project) const; ///< with m_mutex held
    Status write(const Uuid &project, Entries entries);     ///< likewise

    store::Catalog &m_catalog;
    mutable std::mutex m_mutex;                     ///< guards what follows
    mutable std::map<std::string, Entries> m_known; ///< by project: what the catalog has
};

} // namespace millrace::engine
