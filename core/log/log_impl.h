// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_cache.h"
#include "core/log/block_search.h"
#include "core/log/commit_former.h"
#include "core/log/recovery.h"
#include "core/log/segment_files.h"
#include "core/log/segment_writer.h"

#include <mutex>
#include <set>

namespace millrace::log {

/// The writer's side of a log. Lock order: m_maintenance -> m_commit -> m_state; m_queue is taken
/// alone. m_state is held for look-ups and for publishing a commit, never over a file call, so that
/// readers and append() wait for no disk.
class LogImpl final : public Log, private BlockSearch
{
public:
    LogImpl(const LogOptions &options, FileSystem &fileSystem, Clock &clock, RandomSource &random,
            LogSink log);
    Status recover();

    const RecoveryReport &recovery() const override { return m_recovery; }
    void append(Append append) override;
    std::uint64_t queuedBytes() const override;
    std::uint64_t commitBytes() const override;
    bool commit() override;
    std::vector<ShardIndex> shards() const override;
    ShardBounds bounds(ShardIndex shard) const override;
    std::uint64_t damagedRecords(ShardIndex shard, Ordinal from) const override;
    std::uint64_t nextSeqIx(ShardIndex shard) const override;
    Result<record::BatchPtr> read(ShardIndex shard, Ordinal at) override
    {
        return readOrdinal(shard, at);
    }
    Result<Ordinal> find(ShardIndex shard, WallTime time) override
    {
        return findArrival(shard, time);
    }
    Result<Ordinal> findSeqIx(ShardIndex shard, std::uint64_t seqIx) override
    {
        return findSequence(shard, seqIx);
    }
    std::vector<ProgressEntry> producers() const override;
    std::optional<ProgressEntry> producer(const std::string &id) const override;
    void setLimits(const LogLimits &limits) override;
    Result<std::uint64_t> expire() override;
    Result<std::uint64_t> dropOldestSegment() override;
    Result<std::uint64_t>
    trimBelow(std::span<const std::pair<ShardIndex, Ordinal>> keepFrom) override;
    Result<bool> rewriteOne(std::uint64_t mostBytes) override;
    Status seal() override;
    Status close() override;
    std::uint64_t diskBytes() const override;
    std::uint64_t rawBytes() const override;
    std::uint64_t storedBytes() const override;

private:
    struct Queued {
        Append append;
        std::uint64_t bytes = 0;
    };
    using Answer = Result<std::vector<Placed>>;
    LogLimits limits() const;
    Status load();
    std::vector<Queued> takeQueue();
    Status beginSegment(); ///< with m_commit held
    Status beginSegmentAt(const ShardStarts &starts);
    void turnTo(std::unique_ptr<SegmentWriter> writer, SegmentHeader header) noexcept;
    Status beginOrWait();
    void forgetProducers(); ///< with m_commit held
    void hear(const std::string &producer, WallTime at);
    Status ensureSegment(); ///< with m_commit held
    bool isDue() const;     ///< with m_commit held, while there is a writer
    Status write(const std::vector<Queued> &taken,
                 std::vector<Answer> &answers);   ///< with m_commit held
    void publish() noexcept;                      ///< likewise
    Ordinal horizon(ShardIndex shard) const;      ///< with m_state held
    ShardStart endOf(ShardIndex shard) const;     ///< with m_state held
    ShardBounds boundsOf(ShardIndex shard) const; ///< with m_state held
    std::optional<BlockRef> look(ShardIndex shard, const Look &look) override;
    ShardBounds boundsNow(ShardIndex shard) const override { return bounds(shard); }
    Result<record::BatchPtr> readRef(const BlockRef &ref) override;
    Status lookAgain(const BlockRef &ref) override;
    void reportDamage(const BlockRef &ref, const Problem &problem) override;
    Status hideExpired();
    Status sealDue();
    bool openIsHidden() const;
    Result<std::uint64_t> removeHidden(); ///< with m_maintenance held
    Status syncDirtyFolder();             ///< with m_maintenance held
    Result<std::uint64_t> removeOldest(); ///< with m_maintenance held
    bool oldestIsHidden() const;
    const SegmentHeader &behindOldest() const; ///< with m_state held, while there is a sealed one

    const LogOptions m_options;
    FileSystem &m_fileSystem;
    Clock &m_clock;
    RandomSource &m_random;
    const LogSink m_log;
    RecoveryReport m_recovery; ///< set by recover(), then constant
    BlockCache m_cache;
    SegmentFiles m_files;

    mutable std::mutex m_queueMutex; ///< guards m_queue and m_queuedBytes
    std::vector<Queued> m_queue;
    std::uint64_t m_queuedBytes = 0;

    std::mutex m_maintenance;             ///< one rewriting, expiring or trimming at a time
    std::set<SegmentNumber> m_unreadable; ///< could not be rewritten; guarded by m_maintenance
    bool m_folderDirty = false; ///< a remove or rename is not yet durable; guarded by m_maintenance

    std::mutex m_commit; ///< one commit at a time; guards the six below
    CommitFormer m_former;
    std::unique_ptr<SegmentWriter> m_writer;
    SegmentHeader m_header;     ///< of m_writer's segment
    bool m_openDamaged = false; ///< it was found so by recovery
    ShardStarts m_noted;        ///< the ends in the note that stands
    bool m_allLost = false;     ///< the note has ends and no segment is left that would lack them

    mutable std::mutex m_state; ///< guards all below; changed only with m_commit held, but m_hidden
    LogIndex m_index;
    ShardStarts m_ends;
    Producers m_producers;
    std::map<ShardIndex, Ordinal> m_hidden; ///< below it records are expired
    /// Blocks that were reported, by segment and position.
    std::map<std::pair<Uuid, FilePos>, BlockEntry> m_damaged;
    std::map<std::string, WallTime> m_heard; ///< of passing producers, the last append or later
    std::uint64_t m_openBytes = 0;           ///< of the open segment's file
    LogLimits m_limits;
};

} // namespace millrace::log
