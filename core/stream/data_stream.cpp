// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/data_stream.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::stream {
namespace {

constexpr std::uint32_t kShardsPerCounter = 5;

/// A producer's put stands whole or not at all, and one that does not divide a shard's second
/// leaves the rest of it unused: a twentieth of it, all on one shard, costs 5 % at most.
constexpr std::size_t kPutsPerSecond = 20;
/// A stream of many shards is not put to in smaller pieces than it can be committed.
constexpr PutSize kLargestPut{ShardLimiter::kRecordsPerSecond, ShardLimiter::kBytesPerSecond / 2};
/// What producers and fragments put by themselves. Where a commit takes so much, it need not be
/// less.
constexpr PutSize kUsualPut{50'000, 8U << 20U};

std::int64_t toSeconds(WallTime time)
{
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

} // namespace

struct DataStream::Subscriber {
    std::function<void()> wake;
};

DataStream::DataStream(store::StreamEntry entry, std::unique_ptr<log::Log> log, Clock &clock,
                       std::function<void()> wakeCommitter, LogSink report, WhyGone whyGone)
    : m_id(entry.id)
    , m_name(entry.name)
    , m_created(toSeconds(entry.created))
    , m_ranges(evenRanges(entry.shards))
    , m_clock(clock)
    , m_log(std::move(log))
    , m_wakeCommitter(std::move(wakeCommitter))
    , m_report(std::move(report))
    , m_askWhyGone(std::move(whyGone))
    , m_limits(entry.limits)
    , m_durability(entry.durability)
    , m_entry(std::move(entry))
{
    const MonoTime now = clock.mono();
    for (std::uint32_t i = 0; i < shardCount(); ++i) {
        m_shards.push_back(std::make_unique<Shard>(now));
        m_lastArrivals.push_back(m_log->bounds(ShardIndex(i)).lastArrival);
        if (i % kShardsPerCounter == 0)
            m_nextSeqIx.push_back(std::make_unique<std::atomic<std::uint64_t>>(0));
        auto &counter = *m_nextSeqIx[i / kShardsPerCounter];
        counter = std::max(counter.load(), m_log->nextSeqIx(ShardIndex(i)));
    }
}

store::StreamEntry DataStream::entry() const
{
    const std::lock_guard guard(m_mutex);
    return m_entry;
}

void DataStream::setFull(std::optional<Problem> why)
{
    const std::lock_guard guard(m_mutex);
    m_full = why.has_value();
    m_whyFull = std::move(why);
}

void DataStream::setGone(Problem why)
{
    const std::lock_guard guard(m_mutex);
    if (!m_whyGone)
        m_whyGone = std::move(why);
    m_isGone = true;
}

std::optional<Problem> DataStream::gone() const
{
    if (!m_isGone)
        return {};
    const std::lock_guard guard(m_mutex);
    return m_whyGone;
}

std::optional<Problem> DataStream::lookWhetherGone()
{
    if (!m_isGone && m_askWhyGone) {
        if (auto why = m_askWhyGone())
            setGone(*std::move(why));
    }
    return gone();
}

Result<record::BatchPtr> DataStream::read(ShardIndex shard, Ordinal at)
{
    if (auto why = gone())
        return *std::move(why);
    auto batch = m_log->read(shard, at);
    if (!batch) { // a segment that cannot be opened may have gone with the folder
        if (auto why = lookWhetherGone())
            return *std::move(why);
    }
    return batch;
}

void DataStream::updateEntry(const store::StreamEntry &entry, const log::LogLimits &limits)
{
    const std::lock_guard guard(m_mutex);
    m_entry = entry;
    m_limits = entry.limits;
    m_durability = entry.durability;
    m_log->setLimits(limits);
}

ShardIndex DataStream::shardOf(const record::Hash128 &hash) const
{
    const auto behind =
        std::upper_bound(m_ranges.begin(), m_ranges.end(), hash,
                         [](const record::Hash128 &h, const HashRange &r) { return h < r.first; });
    return ShardIndex(static_cast<std::uint32_t>(behind - m_ranges.begin() - 1));
}

ProducerHandle DataStream::openProducer(const std::string &id)
{
    Epoch epoch;
    {
        const std::lock_guard guard(m_mutex);
        const auto stored = m_log->producer(id);
        Epoch &newest = m_incarnations[id].epoch;
        newest = std::max({newest, m_closed, stored ? stored->epoch : Epoch{}}).next();
        epoch = newest;
    }
    {
        // A put that entered before holds this lock until it is in the log's queue.
        const std::lock_guard guard(m_putMutex);
    }
    // From here on the number of undecided puts only falls. Where commit() finds nothing queued, it
    // has waited for the one that took the rest, whose progress the log knows.
    while (hasQueued(id) && commit()) {
    }
    const auto stored = m_log->producer(id);
    return {id, epoch, stored ? stored->progress : Bytes{}};
}

void DataStream::closeProducer(const ProducerHandle &producer)
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_incarnations.find(producer.id);
    if (found == m_incarnations.end() || found->second.epoch != producer.epoch ||
        found->second.queued > 0)
        return;
    m_closed = std::max(m_closed, producer.epoch);
    m_incarnations.erase(found);
}

bool DataStream::hasQueued(const std::string &producer) const
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_incarnations.find(producer);
    return found != m_incarnations.end() && found->second.queued > 0;
}

