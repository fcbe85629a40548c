// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytes.h"
#include "core/base/file_system.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace millrace::store {

/// A prepared statement: bind, step, read, reset. Columns and parameters count from 0.
class Statement
{
public:
    Statement() = default;
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&other) noexcept;
    ~Statement();

    Statement &bind(int at, std::int64_t value);
    Statement &bind(int at, double value);
    Statement &bind(int at, std::string_view text);
    Statement &bind(int at, ByteView blob);
    Statement &bindNull(int at);
    /// True: a row is there; false: done (the statement is reset and may be bound again).
    Result<bool> step();
    /// step() to the end, for statements without rows.
    Status run();
    void reset();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    Bytes blob(int column) const;
    bool isNull(int column) const;

private:
    friend class Database;
    Statement(sqlite3_stmt *statement, std::string place);
    sqlite3_stmt *m_statement = nullptr;
    std::string m_place;
};

/// One connection to a SQLite file, in WAL mode with synchronous=FULL.
/// Errors: NotFound, Io, DiskFull, Busy, Corrupt, PermissionDenied; the place is the file.
/// Thread-safety: one thread at a time.
class Database
{
public:
    enum class Mode : std::uint8_t {
        ReadOnly = 1, ///< must exist
        ReadWrite,    ///< made when absent
        Existing,     ///< read and write; must exist
    };
    static Result<Database> open(const Path &path, Mode mode);
    Database(Database &&other) noexcept;
    Database &operator=(Database &&other) noexcept;
    ~Database();

    Result<Statement> prepare(std::string_view sql);
    Status execute(const std::string &sql); ///< any number of statements without parameters
    std::int64_t changes() const;
    sqlite3 *handle() const { return m_db; }
    const Path &path() const { return m_path; }

private:
    Database(sqlite3 *db, Path path)
        : m_db(db)
        , m_path(std::move(path))
    {}
    static Result<Database> readable(Database database);

    sqlite3 *m_db = nullptr;
    Path m_path;
};

/// BEGIN IMMEDIATE now, ROLLBACK at the end unless commit() succeeded.
class Transaction
{
public:
    explicit Transaction(Database &database)
        : m_database(database)
    {}
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;
    Status begin();
    Status commit();

private:
    Database &m_database;
    bool m_open = false;
};

} // namespace millrace::store
