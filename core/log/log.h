// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/log_line.h"
#include "core/record/record_batch.h"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millrace::log {

/// A producer's word about how far it has come. Opaque to the log; epoch and progress of the
/// newest whole commit that names the producer are what it goes on from.
struct ProgressEntry {
    std::string producer;
    Epoch epoch;
    Bytes progress;
    friend bool operator==(const ProgressEntry &, const ProgressEntry &) = default;
};

/// Rows for one shard, in order. They get the next ordinals of the shard.
struct ShardRows {
    ShardIndex shard;
    record::BatchPtr batch;
    std::vector<std::uint32_t> rows; ///< rising; empty means all rows of the batch
    WallTime arrival;                ///< of all rows; raised to the shard's last one if below it
    std::uint64_t firstSeqIx = 0;    ///< the rows get firstSeqIx, firstSeqIx + 1, …
};

/// Where the rows of one ShardRows now stand.
struct Placed {
    ShardIndex shard;
    Ordinal first;
    std::uint64_t count = 0;
};

/// One indivisible append: all its shards and its progress stand together or not at all.
struct Append {
    std::vector<ShardRows> shards;
    std::vector<ProgressEntry> progress;
    /// Called once: with the places, in the order of `shards`, after fdatasync; or with the
    /// problem, when nothing of it stands. Called on the thread of commit(), without locks held;
    /// must not block.
    std::function<void(Result<std::vector<Placed>>)> done;
};

/// What a shard holds.
struct ShardBounds {
    Ordinal trimHorizon; ///< oldest record that may be read (age hides before segments go)
    Ordinal end;         ///< behind the newest fdatasynced record; trimHorizon == end when empty
    WallTime lastArrival{};
};

/// What of a log may change while it is open.
struct LogLimits {
    /// Seal the open segment at this size, or at this age.
    std::uint64_t segmentBytes = 64ULL << 20U;
    std::chrono::milliseconds segmentAge{std::chrono::hours(1)};
    /// Records older are hidden, from the opening of the log on; max(): none is.
    std::chrono::milliseconds retention{std::chrono::hours(24)};
};

struct LogOptions : LogLimits {
    Path folder; ///< streams/<uuid>; made when absent
    StreamUuid stream;
    std::size_t cacheBytes = 8U << 20U; ///< decoded blocks kept for readers near the end
    int zstdLevel = 1;
    /// A producer whose id begins so is forgotten when a segment is begun and its last append is
    /// older than the retention; empty: none is.
    std::string passingProducers;
};

/// What recovery found, for the log panel and tests. Problems: TornTail, DamagedRange,
/// DamagedHeader, each with the file and the byte range in its place.
struct RecoveryReport {
    std::vector<Problem> problems;
    std::uint64_t segments = 0;
    std::uint64_t walkedBytes = 0;
};

/// The writer's side of one stream's log: the only one that appends, rewrites and expires.
///
/// Appends queue up; commit() makes everything queued into one commit. The owner (core/stream) has
/// committer threads that call it; a test calls it by hand. Acknowledged means fdatasynced.
/// Errors: an append is refused with DiskFull or Io (nothing of it stands); after Io from
/// fdatasync the log goes on in a new segment.
/// Thread-safety: every function may be called from any thread; commit(), rewriteOne() and
/// expire() exclude each other inside where they must.
class Log
{
public:
    /// Opens a stream's log, or makes it, and recovers what stands there: removes unfinished files,
    /// fdatasyncs the last segment and fsyncs its folders, and begins a segment where the last one
    /// cannot be gone on with. `log` is told what recovery found, then of damage and of what is
    /// done again later, on the thread that comes upon it.
    /// Ownership: `fileSystem`, `clock` and `random` must outlive the log.
    /// Errors: NewerFormat, ForeignLog (another stream's), Corrupt (a segment that is to be begun
    /// holds records), Io (also when the last segment cannot be read) and the other errors of
    /// FileSystem. DiskFull for the next segment is none: the first commit tries again.
    static Result<std::unique_ptr<Log>> open(const LogOptions &options, FileSystem &fileSystem,
                                             Clock &clock, RandomSource &random, LogSink log);
    virtual ~Log() = default;

    virtual const RecoveryReport &recovery() const = 0;

    virtual void append(Append append) = 0;
    /// Queued and not yet committed, in payload bytes: what a sender waits for.
    virtual std::uint64_t queuedBytes() const = 0;
    /// What one commit takes off the queue at most, in payload bytes, unless a single append has
    /// more: half a segment, and no more than 32 MiB.
    virtual std::uint64_t commitBytes() const = 0;
    /// Writes one commit of what is queued, up to commitBytes(), and fdatasyncs it. False when
    /// nothing was queued.
    virtual bool commit() = 0;

