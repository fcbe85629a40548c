// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace millrace::nodes {

class SqliteDatabase;

/// A prepared statement. Parameters count from 1, columns from 0. Views that are bound must live
/// until step() returned. Must not outlive its database.
/// Thread-safety: one thread at a time.
class SqliteStatement
{
public:
    enum class Step : std::uint8_t { Row = 1, Done, Constraint };

    /// Runs on. Constraint: the row breaks a constraint of the table and was not stored; all else
    /// of the transaction stands. Errors: as SqliteDatabase.
    Result<Step> step();
    void reset(); ///< to bind and step again; bound values stay

    void bindNull(int parameter);
    void bind(int parameter, std::int64_t value);
    void bind(int parameter, double value);
    void bind(int parameter, std::string_view text); ///< not copied
    void bindBlob(int parameter, ByteView bytes);    ///< not copied

    std::int64_t integer(int column) const;
    std::string_view text(int column) const; ///< until the next step or reset
    ByteView blob(int column) const;         ///< likewise
    bool isNull(int column) const;

private:
    friend class SqliteDatabase;
    struct Finalizer {
        void operator()(sqlite3_stmt *statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalizer> m_statement;
    const SqliteDatabase *m_database = nullptr;
};

/// A SQLite file opened for reading and writing, made when absent: write-ahead log, synchronous
/// FULL (a commit survives a power cut), foreign keys on, waiting up to 50 ms for another writer.
/// Unless `synced`, a commit stands after a kill but not after a power cut, as all does in virtual
/// time.
///
/// Errors of all functions: DiskFull, Busy, PermissionDenied (also a read-only file), Corrupt (not
/// a database, damaged), Io, and NodeDatabase with SQLite's own words for the rest; the place is
/// the path.
/// Ownership: heap-allocated, because statements point to it. Thread-safety: one thread at a time.
class SqliteDatabase
{
public:
    static Result<std::unique_ptr<SqliteDatabase>> open(const Path &path, bool synced);

    Status run(const std::string &sql); ///< one or more statements without parameters
    Result<SqliteStatement> prepare(const std::string &sql);
    Status begin(); ///< BEGIN IMMEDIATE: has the write lock when it returns
    Status commit();
    void rollback(); ///< fine when there is no transaction
    bool inTransaction() const;
    std::string lastMessage() const; ///< what SQLite says of the last failure

private:
    friend class SqliteStatement;
    struct Closer {
        void operator()(sqlite3 *handle) const;
    };
    SqliteDatabase(sqlite3 *handle, Path path);
    Problem problem(int code) const;

    std::unique_ptr<sqlite3, Closer> m_handle;
    Path m_path;
};

/// A name as SQL writes it in SQLite: "a ""b"" c".
std::string sqliteName(std::string_view name);

} // namespace millrace::nodes
