// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/log/log.h"
#include "core/store/catalog.h"
#include "core/stream/cursor_start.h"
#include "core/stream/hash_range.h"
#include "core/stream/shard_limiter.h"
#include "core/stream/top_keys.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace millrace::stream {

/// What the ids of clients' producers begin with. A client comes and goes, unlike the nodes of a
/// pipeline: once its last put is older than the stream's retention, it may be forgotten.
inline constexpr std::string_view kClientProducer = "put/";

/// A producer's incarnation: what it stamps its puts with, and how far the one before came.
struct ProducerHandle {
    std::string id;
    Epoch epoch;
    Bytes progress; ///< of the newest stored put; empty when it never put
};

/// Rows to be put, with the progress that must stand with them. `batch` may be null when only
/// progress is put.
struct Put {
    record::BatchPtr batch;
    std::vector<std::uint32_t> rows; ///< of batch, rising; empty: all
    const ProducerHandle *producer = nullptr;
    Bytes progress; ///< with a producer
    /// Taken out of a wire: not refused for a full directory, because it is what empties it.
    bool fromWire = false;
};

/// Where rows went. Row i of `rows` has seqIx firstSeqIx + i.
struct ShardPut {
    ShardIndex shard;
    std::vector<std::uint32_t> rows; ///< of the batch that was put
    std::uint64_t firstSeqIx = 0;
    WallTime arrival{};
};
struct PutOutcome {
    std::vector<ShardPut> shards;
    std::vector<std::uint32_t> refused; ///< over an enforced limit; only without a producer
};
/// How large a put may be.
struct PutSize {
    std::size_t records = 0;
    std::size_t bytes = 0;  ///< of data and keys
    bool mayExceed = false; ///< one that is a little larger is taken as well
    friend bool operator==(const PutSize &, const PutSize &) = default;
};
using PutDone = std::function<void(Result<PutOutcome>)>;

/// Totals of one shard since the stream was opened, and of its log.
struct ShardCounters {
    std::uint64_t recordsIn = 0;
    std::uint64_t bytesIn = 0;
    std::uint64_t recordsOut = 0;
    std::uint64_t bytesOut = 0;
    std::uint64_t refused = 0;
};

/// A data stream: N shards over one log.
///
/// Puts are acknowledged by their callback, which runs without any lock: after fdatasync with
/// durability `disk`; at once with `memory`, unless the put is of a producer, whose progress goes
/// with it, or more than kMaxAheadBytes wait for the disk: then after fdatasync, so that a fast
/// sender does not fill the memory. What was acknowledged at once and is refused by the log later
/// is reported as lost (MemoryPutLost). Readers see, in either, only what was fdatasynced. A stream
/// whose folder was removed or emptied under it (StreamFolderGone) acknowledges nothing more and
/// gives nothing more to read, until the directory is opened again. Errors: ThroughputExceeded
/// (enforced limit, argument "retryMs"; nothing of a put with a producer stands), ProducerFenced (a
/// newer incarnation exists), RecordTooLarge, InvalidKey, and what the log refuses with.
/// Thread-safety: every function may be called from any thread.
class DataStream
{
public:
    /// How much may be acknowledged ahead of the disk: about as much as one commit takes.
    static constexpr std::uint64_t kMaxAheadBytes = 32ULL << 20U;

    /// Why nothing may be stored or read any more; nothing while all is well.
    using WhyGone = std::function<std::optional<Problem>()>;

    /// `wakeCommitter` is called, from any thread, whenever something waits for commit(). `report`
    /// (may be null) hears what no sender can be told. `whyGone` (may be null) is asked after every
    /// fdatasync, before anything is acknowledged, and must be fast.
    DataStream(store::StreamEntry entry, std::unique_ptr<log::Log> log, Clock &clock,
               std::function<void()> wakeCommitter, LogSink report = {}, WhyGone whyGone = {});

    store::StreamEntry entry() const;
    const StreamUuid &id() const { return m_id; }
    const std::string &name() const { return m_name; }
    const std::vector<HashRange> &ranges() const { return m_ranges; }
    std::uint32_t shardCount() const { return static_cast<std::uint32_t>(m_ranges.size()); }
    ShardIndex shardOf(const record::Hash128 &hash) const;
    /// Settings and schema, not the shards; with what they come to for the log.
    void updateEntry(const store::StreamEntry &entry, const log::LogLimits &limits);

    /// Begins a new incarnation of a producer; the one before is refused from now on. What that
    /// one had queued is committed first (which may take an fdatasync): it then stands and is part
    /// of the progress, or was refused. So nothing of it comes to stand behind the handle's back,
    /// to be put once more by the new one. Call it without locks: callbacks of puts may run.
    ProducerHandle openProducer(const std::string &id);
    /// Forgets the newest incarnation of a producer, which is refused from now on. Its progress
    /// stays in the log. Does nothing with an older handle, or while a put is not decided.
    void closeProducer(const ProducerHandle &producer);

    /// `done` is called once: on this thread when nothing is to be waited for, else on that of
    /// commit().
    void put(Put put, PutDone done);
    /// What a put with a producer should have at most: so that enforced limits can take it whole at
    /// some time, and so that it does not make a segment of its own where segments are small
    /// (`mayExceed`). A single record may have more bytes. Nothing: whatever comes.
    std::optional<PutSize> putSize() const;

