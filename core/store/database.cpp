// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/database.h"

#include "core/base/problem_codes.h"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace millrace::store {
namespace {

/// SQLite could not open the file or one beside it; only the operating system knows why.
Problem cannotOpen(sqlite3 *db, const char *operation, const Path &place)
{
    const int error = sqlite3_system_errno(db);
    const std::string reason = error == 0 ? sqlite3_errmsg(db) : std::strerror(error);
    switch (error) {
    case ENOENT:
        return Problem(Code::NotFound, {{"what", "The SQLite file"}}, place);
    case EISDIR:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return Problem(Code::InvalidArgument, {{"what", "The path cannot be used: " + reason}},
                       place);
    case EACCES:
    case EPERM:
    case EROFS:
        return Problem(Code::PermissionDenied, {{"operation", operation}}, place);
    case ENOSPC:
    case EDQUOT:
        return Problem(Code::DiskFull, {{"operation", operation}}, place);
    default:
        return Problem(Code::Io, {{"operation", operation}, {"reason", reason}}, place);
    }
}

Problem fromSqlite(sqlite3 *db, int result, const char *operation, const Path &place)
{
    const std::string reason = sqlite3_errmsg(db);
    switch (result & 0xFF) {
    case SQLITE_FULL:
        return Problem(Code::DiskFull, {{"operation", operation}}, place);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: // others were quicker at the lock, many times [sqlite.org/rescode.html]
        return Problem(Code::Busy, {{"what", "The database"}}, place);
    case SQLITE_NOTADB:
        return Problem(Code::Corrupt,
                       {{"what", "The file"}, {"reason", "it is no SQLite database"}}, place);
    case SQLITE_CORRUPT:
        return Problem(Code::Corrupt,
                       {{"what", "The database"},
                        {"reason", "its pages do not fit together (" + reason + ')'}},
                       place);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return Problem(Code::PermissionDenied, {{"operation", operation}}, place);
    case SQLITE_CANTOPEN:
        return cannotOpen(db, operation, place);
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
        return Problem(Code::Io, {{"operation", operation}, {"reason", reason}}, place);
    case SQLITE_CONSTRAINT:
        return Problem(Code::DatabaseConstraint, {{"reason", reason}}, place);
    default:
        return Problem(Code::DatabaseRefused, {{"reason", reason}}, place);
    }
}

constexpr const char *kOpen = "open the database";
constexpr const char *kRun = "read or write the database";

/// As a part of a URI.
std::string escaped(const Path &path)
{
    std::string out;
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#')
            out += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
        else
            out += c;
    }
    return out;
}

} // namespace

Statement::Statement(sqlite3_stmt *statement, Path place)
    : m_statement(statement)
    , m_place(std::move(place))
{}

Statement::Statement(Statement &&other) noexcept
    : m_statement(std::exchange(other.m_statement, nullptr))
    , m_place(std::move(other.m_place))
{}

