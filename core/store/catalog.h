// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "core/store/database.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace millrace::store {

enum class Durability : std::uint8_t {
    Disk = 1, ///< a put is acknowledged after fdatasync
    Memory,   ///< at once; a crash takes what was not yet synced
};
enum class LimitMode : std::uint8_t {
    Off = 1,
    Shown,    ///< figures against the limits, nothing refused
    Enforced, ///< a put over a shard's limit is refused
};
/// What a stream is for. Only Data streams are somebody's own; the others belong to a pipeline.
enum class StreamRole : std::uint8_t { Data = 1, Wire, DeadLetters };
/// Where a schema came from; an edited one is not replaced by itself.
enum class SchemaSource : std::uint8_t { None = 1, Inferred, Brought, Edited };

/// A stream as the catalog knows it.
struct StreamEntry {
    StreamUuid id;
    std::string name; ///< unique
    std::uint32_t shards = 1;
    WallTime created{}; ///< also of its shards, until they are resharded
    std::chrono::milliseconds retention{std::chrono::hours(24)}; ///< see ageLimit()
    std::uint64_t maxBytes = 0; ///< 0: only the data directory's budget
    Durability durability = Durability::Disk;
    LimitMode limits = LimitMode::Shown;
    StreamRole role = StreamRole::Data;
    SchemaSource schemaSource = SchemaSource::None;
    std::string schema; ///< core/record's text form; empty: none
    /// How old a record may become. A wire never loses an unread record by age: what every reader
    /// has passed is trimmed.
    std::chrono::milliseconds ageLimit() const
    {
        return role == StreamRole::Wire ? std::chrono::milliseconds::max() : retention;
    }
    friend bool operator==(const StreamEntry &, const StreamEntry &) = default;
};

/// A stretch of one series of the metrics history: a minute, packed by core/runtime.
struct MetricsRow {
    std::string series;
    std::int64_t minute = 0; ///< minutes since 1970
    Bytes points;
};

/// catalog.db of a data directory. Format and upgrades are in FORMAT.md beside this file.
///
/// Changes are durable when a function returns (WAL, synchronous=FULL).
/// Errors: NewerFormat (a directory of a newer Millrace), NotFound (there is none, or an empty
/// file, and the mode does not make one), and those of Database. Thread-safety: every function may
/// be called from any thread; one mutex inside.
class Catalog
{
public:
    static Result<std::unique_ptr<Catalog>> open(const Path &path, Database::Mode mode);

    Result<std::vector<StreamEntry>> streams() const;
    Status putStream(const StreamEntry &entry); ///< inserts, or replaces the one with its id

    /// Progress of fragments whose destination keeps none.
    Result<std::optional<Bytes>> checkpoint(const std::string &fragment) const;
    /// All of fragments whose name begins so.
    Result<std::map<std::string, Bytes>> checkpoints(const std::string &prefix) const;
    Status putCheckpoint(const std::string &fragment, ByteView progress);

    /// What belongs to the directory as a whole; names are in FORMAT.md.
    Result<std::optional<std::string>> setting(const std::string &name) const;
    Status putSetting(const std::string &name, const std::string &value);

    /// Replaces rows of the same series and minute, all in one transaction.
    Status putMetrics(const std::vector<MetricsRow> &rows);
    Result<std::vector<MetricsRow>> metrics(const std::string &series, std::int64_t fromMinute,
                                            std::int64_t toMinute) const;
    /// Removes the oldest minutes until all rows together take at most `maxBytes`.
    Status trimMetrics(std::uint64_t maxBytes);
    /// Whether a row of that minute is there, of any series: of what this catalog found and wrote.
    /// Waits for no query.
    bool holdsMetrics(std::int64_t minute) const;

private:
    explicit Catalog(Database database)
        : m_database(std::move(database))
    {}
    Status prepareFormat(Database::Mode mode);
    Status countMetrics();

    mutable std::mutex m_mutex; ///< guards m_database; before m_minutesMutex
    mutable Database m_database;
    mutable std::mutex m_minutesMutex; ///< guards m_minuteBytes, which changes with m_mutex held
    std::map<std::int64_t, std::uint64_t> m_minuteBytes; ///< of all rows of a minute
};

} // namespace millrace::store