    /// The ordinal where a cursor begins. `sequence` for AtSequence/AfterSequence, `time` for
    /// AtTime. Errors: InvalidArgument when the sequence number names another shard.
    Result<Ordinal> resolve(ShardIndex shard, From from, const SequenceNumber &sequence = {},
                            WallTime time = {}) const;
    log::ShardBounds bounds(ShardIndex shard) const { return m_log->bounds(shard); }
    /// As log::Log::read; the caller says with countRead() what it made use of.
    /// Errors also: StreamFolderGone.
    Result<record::BatchPtr> read(ShardIndex shard, Ordinal at);
    void countRead(ShardIndex shard, std::uint64_t records, std::uint64_t bytes);

    SequenceNumber sequenceNumber(ShardIndex shard, std::uint64_t seqIx, WallTime arrival) const;
    SequenceNumber sequenceNumber(const record::RecordBatch &batch, std::size_t row) const;

    ShardCounters counters(ShardIndex shard) const;
    std::vector<TopKeys::Entry> topKeys(ShardIndex shard, std::size_t most, double *total);

    /// `wake` is called after each commit, on the committer's thread; it must not block. Ends with
    /// the returned token.
    using Subscription = std::shared_ptr<void>;
    Subscription subscribe(std::function<void()> wake);

    /// Commits what waits and tells subscribers. False when nothing waited.
    bool commit();
    log::Log &log() { return *m_log; }
    const log::Log &log() const { return *m_log; }
    /// Set by the store while the budget lets nothing in: puts are refused with it, but those out
    /// of a wire.
    void setFull(std::optional<Problem> why);
    /// Called by the store once it sees the folder gone.
    void setGone(Problem why);
    /// StreamFolderGone, once that was seen.
    std::optional<Problem> gone() const;
    /// Likewise, after a look.
    std::optional<Problem> lookWhetherGone();

private:
    struct Shard {
        explicit Shard(MonoTime now)
            : topKeys(now)
        {}
        std::mutex mutex; ///< guards limiter and topKeys
        ShardLimiter limiter;
        TopKeys topKeys;
        std::atomic<std::uint64_t> recordsIn = 0;
        std::atomic<std::uint64_t> bytesIn = 0;
        std::atomic<std::uint64_t> recordsOut = 0;
        std::atomic<std::uint64_t> bytesOut = 0;
        std::atomic<std::uint64_t> refused = 0;
    };
    /// Rows of one put by shard, before anything is admitted.
    struct Routed {
        std::vector<std::uint32_t> rows;
        std::vector<std::uint64_t> keyHashes; ///< low halves, for TopKeys
        std::uint64_t bytes = 0;
    };

    Result<std::vector<Routed>> route(const Put &put) const;
    Status admit(const Put &put, std::vector<Routed> &routed, PutOutcome &outcome);
    Status enter(const Put &put);
    void leave(const std::string &producer);
    bool hasQueued(const std::string &producer) const;
    std::optional<Result<PutOutcome>> queue(Put put, std::vector<Routed> routed, PutDone done);
    log::Append place(Put &put, const std::vector<Routed> &routed, PutOutcome &outcome);
    std::function<void(Result<std::vector<log::Placed>>)>
    whenDone(record::BatchPtr batch, std::vector<Routed> routed, std::string producer,
             std::shared_ptr<PutOutcome> outcome, PutDone done);
    void reportLost(const std::vector<Routed> &routed, const Problem &reason);
    void count(const record::BatchPtr &batch, const std::vector<Routed> &routed);

    const StreamUuid m_id;
    const std::string m_name;
    const std::int64_t m_created; ///< seconds since 1970
    const std::vector<HashRange> m_ranges;
    Clock &m_clock;
    std::unique_ptr<log::Log> m_log;
    std::function<void()> m_wakeCommitter;
    const LogSink m_report;
    const WhyGone m_askWhyGone;
    std::atomic<std::uint64_t> m_lost = 0; ///< records acknowledged and then refused
    std::vector<std::unique_ptr<Shard>> m_shards;
    /// One counter of sequence numbers for five shards [Kinesis facts]; gaps are allowed.
    std::vector<std::unique_ptr<std::atomic<std::uint64_t>>> m_nextSeqIx;
    std::atomic<bool> m_full = false;
    std::atomic<bool> m_isGone = false; ///< never false again
    std::atomic<store::LimitMode> m_limits;
    std::atomic<store::Durability> m_durability;

    /// Orders puts: the seqIx of a shard must grow in the order in which the log gets its rows.
    std::mutex m_putMutex;
    std::vector<WallTime> m_lastArrivals; ///< of each shard's newest row; guarded by m_putMutex
    mutable std::mutex m_mutex;           ///< guards what follows
    std::optional<Problem> m_whyFull;     ///< there while m_full
    std::optional<Problem> m_whyGone;     ///< there with m_isGone
    store::StreamEntry m_entry;
    /// A producer that was opened here.
    struct Incarnation {
        Epoch epoch;              ///< the newest; no other may put
        std::uint64_t queued = 0; ///< puts, of it and of those before, that are not decided
    };
    std::map<std::string, Incarnation> m_incarnations;
    /// The newest epoch that was closed, of any producer: the next ones begin above it, so that no
    /// old handle comes to be valid again where the log knows nothing of its producer.
    Epoch m_closed;
    struct Subscriber;
    std::vector<std::weak_ptr<Subscriber>> m_subscribers;
};

} // namespace millrace::stream
