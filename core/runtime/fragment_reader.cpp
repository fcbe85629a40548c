// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fragment_reader.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::runtime {

FragmentReader::FragmentReader(stream::DataStream &source, bool merged)
    : m_source(source)
    , m_merged(merged)
{
    restore({}, {});
    m_restored = false;
}

std::vector<Problem> FragmentReader::restore(const std::vector<Cursor> &cursors,
                                             const std::vector<Cursor> &deadLetters)
{
    std::vector<Problem> notices;
    const std::vector<Cursor> first =
        m_restored ? std::vector<Cursor>{} : std::exchange(m_cursors, {});
    m_restored = true;
    m_cursors.clear();
    m_deadUntil.clear();
    const auto find = [&](const std::vector<Cursor> &in, ShardIndex shard) -> const Cursor * {
        const auto found = std::find_if(in.begin(), in.end(), [&](const Cursor &c) {
            return c.stream == m_source.id() && c.shard == shard;
        });
        return found == in.end() ? nullptr : &*found;
    };
    for (std::uint32_t i = 0; i < m_source.shardCount(); ++i) {
        const ShardIndex shard(i);
        const Cursor *known = find(cursors, shard);
        const Cursor *dead = find(deadLetters, shard);
        const log::ShardBounds bounds = m_source.bounds(shard);
        if (known && known->next > bounds.end)
            notices.push_back(
                Problem(Code::CursorAhead, {{"stream", m_source.name()},
                                            {"shard", std::to_string(i)},
                                            {"end", std::to_string(bounds.end.value)},
                                            {"cursor", std::to_string(known->next.value)}}));
        const Ordinal begin = first.empty() ? bounds.trimHorizon : first[i].next;
        m_cursors.push_back(
            {m_source.id(), shard, known ? std::min(known->next, bounds.end) : begin});
        m_deadUntil.push_back(dead ? std::min(dead->next, bounds.end) : Ordinal(0));
    }
    return notices;
}

/// Makes pieces of a run: one ends where dead letters stand.
void FragmentReader::cut(log::ShardMerge::Run run, std::vector<Piece> &out) const
{
    Piece piece;
    piece.shard = run.shard;
    piece.expired = run.missing;
    piece.chunk.batch = std::move(run.batch);
    piece.chunk.rows = std::move(run.rows);
    piece.end = run.end;
    std::vector<std::uint32_t> &rows = piece.chunk.rows;
    const Ordinal known = m_deadUntil[run.shard.value];
    if (!rows.empty() && piece.chunk.batch->firstOrdinal() + rows.front() < known) {
        piece.deadKnown = true;
        const auto fresh = std::find_if(rows.begin(), rows.end(), [&](std::uint32_t row) {
            return piece.chunk.batch->firstOrdinal() + row >= known;
        });
        if (fresh != rows.end()) {
            Piece behind;
            behind.shard = run.shard;
            behind.chunk = {piece.chunk.batch, {fresh, rows.end()}};
            behind.end = piece.end;
            piece.end = known;
            rows.erase(fresh, rows.end());
            out.push_back(std::move(piece));
            out.push_back(std::move(behind));
            return;
        }
    }
    out.push_back(std::move(piece));
}

/// Takes runs until nothing is there or nothing is left of the budget; of each at least one row.
Status FragmentReader::take(log::ShardMerge &merge, Budget &left, std::vector<Piece> &out) const
{
    while (left.records > 0 && left.bytes > 0) {
        auto run = merge.next(left.records);
        if (!run)
            return std::move(run).error();
        if (!*run)
            return Done{};
        std::vector<std::uint32_t> &rows = (*run)->rows;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const record::RecordBatch &batch = *(*run)->batch;
            const std::size_t size = batch.data(rows[i]).size() + batch.key(rows[i]).size();
            if (i > 0 && size > left.bytes) {
                (*run)->end = batch.firstOrdinal() + rows[i];
                rows.resize(i);
                left.bytes = 0;
                break;
            }
            left.bytes -= std::min(left.bytes, size);
        }
        left.records -= rows.size();
        cut(*std::move(*run), out);
    }
    return Done{};
}

Result<std::vector<Piece>> FragmentReader::gather(const Budget &budget,
                                                  std::vector<Problem> &notices)
{
    const auto read = [this](ShardIndex shard, Ordinal at) { return m_source.read(shard, at); };
    const auto damage = [&](const Problem &problem) { notices.push_back(problem); };
    const auto add = [&](log::ShardMerge &merge, std::size_t i) {
        const Cursor &cursor = m_cursors[i];
        merge.add(cursor.shard, cursor.next, m_source.bounds(cursor.shard).end);
    };
    const std::size_t shards = m_cursors.size();
    std::vector<Piece> out;
    Budget left = budget;
    if (m_merged) {
        log::ShardMerge all(read, damage);
        for (std::size_t i = 0; i < shards; ++i)
            add(all, i);
        MILLRACE_TRY(take(all, left, out));
        return out;
    }
    for (std::size_t i = 0; i < shards; ++i) {
        log::ShardMerge one(read, damage);
        add(one, (m_firstShard + i) % shards);
        MILLRACE_TRY(take(one, left, out));
    }
    m_firstShard = shards == 0 ? 0 : (m_firstShard + 1) % shards;
    return out;
}

std::vector<Cursor> FragmentReader::cursorsAfter(const std::vector<Piece> &pieces) const
{
    std::vector<Cursor> out = m_cursors;
    for (const Piece &piece : pieces)
        out[piece.shard.value].next = piece.end;
    return out;
}

void FragmentReader::accept(const std::vector<Piece> &pieces)
{
    m_cursors = cursorsAfter(pieces);
    for (const Piece &piece : pieces) {
        std::uint64_t bytes = 0;
        for (const std::uint32_t row : piece.chunk.rows)
            bytes += piece.chunk.batch->data(row).size() + piece.chunk.batch->key(row).size();
        m_source.countRead(piece.shard, piece.chunk.count(), bytes);
    }
}

} // namespace millrace::runtime
