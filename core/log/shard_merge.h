// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/record/record_batch.h"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace millrace::log {

/// Reads shards of one stream as one sequence, by (arrival, shard, ordinal): the order of virtual
/// time, of record pages and of `millrace records`. The same log gives the same sequence, however
/// it is cut into runs.
///
/// What is missing (expired, or damaged) is passed and counted. Where a shard ends for now, it can
/// be asked again later. Blocks are read when they are come to, one of each shard at a time.
/// Thread-safety: one thread at a time.
class ShardMerge
{
public:
    /// The block that holds a record, or the first one behind it; null when there is none. As
    /// Log::read(), with its errors.
    using Read = std::function<Result<record::BatchPtr>(ShardIndex shard, Ordinal at)>;
    /// Those of some rows of a block that are wanted, rising; until the next call.
    using Filter = std::function<std::span<const std::uint32_t>(
        const record::RecordBatch &batch, std::span<const std::uint32_t> rows)>;

    /// Records of one shard that stand next to each other in the sequence.
    struct Run {
        ShardIndex shard;
        record::BatchPtr batch;          ///< null: only that records are missing
        std::vector<std::uint32_t> rows; ///< of `batch`, rising
        std::uint64_t missing = 0; ///< records of the shard that are gone, before the first row
        Ordinal end;               ///< the first ordinal of the shard that is behind this run
    };

    /// `damage` takes each block that could not be read; `filter` null: all rows are wanted.
    /// It is asked about a block at once, but for what lies outside the range.
    ShardMerge(Read read, LogSink damage, Filter filter = {});
    /// Adds a shard, behind those added before, which have lower indexes. Reading begins at `from`
    /// and ends at `until`, so that records which come faster than they are read do not keep it
    /// going; none: it ends where there is nothing more.
    void add(ShardIndex shard, Ordinal from, std::optional<Ordinal> until = {});

    /// The next run, of at most `maxRows` rows; nothing when nothing is there now.
    /// Errors: those of Read but damage.
    Result<std::optional<Run>> next(std::size_t maxRows);

private:
    struct Walk {
        ShardIndex shard;
        Ordinal at; ///< first ordinal not yet looked at
        std::optional<Ordinal> until;
        std::uint64_t missing = 0; ///< not yet told
        record::BatchPtr batch;
        std::vector<std::uint32_t>
            rows; ///< of `batch`, wanted and not yet given, from `nextRow` on
        std::size_t nextRow = 0;

        bool empty() const { return nextRow == rows.size(); }
        WallTime arrival() const { return batch->arrival(rows[nextRow]); }
        void pass(Ordinal to);
    };
    Status fill(Walk &walk);
    Result<bool> load(Walk &walk);
    static Run take(Walk &walk, std::size_t rows);

    const Read m_read;
    const LogSink m_damage;
    const Filter m_filter;
    std::vector<Walk> m_walks;
};

} // namespace millrace::log
