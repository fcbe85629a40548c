// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace millrace::test {

/// Counts what SQLite has synced on the disk, of databases that are opened while it lives: it
/// stands before SQLite's own file access [sqlite.org/vfs.html].
/// One at a time, and databases are opened by one thread. Databases that were opened while it lived
/// are closed before it ends.
class SqliteSyncs
{
public:
    SqliteSyncs();
    ~SqliteSyncs();
    SqliteSyncs(const SqliteSyncs &) = delete;
    SqliteSyncs &operator=(const SqliteSyncs &) = delete;

    std::uint64_t count() const; ///< of all files, since it began
};

} // namespace millrace::test
