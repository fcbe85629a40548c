// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/record_pages.h"

#include "core/log/damage.h"
#include "core/runtime/sequence_numbers.h"

#include <algorithm>
#include <deque>
#include <iterator>

namespace millrace::engine {
namespace {

/// Keeps the newest of the rows that a page may hold.
class NewestRows
{
public:
    explicit NewestRows(std::size_t limit)
        : m_limit(limit)
    {}
    void push(RecordRow row)
    {
        m_bytes += row.data.size();
        m_rows.push_back(std::move(row));
        while (m_rows.size() > 1 && (m_rows.size() > m_limit || m_bytes > kMaxPageBytes)) {
            m_bytes -= m_rows.front().data.size();
            m_rows.pop_front();
        }
    }
    bool full() const { return m_rows.size() >= m_limit || m_bytes >= kMaxPageBytes; }
    std::vector<RecordRow> take()
    {
        return {std::make_move_iterator(m_rows.begin()), std::make_move_iterator(m_rows.end())};
    }

private:
    const std::size_t m_limit;
    std::deque<RecordRow> m_rows;
    std::size_t m_bytes = 0;
};

/// Walks one shard record by record, skipping what is damaged.
class ShardWalk
{
public:
    /// Ends at `until`: records that come faster than they are looked at would never end.
    ShardWalk(stream::DataStream &stream, ShardIndex shard, Ordinal from, Ordinal until)
        : m_stream(stream)
        , m_shard(shard)
        , m_at(from)
        , m_until(until)
    {}

    /// True when a record is there.
    Result<bool> ready()
    {
        if (m_at >= m_until)
            return false;
        while (!m_batch || m_at >= m_batch->endOrdinal()) {
            auto batch = m_stream.read(m_shard, m_at);
            if (!batch) {
                const auto behind = log::behindDamage(batch.error(), m_at);
                if (!behind)
                    return std::move(batch).error();
                pass(*behind);
                continue;
            }
            m_batch = *std::move(batch);
            if (!m_batch)
                return false;
            if (m_batch->firstOrdinal() > m_at)
                pass(m_batch->firstOrdinal());
        }
        return true;
    }
    std::uint32_t row() const { return static_cast<std::uint32_t>(m_at - m_batch->firstOrdinal()); }
    WallTime arrival() const { return m_batch->arrival(row()); }
    const record::BatchPtr &batch() const { return m_batch; }
    ShardIndex shard() const { return m_shard; }
    Ordinal at() const { return m_at; }
    std::uint64_t expired() const { return m_expired; }
    void advance() { m_at = m_at.next(); }

private:
    void pass(Ordinal to)
    {
        m_expired += to - m_at;
        m_at = to;
    }

    stream::DataStream &m_stream;
    ShardIndex m_shard;
    Ordinal m_at;
    const Ordinal m_until;
    record::BatchPtr m_batch;
    std::uint64_t m_expired = 0;
};

RecordRow toRow(const runtime::SequenceNumbers &numbers, const record::RecordBatch &batch,
                std::uint32_t row)
{
    RecordRow out;
    out.shard = batch.shard();
    out.ordinal = batch.ordinal(row);
    out.arrival = batch.arrival(row);
    out.sequenceNumber = numbers.of(batch, row);
    out.key = batch.key(row);
    out.data = batch.data(row);
    out.origin = batch.origin(row);
    out.attributes = batch.attributes(row);
    return out;
}

} // namespace

Result<RecordsReply> readPage(stream::DataStream &stream, const RecordsRequest &request,
                              const record::Schema &schema)
{
    std::shared_ptr<const sql::BoundExpression> where;
    if (!request.where.empty()) {
        auto bound = sql::bindFilter(request.where, schema);
        if (!bound)
            return std::move(bound.problems.front()).at("filter");
        where = bound.value;
    }
    const bool newest = request.from.empty();
    const std::uint32_t limit = std::min(request.limit, kMaxPageRows);
    const std::uint32_t scanLimit = std::min(request.scanLimit, kMaxPageScan);
    std::vector<ShardWalk> walks;
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i) {
        const ShardIndex shard(i);
        if (request.shard && *request.shard != shard)
            continue;
        const log::ShardBounds bounds = stream.bounds(shard);
        Ordinal from = bounds.trimHorizon;
        // The newest of all are among the newest of each; a filter may have to look further back.
        const std::uint64_t back = where ? scanLimit : limit;
        if (newest && bounds.end - bounds.trimHorizon > back)
            from = Ordinal(bounds.end.value - back);
        for (const ShardPosition &position : request.from) {
            if (position.shard == shard)
                from = position.next;
        }
        walks.emplace_back(stream, shard, from, bounds.end);
    }

    RecordsReply reply;
    const runtime::SequenceNumbers numbers(stream.entry());
    sql::EvaluationScratch scratch;
    scratch.setSequenceNumbers(&numbers);
    sql::FilterResult filtered;
    NewestRows rows(limit);
    for (;;) {
        ShardWalk *best = nullptr;
        for (ShardWalk &walk : walks) {
            auto ready = walk.ready();
            if (!ready)
                return std::move(ready).error();
            if (*ready && (best == nullptr || walk.arrival() < best->arrival()))
                best = &walk;
        }
        reply.reachedEnd = best == nullptr;
        if (best == nullptr || (!newest && (rows.full() || reply.scanned >= scanLimit)))
            break;
        const std::uint32_t row = best->row();
        bool wanted = true;
        if (where) {
            where->evaluateFilter(*best->batch(), std::span(&row, 1), scratch, filtered);
            wanted = !filtered.passed.empty();
        }
        if (wanted)
            rows.push(toRow(numbers, *best->batch(), row));
        ++reply.scanned;
        best->advance();
    }
    reply.rows = rows.take();
    for (const ShardWalk &walk : walks) {
        reply.next.push_back({walk.shard(), walk.at()});
        reply.expired += walk.expired();
    }
    return reply;
}

} // namespace millrace::engine
