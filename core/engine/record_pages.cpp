// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/record_pages.h"

#include "core/runtime/damage.h"
#include "core/runtime/sequence_numbers.h"

#include <algorithm>

namespace millrace::engine {
namespace {

/// Walks one shard record by record, skipping what is damaged.
class ShardWalk
{
public:
    ShardWalk(stream::DataStream &stream, ShardIndex shard, Ordinal from)
        : m_stream(stream)
        , m_shard(shard)
        , m_at(from)
    {}

    /// True when a record is there.
    Result<bool> ready()
    {
        while (!m_batch || m_at >= m_batch->endOrdinal()) {
            auto batch = m_stream.read(m_shard, m_at);
            if (!batch) {
                const auto behind = runtime::behindDamage(batch.error(), m_at);
                if (!behind)
                    return std::move(batch).error();
                m_expired += *behind - m_at;
                m_at = *behind;
                continue;
            }
            m_batch = *std::move(batch);
            if (!m_batch)
                return false;
            if (m_batch->firstOrdinal() > m_at) {
                m_expired += m_batch->firstOrdinal() - m_at;
                m_at = m_batch->firstOrdinal();
            }
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
    stream::DataStream &m_stream;
    ShardIndex m_shard;
    Ordinal m_at;
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
    std::vector<ShardWalk> walks;
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i) {
        const ShardIndex shard(i);
        if (request.shard && *request.shard != shard)
            continue;
        const log::ShardBounds bounds = stream.bounds(shard);
        Ordinal from = bounds.trimHorizon;
        // The newest of all are among the newest of each; a filter may have to look further back.
        const std::uint64_t back = where ? request.scanLimit : request.limit;
        if (newest && bounds.end - bounds.trimHorizon > back)
            from = Ordinal(bounds.end.value - back);
        for (const ShardPosition &position : request.from) {
            if (position.shard == shard)
                from = position.next;
        }
        walks.emplace_back(stream, shard, from);
    }

    RecordsReply reply;
    const runtime::SequenceNumbers numbers(stream.entry());
    sql::EvaluationScratch scratch;
    scratch.setSequenceNumbers(&numbers);
    sql::FilterResult filtered;
    std::vector<RecordRow> &rows = reply.rows;
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
        if (best == nullptr ||
            (!newest && (rows.size() >= request.limit || reply.scanned >= request.scanLimit)))
            break;
        const std::uint32_t row = best->row();
        bool wanted = true;
        if (where) {
            where->evaluateFilter(*best->batch(), std::span(&row, 1), scratch, filtered);
            wanted = !filtered.passed.empty();
        }
        if (wanted)
            rows.push_back(toRow(numbers, *best->batch(), row));
        ++reply.scanned;
        best->advance();
        if (newest && rows.size() >= 2 * std::size_t{request.limit})
            rows.erase(rows.begin(), rows.end() - request.limit);
    }
    if (rows.size() > request.limit)
        rows.erase(rows.begin(), rows.end() - request.limit);
    for (const ShardWalk &walk : walks) {
        reply.next.push_back({walk.shard(), walk.at()});
        reply.expired += walk.expired();
    }
    return reply;
}

} // namespace millrace::engine