Statement &Statement::operator=(Statement &&other) noexcept
{
    std::swap(m_statement, other.m_statement);
    std::swap(m_place, other.m_place);
    return *this;
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

Statement &Statement::bind(int at, std::int64_t value)
{
    sqlite3_bind_int64(m_statement, at + 1, value);
    return *this;
}

Statement &Statement::bind(int at, double value)
{
    sqlite3_bind_double(m_statement, at + 1, value);
    return *this;
}

Statement &Statement::bind(int at, std::string_view text)
{
    // A null pointer would bind NULL.
    sqlite3_bind_text64(m_statement, at + 1, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement &Statement::bind(int at, ByteView blob)
{
    if (blob.empty())
        sqlite3_bind_zeroblob(m_statement, at + 1, 0);
    else
        sqlite3_bind_blob64(m_statement, at + 1, blob.data(), blob.size(), SQLITE_STATIC);
    return *this;
}

Statement &Statement::bindNull(int at)
{
    sqlite3_bind_null(m_statement, at + 1);
    return *this;
}

Result<bool> Statement::step()
{
    const int result = sqlite3_step(m_statement);
    if (result == SQLITE_ROW)
        return true;
    if (result == SQLITE_DONE) {
        reset();
        return false;
    }
    Problem problem = fromSqlite(sqlite3_db_handle(m_statement), result, kRun, m_place);
    reset();
    return problem;
}

Status Statement::run()
{
    for (;;) {
        auto more = step();
        if (!more)
            return std::move(more).error();
        if (!*more)
            return Done{};
    }
}

void Statement::reset()
{
    sqlite3_reset(m_statement); // repeats the failure of the step, which was told
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

std::string_view Statement::text(int column) const
{
    const auto *text = reinterpret_cast<const char *>(sqlite3_column_text(m_statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column));
    return text == nullptr ? std::string_view() : std::string_view(text, size);
}

ByteView Statement::blob(int column) const
{
    const auto *data = static_cast<const std::byte *>(sqlite3_column_blob(m_statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column));
    return data == nullptr ? ByteView() : ByteView(data, size);
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

/// A reader in a folder that it may not write to cannot make the files that a write-ahead log wants
/// [sqlite.org/wal.html, 5]. With no such log there, nobody writes, and it can do without.
Result<Database> Database::readable(Database database)
{
    const int result = sqlite3_exec(database.m_db, "SELECT count(*) FROM sqlite_master", nullptr,
                                    nullptr, nullptr);
    const int primary = result & 0xFF;
    const bool noFiles = primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY;
    if (!noFiles || ::access((database.m_path + "-wal").c_str(), F_OK) == 0)
        return database; // what else is wrong, the first query says
    sqlite3 *db = nullptr;
    const std::string uri = "file:" + escaped(database.m_path) + "?immutable=1";
    const int opened = sqlite3_open_v2(uri.c_str(), &db,
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX |
                                           SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI,
                                       nullptr);
    Database still(db, database.m_path);
    if (opened != SQLITE_OK)
        return fromSqlite(db, opened, kOpen, database.m_path);
    return still;
}

Result<Database> Database::open(const Path &path, Mode mode, const DatabaseOptions &options)
{
    sqlite3 *db = nullptr;
    const int access = mode == Mode::ReadOnly   ? SQLITE_OPEN_READONLY
                       : mode == Mode::Existing ? SQLITE_OPEN_READWRITE
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int result = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    Database database(db, path);
    if (result != SQLITE_OK)
        return fromSqlite(db, result, kOpen, path);
    sqlite3_busy_timeout(db, static_cast<int>(options.busyWait.count()));
    if (mode == Mode::ReadOnly)
        return readable(std::move(database));
    MILLRACE_TRY(database.execute("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON"));
    MILLRACE_TRY(database.execute(options.synced ? "PRAGMA synchronous = FULL"
                                                 : "PRAGMA synchronous = OFF"));
    return database;
}

Database::Database(Database &&other) noexcept
    : m_db(std::exchange(other.m_db, nullptr))
    , m_path(std::move(other.m_path))
{}

Database &Database::operator=(Database &&other) noexcept
{
    std::swap(m_db, other.m_db);
    std::swap(m_path, other.m_path);
    return *this;
}

Database::~Database()
{
    sqlite3_close_v2(m_db);
}

Result<Statement> Database::prepare(std::string_view sql)
{
    sqlite3_stmt *statement = nullptr;
    const int result = sqlite3_prepare_v3(m_db, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK)
        return fromSqlite(m_db, result, kRun, m_path);
    return Statement(statement, m_path);
}

Status Database::execute(const std::string &sql)
{
    const int result = sqlite3_exec(m_db, sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK)
        return fromSqlite(m_db, result, kRun, m_path);
    return Done{};
}

Status Database::emptyLog()
{
    return execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

bool Database::inTransaction() const
{
    return sqlite3_get_autocommit(m_db) == 0;
}

std::int64_t Database::changedRows() const
{
    return sqlite3_changes64(m_db);
}

bool Database::keysWait() const
{
    int waits = 0;
    int unused = 0;
    sqlite3_db_status(m_db, SQLITE_DBSTATUS_DEFERRED_FKS, &waits, &unused, 0);
    return waits != 0;
}

bool Database::isAtPath() const
{
    int moved = 1;
    const int asked = sqlite3_file_control(m_db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (asked != SQLITE_OK || moved != 0)
        return false;
    // SQLite follows links once, when it opens the file.
    struct stat here {
    };
    struct stat opened {
    };
    return ::stat(m_path.c_str(), &here) == 0 &&
           ::stat(sqlite3_db_filename(m_db, "main"), &opened) == 0 &&
           here.st_dev == opened.st_dev && here.st_ino == opened.st_ino;
}

Transaction::~Transaction()
{
    rollback();
}

Status Transaction::begin()
{
    return m_database.execute("BEGIN IMMEDIATE");
}

Status Transaction::commit()
{
    return m_database.execute("COMMIT");
}

void Transaction::rollback()
{
    if (isOpen())
        (void)m_database.execute("ROLLBACK").has_value();
}

std::string quotedName(std::string_view name)
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

} // namespace millrace::store
