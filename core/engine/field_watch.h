// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/unknown_fields.h"
#include "core/stream/stream_store.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace millrace::engine {

/// A stream that somebody reads by its schema, and where a problem of it is to be placed.
struct WatchedStream {
    stream::StreamPtr stream;
    std::string place;
};

/// Says which fields records have that their stream's schema lacks: whoever reads by the schema
/// leaves them out without a word. Each field is reported once for each stream (FieldNotInSchema),
/// kMaxFields of them at most (then MoreFieldsNotInSchema, and the stream is left alone).
///
/// Looks at samples, apart from the workers: of what came since the last look kRuns runs of
/// records of a stream, spread evenly and the newest among them, of kRunRecords records or
/// kRunBytes each. That is one or two milliseconds of a stream that takes in more than a look
/// reads, and all records of one that does not; a field that one record in thousands has may be
/// found late.
/// Thread-safety: every function may be called from any thread; one look at a time.
class FieldWatch
{
public:
    static constexpr std::uint64_t kRuns = 8;
    static constexpr std::size_t kRunRecords = 32;
    static constexpr std::size_t kRunBytes = 64U << 10U;
    static constexpr std::size_t kMaxFields = 10;

    explicit FieldWatch(LogSink report)
        : m_report(std::move(report))
    {}

    /// Looks at what came since the last look; at first, at all there is. A stream without a
    /// schema is looked at once it has one.
    void look(const std::vector<WatchedStream> &streams);

private:
    struct Watch {
        std::string schemaText; ///< what `fields` was made of
        std::optional<sql::UnknownFields> fields;
        std::map<ShardIndex, Ordinal> seen; ///< looked at up to here
        std::uint32_t nextShard = 0;        ///< where the next look begins: each gets its turn
        std::set<std::string> known;        ///< reported before
    };
    /// Records of a shard that no look has passed.
    struct Fresh {
        ShardIndex shard;
        Ordinal from;
        std::uint64_t count = 0;
    };
    static std::vector<Fresh> freshOf(const stream::DataStream &stream, Watch &watch);
    void lookAt(const WatchedStream &watched, Watch &watch) const;
    void lookAtRun(const WatchedStream &watched, Watch &watch, ShardIndex shard, Ordinal at) const;
    void found(const WatchedStream &watched, Watch &watch, const std::string &field,
               ShardIndex shard, Ordinal at) const;

    const LogSink m_report;
    std::mutex m_mutex; ///< guards m_watches; held while records are read
    std::map<StreamUuid, Watch> m_watches;
};

} // namespace millrace::engine
