// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytes.h"
#include "core/base/file_system.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace millrace::store {

/// A prepared statement: bind, step, read, reset. Columns and parameters count from 0.
///
/// Nothing that is bound is copied: it stays unchanged until the statement has run. What is bound
/// stays bound over a reset.
/// Lifetime: ends before its database does. Errors: as Database; a statement that failed is reset.
/// Thread-safety: one thread at a time.
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
    Statement &bind(int at, std::string &&text) = delete; ///< would be gone when it runs
    Statement &bind(int at, Bytes &&blob) = delete;       ///< likewise
    Statement &bindNull(int at);
    /// True: a row is there; false: done, and the statement is reset.
    Result<bool> step();
    /// step() to the end, for statements without rows.
    Status run();
    void reset();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const; ///< until the next step or reset
    ByteView blob(int column) const;         ///< likewise
    bool isNull(int column) const;

private:
    friend class Database;
    Statement(sqlite3_stmt *statement, Path place);
    sqlite3_stmt *m_statement = nullptr;
    Path m_place;
};

struct DatabaseOptions {
    /// For how long a statement waits for another writer before it gives Busy (a person's sqlite3
    /// shell holds the file for a moment).
    std::chrono::milliseconds busyWait{2000};
    /// Off: a commit stands after a kill, but not after a power cut.
    bool synced = true;
};

/// One connection to a SQLite file: write-ahead log, foreign keys on, synchronous FULL (a commit
/// survives a power cut) unless the options say otherwise.
///
/// Errors of it and of its statements; the place is the file:
///
/// - Busy, DiskFull, Io: may heal;
/// - NotFound, PermissionDenied;
/// - InvalidArgument: no file can stand there (it is a folder, or a part of the path is a file);
/// - Corrupt: the file is no database, or a damaged one;
/// - DatabaseConstraint: the statement breaks a constraint of its table. It stored nothing and what
///   else the transaction did stands, unless the table's own conflict clause or a trigger of it
///   says otherwise: ROLLBACK ends the transaction (inTransaction() is false then), FAIL leaves
///   what the statement did so far (changedRows() is not 0 then). A statement with a conflict
///   clause of its own (INSERT OR ABORT) overrides that of the table, not RAISE() of a trigger
///   [sqlite.org/lang_conflict.html, lang_createtrigger.html];
/// - DatabaseRefused: the statement does not fit the database (no such table or column).
///
/// Thread-safety: one thread at a time.
class Database
{
public:
    enum class Mode : std::uint8_t {
        ReadOnly = 1, ///< must exist
        ReadWrite,    ///< made when absent
        Existing,     ///< read and write; must exist
    };
    static Result<Database> open(const Path &path, Mode mode, const DatabaseOptions &options = {});
    Database(Database &&other) noexcept;
    Database &operator=(Database &&other) noexcept;
    ~Database();

    Result<Statement> prepare(std::string_view sql);
    Status execute(const std::string &sql); ///< any number of statements without parameters
    bool inTransaction() const;
    /// Of the last INSERT, UPDATE or DELETE, without what its triggers did.
    std::int64_t changedRows() const;
    /// Whether a row in the open transaction waits for one that a deferred foreign key wants:
    /// COMMIT fails until that is there [sqlite.org/foreignkeys.html, 4.2].
    bool keysWait() const;
    /// Whether the path still leads to the file that is open: it was not removed, renamed or
    /// replaced, nor was a link on the way set to another file.
    bool isAtPath() const;
    /// Moves what stands in the write-ahead log into the file and makes the log empty, unless
    /// somebody reads or writes meanwhile: then a part of it.
    Status emptyLog();
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

/// A write transaction; at the end of its life what was not committed is rolled back.
/// Lifetime: refers to the database, which is not moved meanwhile.
class Transaction
{
public:
    explicit Transaction(Database &database)
        : m_database(database)
    {}
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;
    Status begin(); ///< BEGIN IMMEDIATE: has the write lock when it returns
    Status commit();
    void rollback(); ///< fine when it is not open
    /// SQLite may have rolled back by itself, after some failures.
    bool isOpen() const { return m_database.inTransaction(); }

private:
    Database &m_database;
};

/// A name as SQL writes it: "a ""b"" c".
std::string quotedName(std::string_view name);

} // namespace millrace::store