/// Lets the put of a producer's newest incarnation in; it counts as queued until leave().
Status DataStream::enter(const Put &put)
{
    if (put.producer == nullptr)
        return Done{};
    const std::lock_guard guard(m_mutex);
    const auto found = m_incarnations.find(put.producer->id);
    if (found == m_incarnations.end() || found->second.epoch != put.producer->epoch)
        return Problem(Code::ProducerFenced, {{"producer", put.producer->id}}, m_name);
    ++found->second.queued;
    return Done{};
}

void DataStream::leave(const std::string &producer)
{
    if (producer.empty())
        return;
    const std::lock_guard guard(m_mutex);
    --m_incarnations[producer].queued;
}

Result<std::vector<DataStream::Routed>> DataStream::route(const Put &put) const
{
    std::vector<Routed> routed(m_shards.size());
    if (!put.batch)
        return routed;
    const record::RecordBatch &batch = *put.batch;
    const std::size_t rows = put.rows.empty() ? batch.count() : put.rows.size();
    for (std::size_t i = 0; i < rows; ++i) {
        const std::uint32_t row = put.rows.empty() ? static_cast<std::uint32_t>(i) : put.rows[i];
        const std::string_view key = batch.key(row);
        if (auto bad = record::keyProblem(key))
            return std::move(*bad).at(m_name + ": record " + std::to_string(i));
        if (batch.data(row).size() > record::kMaxDataBytes)
            return Problem(Code::RecordTooLarge,
                           {{"bytes", std::to_string(batch.data(row).size())},
                            {"limit", std::to_string(record::kMaxDataBytes)}},
                           m_name + ": record " + std::to_string(i));
        const record::Hash128 keyHash = hashOfKey(key);
        const auto explicitHash = batch.explicitHash(row);
        Routed &to = routed[shardOf(explicitHash ? *explicitHash : keyHash).value];
        to.rows.push_back(row);
        to.keyHashes.push_back(keyHash.low);
        to.bytes += key.size() + batch.data(row).size();
    }
    return routed;
}

std::optional<PutSize> DataStream::putSize() const
{
    const std::uint64_t commit = m_log->commitBytes();
    if (m_limits != store::LimitMode::Enforced)
        return commit < kUsualPut.bytes ? std::optional(PutSize{kUsualPut.records, commit, true})
                                        : std::nullopt;
    const auto of = [this](std::uint64_t perSecond, std::size_t most) {
        return std::min<std::size_t>(most, perSecond / kPutsPerSecond * shardCount());
    };
    return PutSize{
        of(ShardLimiter::kRecordsPerSecond, kLargestPut.records),
        std::min<std::size_t>(of(ShardLimiter::kBytesPerSecond, kLargestPut.bytes), commit)};
}

