// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/catalog.h"

#include "core/base/problem_codes.h"

namespace millrace::store {
namespace {

constexpr std::int64_t kVersion = 1;
/// What a row of the metrics takes of the b-tree beside its points and the name of its series.
constexpr std::uint64_t kRowBytes = 16;

constexpr const char *kSchema = R"(
CREATE TABLE stream (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, shards INTEGER NOT NULL,
  created INTEGER NOT NULL, retention INTEGER NOT NULL, max_bytes INTEGER NOT NULL,
  durability INTEGER NOT NULL, limits INTEGER NOT NULL, role INTEGER NOT NULL,
  schema_source INTEGER NOT NULL, schema TEXT NOT NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE checkpoint (fragment TEXT PRIMARY KEY, progress BLOB NOT NULL);
CREATE TABLE metrics (
  series TEXT NOT NULL, minute INTEGER NOT NULL, points BLOB NOT NULL,
  PRIMARY KEY (series, minute)) WITHOUT ROWID;
PRAGMA user_version = 1;
)";

Result<StreamEntry> readStream(const Statement &row)
{
    StreamEntry entry;
    auto id = Uuid::parse(row.text(0));
    if (!id)
        return std::move(id).error();
    entry.id = *id;
    entry.name = row.text(1);
    entry.shards = static_cast<std::uint32_t>(row.integer(2));
    entry.created = WallTime(std::chrono::milliseconds(row.integer(3)));
    entry.retention = std::chrono::milliseconds(row.integer(4));
    entry.maxBytes = static_cast<std::uint64_t>(row.integer(5));
    entry.durability = static_cast<Durability>(row.integer(6));
    entry.limits = static_cast<LimitMode>(row.integer(7));
    entry.role = static_cast<StreamRole>(row.integer(8));
    entry.schemaSource = static_cast<SchemaSource>(row.integer(9));
    entry.schema = row.text(10);
    return entry;
}

} // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(const Path &path, Database::Mode mode)
{
    auto database = Database::open(path, mode);
    if (!database)
        return std::move(database).error();
    std::unique_ptr<Catalog> catalog(new Catalog(*std::move(database)));
    MILLRACE_TRY(catalog->prepareFormat(mode));
    if (mode != Database::Mode::ReadOnly)
        MILLRACE_TRY(catalog->countMetrics());
    return catalog;
}

Status Catalog::prepareFormat(Database::Mode mode)
{
    std::int64_t version = 0;
    {
        auto query = m_database.prepare("PRAGMA user_version");
        if (!query)
            return std::move(query).error();
        auto row = query->step();
        if (!row)
            return std::move(row).error();
        version = query->integer(0);
    }
    if (version > kVersion)
        return Problem(Code::NewerFormat,
                       {{"what", "the data directory"},
                        {"found", std::to_string(version)},
                        {"known", std::to_string(kVersion)}},
                       m_database.path());
    if (version == kVersion)
        return Done{};
    if (mode != Database::Mode::ReadWrite)
        return Problem(Code::NotFound, {{"what", "a catalog"}}, m_database.path());
    Transaction transaction(m_database);
    MILLRACE_TRY(transaction.begin());
    MILLRACE_TRY(m_database.execute(kSchema));
    return transaction.commit();
}

Result<std::vector<StreamEntry>> Catalog::streams() const
{
    const std::lock_guard guard(m_mutex);
    auto query = m_database.prepare("SELECT id, name, shards, created, retention, max_bytes, "
                                    "durability, limits, role, schema_source, schema FROM stream "
                                    "ORDER BY name");
    if (!query)
        return std::move(query).error();
    std::vector<StreamEntry> out;
    for (;;) {
        auto more = query->step();
        if (!more)
            return std::move(more).error();
        if (!*more)
            return out;
        auto entry = readStream(*query);
        if (!entry)
            return std::move(entry).error().at(m_database.path());
        out.push_back(*std::move(entry));
    }
}

Status Catalog::putStream(const StreamEntry &entry)
{
    const std::lock_guard guard(m_mutex);
    auto insert =
        m_database.prepare("INSERT OR REPLACE INTO stream VALUES (?,?,?,?,?,?,?,?,?,?,?)");
    if (!insert)
        return std::move(insert).error();
    const std::string id = entry.id.toString();
    insert->bind(0, id)
        .bind(1, entry.name)
        .bind(2, static_cast<std::int64_t>(entry.shards))
        .bind(3, static_cast<std::int64_t>(entry.created.time_since_epoch().count()))
        .bind(4, static_cast<std::int64_t>(entry.retention.count()))
        .bind(5, static_cast<std::int64_t>(entry.maxBytes))
        .bind(6, static_cast<std::int64_t>(entry.durability))
        .bind(7, static_cast<std::int64_t>(entry.limits))
        .bind(8, static_cast<std::int64_t>(entry.role))
        .bind(9, static_cast<std::int64_t>(entry.schemaSource))
        .bind(10, entry.schema);
    return insert->run();
}

Result<std::optional<Bytes>> Catalog::checkpoint(const std::string &fragment) const
{
    const std::lock_guard guard(m_mutex);
    auto query = m_database.prepare("SELECT progress FROM checkpoint WHERE fragment = ?");
    if (!query)
        return std::move(query).error();
    auto row = query->bind(0, fragment).step();
    if (!row)
        return std::move(row).error();
    if (!*row)
        return std::optional<Bytes>{};
    const ByteView progress = query->blob(0);
    return std::optional(Bytes(progress.begin(), progress.end()));
}

Result<std::map<std::string, Bytes>> Catalog::checkpoints(const std::string &prefix) const
{
    const std::lock_guard guard(m_mutex);
    auto query = m_database.prepare("SELECT fragment, progress FROM checkpoint "
                                    "WHERE substr(fragment, 1, length(?1)) = ?1");
    if (!query)
        return std::move(query).error();
    query->bind(0, prefix);
    std::map<std::string, Bytes> out;
    for (;;) {
        auto row = query->step();
        if (!row)
            return std::move(row).error();
        if (!*row)
            return out;
        const ByteView progress = query->blob(1);
        out.emplace(query->text(0), Bytes(progress.begin(), progress.end()));
    }
}

Status Catalog::putCheckpoint(const std::string &fragment, ByteView progress)
{
    const std::lock_guard guard(m_mutex);
    auto insert = m_database.prepare("INSERT OR REPLACE INTO checkpoint VALUES (?,?)");
    if (!insert)
        return std::move(insert).error();
    return insert->bind(0, fragment).bind(1, progress).run();
}

Result<std::optional<std::string>> Catalog::setting(const std::string &name) const
{
    const std::lock_guard guard(m_mutex);
    auto query = m_database.prepare("SELECT value FROM setting WHERE name = ?");
    if (!query)
        return std::move(query).error();
    auto row = query->bind(0, name).step();
    if (!row)
        return std::move(row).error();
    return *row ? std::optional(std::string(query->text(0))) : std::optional<std::string>{};
}

Status Catalog::putSetting(const std::string &name, const std::string &value)
{
    const std::lock_guard guard(m_mutex);
    auto insert = m_database.prepare("INSERT OR REPLACE INTO setting VALUES (?,?)");
    if (!insert)
        return std::move(insert).error();
    return insert->bind(0, name).bind(1, value).run();
}

/// What the rows take is counted once, when the catalog is opened for writing, and kept up from
/// then on: the table is ordered by series, and a query for its oldest minutes would read all of
/// it.
Status Catalog::countMetrics()
{
    auto query = m_database.prepare("SELECT minute, SUM(length(points) + length(series)), "
                                    "COUNT(*) FROM metrics GROUP BY minute");
    if (!query)
        return std::move(query).error();
    for (;;) {
        auto more = query->step();
        if (!more)
            return std::move(more).error();
        if (!*more)
            return Done{};
        m_minuteBytes[query->integer(0)] =
            static_cast<std::uint64_t>(query->integer(1)) +
            static_cast<std::uint64_t>(query->integer(2)) * kRowBytes;
    }
}

Status Catalog::putMetrics(const std::vector<MetricsRow> &rows)
{
    const std::lock_guard guard(m_mutex);
    Transaction transaction(m_database);
    MILLRACE_TRY(transaction.begin());
    std::map<std::int64_t, std::uint64_t> more;
    std::map<std::int64_t, std::uint64_t> less; // of rows that were replaced
    {
        auto before = m_database.prepare(
            "SELECT length(points) FROM metrics WHERE series = ? AND minute = ?");
        auto insert = m_database.prepare("INSERT OR REPLACE INTO metrics VALUES (?,?,?)");
        if (!before || !insert)
            return before ? std::move(insert).error() : std::move(before).error();
        for (const auto &row : rows) {
            const std::uint64_t fixedBytes = row.series.size() + kRowBytes;
            auto replaced = before->bind(0, row.series).bind(1, row.minute).step();
            if (!replaced)
                return std::move(replaced).error();
            if (*replaced)
                less[row.minute] += static_cast<std::uint64_t>(before->integer(0)) + fixedBytes;
            before->reset();
            MILLRACE_TRY(insert->bind(0, row.series).bind(1, row.minute).bind(2, row.points).run());
            more[row.minute] += row.points.size() + fixedBytes;
        }
    }
    MILLRACE_TRY(transaction.commit());
    const std::lock_guard minutes(m_minutesMutex);
    for (const auto &[minute, bytes] : more)
        m_minuteBytes[minute] += bytes;
    for (const auto &[minute, bytes] : less)
        m_minuteBytes[minute] -= bytes;
    return Done{};
}

bool Catalog::holdsMetrics(std::int64_t minute) const
{
    const std::lock_guard guard(m_minutesMutex);
    return m_minuteBytes.contains(minute);
}

Result<std::vector<MetricsRow>> Catalog::metrics(const std::string &series, std::int64_t fromMinute,
                                                 std::int64_t toMinute) const
{
    const std::lock_guard guard(m_mutex);
    auto query = m_database.prepare("SELECT minute, points FROM metrics WHERE series = ? AND "
                                    "minute >= ? AND minute < ? ORDER BY minute");
    if (!query)
        return std::move(query).error();
    query->bind(0, series).bind(1, fromMinute).bind(2, toMinute);
    std::vector<MetricsRow> out;
    for (;;) {
        auto more = query->step();
        if (!more)
            return std::move(more).error();
        if (!*more)
            return out;
        const ByteView points = query->blob(1);
        out.push_back({series, query->integer(0), Bytes(points.begin(), points.end())});
    }
}

Status Catalog::trimMetrics(std::uint64_t maxBytes)
{
    const std::lock_guard guard(m_mutex);
    std::optional<std::int64_t> last; // that goes
    {
        const std::lock_guard minutes(m_minutesMutex);
        std::uint64_t total = 0;
        for (auto it = m_minuteBytes.rbegin(); it != m_minuteBytes.rend() && !last; ++it) {
            total += it->second;
            if (total > maxBytes)
                last = it->first;
        }
    }
    if (!last)
        return Done{};
    Transaction transaction(m_database);
    MILLRACE_TRY(transaction.begin());
    {
        // Series by series along the primary key: only what goes is read.
        auto next = m_database.prepare("SELECT series FROM metrics WHERE series > ? ORDER BY "
                                       "series LIMIT 1");
        auto remove = m_database.prepare("DELETE FROM metrics WHERE series = ? AND minute <= ?");
        if (!next || !remove)
            return next ? std::move(remove).error() : std::move(next).error();
        for (std::string series;;) {
            auto found = next->bind(0, series).step();
            if (!found)
                return std::move(found).error();
            if (!*found)
                break;
            series = next->text(0);
            next->reset();
            MILLRACE_TRY(remove->bind(0, series).bind(1, *last).run());
        }
    }
    MILLRACE_TRY(transaction.commit());
    const std::lock_guard minutes(m_minutesMutex);
    m_minuteBytes.erase(m_minuteBytes.begin(), m_minuteBytes.upper_bound(*last));
    return Done{};
}

} // namespace millrace::store