    /// Shards that ever had a record, rising.
    virtual std::vector<ShardIndex> shards() const = 0;
    virtual ShardBounds bounds(ShardIndex shard) const = 0;
    /// Of the records from `from` on, those that are known to be missing or damaged: recovery
    /// misses them, or a block was read and is none.
    virtual std::uint64_t damagedRecords(ShardIndex shard, Ordinal from) const = 0;
    /// The first seqIx no record of the shard has, from the newest commit.
    virtual std::uint64_t nextSeqIx(ShardIndex shard) const = 0;

    /// The run of records that holds `at`, or the first one behind it when `at` is expired or
    /// damaged; a run may begin before `at`. Null when `at` is at or behind the end. Only records
    /// below bounds().end are ever returned.
    /// Errors: Corrupt (the block does not decode, or cannot be read and is in a sealed segment:
    /// place names it; go on where behindDamage() of damage.h says), Io, NotFound (somebody took
    /// the segment's file away).
    virtual Result<record::BatchPtr> read(ShardIndex shard, Ordinal at) = 0;
    /// The first ordinal whose arrival is at or after `time`; the end when there is none.
    /// Errors: those of read(), of the block in which it would stand.
    virtual Result<Ordinal> find(ShardIndex shard, WallTime time) = 0;
    /// The ordinal of the first record whose seqIx is at or above `seqIx`; the end when none.
    /// Errors: likewise.
    virtual Result<Ordinal> findSeqIx(ShardIndex shard, std::uint64_t seqIx) = 0;

    /// Every producer's newest entry among fdatasynced commits.
    virtual std::vector<ProgressEntry> producers() const = 0;
    virtual std::optional<ProgressEntry> producer(const std::string &id) const = 0;

    /// From now on; the open segment too is sealed by them, at its next commit or maintenance.
    virtual void setLimits(const LogLimits &limits) = 0;
    /// Hides and frees what retention no longer keeps, and seals the open segment when it is due.
    /// Returns bytes freed. When the next segment cannot be begun, what may go is gone all the
    /// same.
    virtual Result<std::uint64_t> expire() = 0;
    /// Removes the oldest sealed segment, read or not; when there is none, the open one once it is
    /// as large or old as a segment may be. Returns bytes freed, 0 when none may go.
    virtual Result<std::uint64_t> dropOldestSegment() = 0;
    /// Removes every whole sealed segment in which each shard's records lie below `keepFrom`
    /// (implicit streams: trimmed when every cursor has passed). Waits for no other maintenance:
    /// while some is going on it does nothing, and the next call trims.
    virtual Result<std::uint64_t>
    trimBelow(std::span<const std::pair<ShardIndex, Ordinal>> keepFrom) = 0;
    /// Rewrites the oldest sealed segment that is still in commit form and has at most `mostBytes`,
    /// which it may take once more meanwhile. False when none is.
    virtual Result<bool> rewriteOne(std::uint64_t mostBytes = ~0ULL) = 0;
    /// Seals the open segment now (tests, and before a stream is archived).
    virtual Status seal() = 0;
    /// Notes where the log ends, so that damage at its end is told from a commit that a crash left
    /// unfinished. At an orderly end; a log that is not closed is no less whole.
    /// Errors: DiskFull, Io.
    virtual Status close() = 0;

    virtual std::uint64_t diskBytes() const = 0;   ///< of all files, room kept ahead included
    virtual std::uint64_t rawBytes() const = 0;    ///< of the records they hold, before compression
    virtual std::uint64_t storedBytes() const = 0; ///< the same, as stored
};

/// Whether any segment file stands in a log's folder. Errors: NotFound, Io.
Result<bool> holdsSegments(FileSystem &fileSystem, const Path &folder);

/// A reader beside the engine, without its lock; also what tests hold the Log against.
/// Thread-safety: one thread at a time.
class LogReader
{
public:
    /// Reads a log's folder; changes nothing in it. `fileSystem` must outlive the reader.
    /// Errors: NotFound (no such folder), NewerFormat, Io (also when the last segment cannot be
    /// read), PermissionDenied.
    static Result<std::unique_ptr<LogReader>> open(const Path &folder, FileSystem &fileSystem);
    virtual ~LogReader() = default;
    /// Looks for new commits, segments and expired ones. Errors: those of open().
    virtual Status refresh() = 0;
    virtual const RecoveryReport &report() const = 0; ///< damage found so far
    virtual std::vector<ShardIndex> shards() const = 0;
    virtual ShardBounds bounds(ShardIndex shard) const = 0;
    virtual std::uint64_t damagedRecords(ShardIndex shard, Ordinal from) const = 0; ///< as Log
    /// These as Log; a block that is not where it was makes them read the folder again.
    /// Errors: Corrupt as Log, also for a segment whose file is gone; those of open().
    virtual Result<record::BatchPtr> read(ShardIndex shard, Ordinal at) = 0;
    virtual Result<Ordinal> find(ShardIndex shard, WallTime time) = 0;
    virtual Result<Ordinal> findSeqIx(ShardIndex shard, std::uint64_t seqIx) = 0;
    virtual std::vector<ProgressEntry> producers() const = 0;
};

} // namespace millrace::log
