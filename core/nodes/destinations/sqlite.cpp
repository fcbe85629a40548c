// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/sqlite.h"

#include "core/base/problem_codes.h"

#include <sqlite3.h>

namespace millrace::nodes {
namespace {

/// Short, because it is a worker that waits; the fragment tries again anyway.
constexpr int kBusyMilliseconds = 50;

} // namespace

void SqliteStatement::Finalizer::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

Result<SqliteStatement::Step> SqliteStatement::step()
{
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW)
        return Step::Row;
    if (code == SQLITE_DONE)
        return Step::Done;
    if ((code & 0xFF) == SQLITE_CONSTRAINT)
        return Step::Constraint;
    return m_database->problem(code);
}

void SqliteStatement::reset()
{
    sqlite3_reset(m_statement.get()); // repeats the failure of the step, which was reported
}

void SqliteStatement::bindNull(int parameter)
{
    sqlite3_bind_null(m_statement.get(), parameter);
}

void SqliteStatement::bind(int parameter, std::int64_t value)
{
    sqlite3_bind_int64(m_statement.get(), parameter, value);
}

void SqliteStatement::bind(int parameter, double value)
{
    sqlite3_bind_double(m_statement.get(), parameter, value);
}

void SqliteStatement::bind(int parameter, std::string_view text)
{
    // A null pointer would bind NULL.
    sqlite3_bind_text64(m_statement.get(), parameter, text.data() != nullptr ? text.data() : "",
                        text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void SqliteStatement::bindBlob(int parameter, ByteView bytes)
{
    if (bytes.empty())
        sqlite3_bind_zeroblob(m_statement.get(), parameter, 0);
    else
        sqlite3_bind_blob64(m_statement.get(), parameter, bytes.data(), bytes.size(),
                            SQLITE_STATIC);
}

std::int64_t SqliteStatement::integer(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

std::string_view SqliteStatement::text(int column) const
{
    const auto *text =
        reinterpret_cast<const char *>(sqlite3_column_text(m_statement.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return text != nullptr ? std::string_view(text, size) : std::string_view();
}

ByteView SqliteStatement::blob(int column) const
{
    const auto *bytes =
        static_cast<const std::byte *>(sqlite3_column_blob(m_statement.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return bytes != nullptr ? ByteView(bytes, size) : ByteView();
}

bool SqliteStatement::isNull(int column) const
{
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

void SqliteDatabase::Closer::operator()(sqlite3 *handle) const
{
    sqlite3_close_v2(handle);
}

SqliteDatabase::SqliteDatabase(sqlite3 *handle, Path path)
    : m_handle(handle)
    , m_path(std::move(path))
{}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const Path &path, bool synced)
{
    sqlite3 *handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                         SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                     nullptr);
    std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(handle, path));
    if (code != SQLITE_OK)
        return database->problem(code);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    MILLRACE_TRY(database->run("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON"));
    MILLRACE_TRY(database->run(synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF"));
    return database;
}

Status SqliteDatabase::run(const std::string &sql)
{
    const int code = sqlite3_exec(m_handle.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return problem(code);
    return Done{};
}

Result<SqliteStatement> SqliteDatabase::prepare(const std::string &sql)
{
    sqlite3_stmt *prepared = nullptr;
    const int code = sqlite3_prepare_v3(m_handle.get(), sql.c_str(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK)
        return problem(code);
    SqliteStatement statement;
    statement.m_statement.reset(prepared);
    statement.m_database = this;
    return statement;
}

Status SqliteDatabase::begin()
{
    return run("BEGIN IMMEDIATE");
}

Status SqliteDatabase::commit()
{
    return run("COMMIT");
}

void SqliteDatabase::rollback()
{
    if (inTransaction())
        sqlite3_exec(m_handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool SqliteDatabase::inTransaction() const
{
    return sqlite3_get_autocommit(m_handle.get()) == 0;
}

std::string SqliteDatabase::lastMessage() const
{
    return sqlite3_errmsg(m_handle.get());
}

Problem SqliteDatabase::problem(int code) const
{
    const std::string reason = lastMessage();
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return Problem(Code::DiskFull, {{"operation", "writing the database"}}, m_path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Problem(Code::Busy, {{"what", "The database"}}, m_path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return Problem(Code::PermissionDenied, {{"operation", "write the database"}}, m_path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Problem(Code::Corrupt, {{"what", "The database"}, {"reason", reason}}, m_path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return Problem(Code::Io,
                       {{"operation", "opening or writing the database"}, {"reason", reason}},
                       m_path);
    default:
        return Problem(Code::NodeDatabase, {{"reason", reason}}, m_path);
    }
}

std::string sqliteName(std::string_view name)
{
    std::string out = "\"";
    for (const char c : name) {
        out += c;
        if (c == '"')
            out += c;
    }
    out += '"';
    return out;
}

} // namespace millrace::nodes
