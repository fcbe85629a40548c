// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/sqlite_syncs.h"

#include <atomic>
#include <map>
#include <sqlite3.h>

namespace millrace::test {
namespace {

std::atomic<std::uint64_t> syncs = 0;
sqlite3_vfs *usual = nullptr;
sqlite3_vfs counting;
/// Databases have other methods than the files beside them; what syncs is the same.
std::map<const sqlite3_io_methods *, sqlite3_io_methods> methods;
int (*usualSync)(sqlite3_file *, int) = nullptr;

int countedSync(sqlite3_file *file, int flags)
{
    ++syncs;
    return usualSync(file, flags);
}

int openCounted(sqlite3_vfs *, const char *name, sqlite3_file *file, int flags, int *outFlags)
{
    const int result = usual->xOpen(usual, name, file, flags, outFlags);
    if (file->pMethods != nullptr) {
        usualSync = file->pMethods->xSync;
        sqlite3_io_methods &own = methods[file->pMethods];
        own = *file->pMethods;
        own.xSync = countedSync;
        file->pMethods = &own;
    }
    return result;
}

} // namespace

SqliteSyncs::SqliteSyncs()
{
    syncs = 0;
    usual = sqlite3_vfs_find(nullptr);
    counting = *usual;
    counting.zName = "counting";
    counting.pNext = nullptr;
    counting.xOpen = openCounted;
    sqlite3_vfs_register(&counting, 1);
}

SqliteSyncs::~SqliteSyncs()
{
    sqlite3_vfs_unregister(&counting);
    sqlite3_vfs_register(usual, 1);
}

std::uint64_t SqliteSyncs::count() const
{
    return syncs;
}

} // namespace millrace::test