Status DataStream::admit(const Put &put, std::vector<Routed> &routed, PutOutcome &outcome)
{
    if (m_limits != store::LimitMode::Enforced)
        return Done{};
    // Puts are ordered by m_putMutex, so `now` never falls from one to the next.
    const MonoTime now = m_clock.mono();
    if (put.producer != nullptr) {
        // Whole or not at all. Puts are ordered by m_putMutex, so nothing is taken in between.
        std::chrono::nanoseconds wait{0};
        std::size_t worst = 0;
        for (std::size_t i = 0; i < routed.size(); ++i) {
            if (routed[i].rows.empty())
                continue;
            const std::lock_guard guard(m_shards[i]->mutex);
            const auto needed =
                m_shards[i]->limiter.wait(now, routed[i].rows.size(), routed[i].bytes);
            if (needed > wait) {
                wait = needed;
                worst = i;
            }
        }
        if (wait.count() > 0) {
            m_shards[worst]->refused += routed[worst].rows.size();
            const auto ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
            return Problem(Code::ThroughputExceeded,
                           {{"shard", std::to_string(worst)}, {"retryMs", std::to_string(ms)}},
                           m_name);
        }
        for (std::size_t i = 0; i < routed.size(); ++i) {
            if (routed[i].rows.empty())
                continue;
            const std::lock_guard guard(m_shards[i]->mutex);
            m_shards[i]->limiter.take(now, routed[i].rows.size(), routed[i].bytes);
        }
        return Done{};
    }
    for (std::size_t i = 0; i < routed.size(); ++i) {
        const std::lock_guard guard(m_shards[i]->mutex);
        Routed taken;
        for (std::size_t r = 0; r < routed[i].rows.size(); ++r) {
            const std::uint32_t row = routed[i].rows[r];
            const std::uint64_t bytes = put.batch->key(row).size() + put.batch->data(row).size();
            if (m_shards[i]->limiter.wait(now, 1, bytes).count() > 0) {
                outcome.refused.push_back(row);
                ++m_shards[i]->refused;
                continue;
            }
            m_shards[i]->limiter.take(now, 1, bytes);
            taken.rows.push_back(row);
            taken.keyHashes.push_back(routed[i].keyHashes[r]);
            taken.bytes += bytes;
        }
        routed[i] = std::move(taken);
    }
    return Done{};
}

void DataStream::count(const record::BatchPtr &batch, const std::vector<Routed> &routed)
{
    const MonoTime now = m_clock.mono();
    for (std::size_t i = 0; i < routed.size(); ++i) {
        if (routed[i].rows.empty())
            continue;
        Shard &shard = *m_shards[i];
        shard.recordsIn += routed[i].rows.size();
        shard.bytesIn += routed[i].bytes;
        const std::lock_guard guard(shard.mutex);
        shard.topKeys.age(now);
        for (std::size_t r = 0; r < routed[i].rows.size(); ++r)
            shard.topKeys.add(batch->key(routed[i].rows[r]), routed[i].keyHashes[r]);
    }
}

void DataStream::put(Put put, PutDone done)
{
    if (auto why = gone())
        return done(*std::move(why));
    if (m_full && !put.fromWire) {
        std::unique_lock lock(m_mutex);
        if (auto why = m_whyFull) {
            lock.unlock();
            return done(std::move(*why).at(m_name));
        }
    }
    auto routed = route(put);
    if (!routed)
        return done(std::move(routed).error());
    auto answer = queue(std::move(put), *std::move(routed), done);
    if (answer)
        done(*std::move(answer)); // without a lock: it may put again
}

/// Gives the rows to the log. What the sender is told now; nothing when the commit will tell.
std::optional<Result<PutOutcome>> DataStream::queue(Put put, std::vector<Routed> routed,
                                                    PutDone done)
{
    auto outcome = std::make_shared<PutOutcome>();
    std::optional<Result<PutOutcome>> answer;
    {
        const std::lock_guard guard(m_putMutex);
        if (auto ok = enter(put); !ok)
            return std::move(ok).error();
        const std::string producer = put.producer == nullptr ? std::string() : put.producer->id;
        if (auto ok = admit(put, routed, *outcome); !ok) {
            leave(producer);
            return std::move(ok).error();
        }
        log::Append append = place(put, routed, *outcome);
        if (append.shards.empty() && append.progress.empty())
            return std::move(*outcome); // of no producer: one gives its progress
        // A producer goes on from its progress: what the log refused of an earlier put it would
        // never put again. So it waits, in either durability.
        if (m_durability == store::Durability::Memory && producer.empty() &&
            m_log->queuedBytes() <= kMaxAheadBytes) {
            answer = *outcome;
            done = {};
        }
        append.done =
            whenDone(put.batch, std::move(routed), producer, std::move(outcome), std::move(done));
        m_log->append(std::move(append));
    }
    m_wakeCommitter();
    return answer;
}

