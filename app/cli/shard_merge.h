// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/log.h"

#include <functional>
#include <memory>
#include <vector>

namespace millrace::cli {

/// One record of a merged reading.
struct RecordRef {
    record::BatchPtr batch;
    std::uint32_t row = 0;
    Ordinal ordinal() const { return batch->firstOrdinal() + row; }
};

/// Reads shards of a stream's log as one sequence, by (arrival, shard, ordinal), and goes on when
/// there is more. Damage is skipped and reported once.
/// Thread-safety: one thread at a time.
class ShardMerge
{
public:
    /// Tells which rows of a new batch are wanted, rising; none set: all are.
    using Filter = std::function<std::vector<std::uint32_t>(const record::RecordBatch &)>;

    /// `reader` outlives this.
    ShardMerge(log::LogReader &reader, Filter filter, LogSink damage);
    /// Adds a shard; reading begins at `from`.
    void add(ShardIndex shard, Ordinal from);

    /// The next wanted record; nothing when none is there now: after reader.refresh() there may be.
    /// Errors: those of LogReader but Corrupt.
    Result<std::optional<RecordRef>> next();

    /// Records that retention took before they were read.
    std::uint64_t expired() const { return m_expired; }

private:
    struct Walk {
        ShardIndex shard;
        Ordinal at; ///< first ordinal not yet looked at
        record::BatchPtr batch;
        std::vector<std::uint32_t> rows; ///< of `batch`, wanted and not yet given, from `nextRow`
        std::size_t nextRow = 0;
    };
    Result<bool> ready(Walk &walk);
    Status load(Walk &walk);

    log::LogReader &m_reader;
    Filter m_filter;
    LogSink m_damage;
    std::vector<Walk> m_walks;
    std::uint64_t m_expired = 0;
};

} // namespace millrace::cli
