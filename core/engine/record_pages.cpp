// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/record_pages.h"

#include "core/log/shard_merge.h"
#include "core/runtime/record_filter.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>

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
    const runtime::SequenceNumbers numbers(stream.entry());
    std::unique_ptr<runtime::RecordFilter> where;
    if (!request.where.empty()) {
        auto bound = runtime::RecordFilter::bind(request.where, schema, numbers);
        if (!bound.filter)
            return std::move(bound.problems.front()).at("filter");
        where = std::move(bound.filter);
    }
    const bool newest = request.from.empty();
    const std::uint32_t limit = std::min(request.limit, kMaxPageRows);
    const std::uint32_t scanLimit = std::min(request.scanLimit, kMaxPageScan);
    // Who reads a page is told what is missing by its number; the log has told where.
    log::ShardMerge merge([&](ShardIndex shard, Ordinal at) { return stream.read(shard, at); },
                          [](const Problem &) {});
    // The newest of all are among the newest of each; a filter may have to look further back, with
    // its share of what may be looked at.
    const std::uint32_t asked = request.shard ? 1 : stream.shardCount();
    const std::uint64_t back = where ? std::max(scanLimit / asked, 1U) : limit;
    RecordsReply reply;
    std::map<ShardIndex, std::size_t> positions; // in reply.next
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i) {
        const ShardIndex shard(i);
        if (request.shard && *request.shard != shard)
            continue;
        const log::ShardBounds bounds = stream.bounds(shard);
        Ordinal from = bounds.trimHorizon;
        if (newest && bounds.end - bounds.trimHorizon > back)
            from = Ordinal(bounds.end.value - back);
        for (const ShardPosition &position : request.from) {
            if (position.shard == shard)
                from = position.next;
        }
        merge.add(shard, from, bounds.end);
        positions[shard] = reply.next.size();
        reply.next.push_back({shard, from});
    }

    NewestRows rows(limit);
    const auto full = [&] { return !newest && (rows.full() || reply.scanned >= scanLimit); };
    // False when the page is full before the run's end.
    const auto take = [&](const log::ShardMerge::Run &run) {
        Ordinal &next = reply.next[positions.at(run.shard)].next;
        if (run.rows.empty())
            next = run.end;
        else if (full())
            return false;
        reply.expired += run.missing;
        std::span<const std::uint32_t> wanted = run.rows;
        if (where && run.batch)
            wanted = where->wanted(*run.batch, run.rows);
        for (const std::uint32_t row : run.rows) {
            if (full())
                return false;
            if (!wanted.empty() && wanted.front() == row) {
                rows.push(toRow(numbers, *run.batch, row));
                wanted = wanted.subspan(1);
            }
            ++reply.scanned;
            next = run.batch->ordinal(row).next();
        }
        return true;
    };
    for (;;) {
        const auto run = merge.next(kMaxPageScan);
        if (!run)
            return run.error();
        reply.reachedEnd = !*run;
        if (reply.reachedEnd || !take(**run))
            break;
    }
    reply.rows = rows.take();
    return reply;
}

} // namespace millrace::engine