/// Gives admitted rows their arrival and sequence numbers. With m_putMutex held.
log::Append DataStream::place(Put &put, const std::vector<Routed> &routed, PutOutcome &outcome)
{
    log::Append append;
    const WallTime now = m_clock.wall();
    for (std::uint32_t i = 0; i < shardCount(); ++i) {
        const auto &rows = routed[i].rows;
        if (rows.empty())
            continue;
        // The clock may have stepped back. The log would raise the arrival as well, but the
        // sequence number in the answer has it in it, and must be the one that readers see.
        const WallTime arrival = m_lastArrivals[i] = std::max(m_lastArrivals[i], now);
        const std::uint64_t firstSeqIx = m_nextSeqIx[i / kShardsPerCounter]->fetch_add(rows.size());
        outcome.shards.push_back({ShardIndex(i), rows, firstSeqIx, arrival});
        append.shards.push_back({ShardIndex(i), put.batch, rows, arrival, firstSeqIx});
    }
    if (put.producer != nullptr)
        append.progress.push_back({put.producer->id, put.producer->epoch, std::move(put.progress)});
    return append;
}

/// What the log calls after the commit. Without `done` the sender was told already.
std::function<void(Result<std::vector<log::Placed>>)>
DataStream::whenDone(record::BatchPtr batch, std::vector<Routed> routed, std::string producer,
                     std::shared_ptr<PutOutcome> outcome, PutDone done)
{
    return [this, batch = std::move(batch), routed = std::move(routed),
            producer = std::move(producer), outcome = std::move(outcome),
            done = std::move(done)](Result<std::vector<log::Placed>> placed) {
        leave(producer);
        // What has no name any more is lost with this process, fdatasync or not.
        if (auto why = lookWhetherGone())
            placed = *std::move(why);
        if (placed)
            count(batch, routed); // what the log refuses was never in
        else if (!done)
            reportLost(routed, placed.error());
        if (!done)
            return;
        if (placed)
            done(std::move(*outcome));
        else
            done(placed.error());
    };
}

void DataStream::reportLost(const std::vector<Routed> &routed, const Problem &reason)
{
    std::uint64_t records = 0;
    for (const Routed &part : routed)
        records += part.rows.size();
    if (records == 0 || !m_report)
        return;
    m_lost += records;
    m_report(Problem(Code::MemoryPutLost,
                     {{"records", std::to_string(records)},
                      {"total", std::to_string(m_lost)},
                      {"reason", reason.text()}},
                     m_name));
}

Result<Ordinal> DataStream::resolve(ShardIndex shard, From from, const SequenceNumber &sequence,
                                    WallTime time) const
{
    return stream::resolve(*m_log, shard, {from, sequence, time}, m_name);
}

void DataStream::countRead(ShardIndex shard, std::uint64_t records, std::uint64_t bytes)
{
    m_shards[shard.value]->recordsOut += records;
    m_shards[shard.value]->bytesOut += bytes;
}

SequenceNumber DataStream::sequenceNumber(ShardIndex shard, std::uint64_t seqIx,
                                          WallTime arrival) const
{
    return {m_created, shard, seqIx, toSeconds(arrival)};
}

SequenceNumber DataStream::sequenceNumber(const record::RecordBatch &batch, std::size_t row) const
{
    return sequenceNumber(batch.shard(), batch.seqIx(row), batch.arrival(row));
}

ShardCounters DataStream::counters(ShardIndex shard) const
{
    const Shard &s = *m_shards[shard.value];
    return {s.recordsIn, s.bytesIn, s.recordsOut, s.bytesOut, s.refused};
}

std::vector<TopKeys::Entry> DataStream::topKeys(ShardIndex shard, std::size_t most, double *total)
{
    Shard &s = *m_shards[shard.value];
    const std::lock_guard guard(s.mutex);
    s.topKeys.age(m_clock.mono());
    if (total != nullptr)
        *total = s.topKeys.total();
    return s.topKeys.top(most);
}

DataStream::Subscription DataStream::subscribe(std::function<void()> wake)
{
    auto subscriber = std::make_shared<Subscriber>(Subscriber{std::move(wake)});
    const std::lock_guard guard(m_mutex);
    std::erase_if(m_subscribers, [](const auto &weak) { return weak.expired(); });
    m_subscribers.push_back(subscriber);
    return subscriber;
}

bool DataStream::commit()
{
    if (!m_log->commit())
        return false;
    std::vector<std::shared_ptr<Subscriber>> subscribers;
    {
        const std::lock_guard guard(m_mutex);
        for (const auto &weak : m_subscribers) {
            if (auto subscriber = weak.lock())
                subscribers.push_back(std::move(subscriber));
        }
    }
    for (const auto &subscriber : subscribers)
        subscriber->wake();
    return true;
}

} // namespace millrace::stream
