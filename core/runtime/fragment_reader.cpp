// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fragment_reader.h"

#include "core/base/problem_codes.h"
#include "core/log/damage.h"

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

Result<bool> FragmentReader::next(std::size_t shard, Ordinal &at, const Budget &budget,
                                  std::size_t &bytes, std::vector<Piece> &out,
                                  std::vector<Problem> &notices)
{
    const ShardIndex index(static_cast<std::uint32_t>(shard));
    Piece piece;
    piece.shard = index;
    // Taken before reading: what is stored in between is no gap.
    const Ordinal behindAll = m_source.bounds(index).end;
    auto batch = m_source.read(index, at);
    if (!batch) {
        const auto behind = log::behindDamage(batch.error(), at);
        if (!behind)
            return std::move(batch).error();
        notices.push_back(std::move(batch).error());
        piece.expired = *behind - at;
        piece.end = at = *behind;
        out.push_back(std::move(piece));
        return true;
    }
    if (!*batch) {
        if (at >= behindAll)
            return false;
        // Retention or damage took all that was there to read.
        piece.expired = behindAll - at;
        piece.end = at = behindAll;
        out.push_back(std::move(piece));
        return true;
    }
    const record::RecordBatch &block = **batch;
    const Ordinal from = std::max(at, block.firstOrdinal());
    piece.expired = from - at;
    Ordinal end = block.endOrdinal();
    if (from < m_deadUntil[shard]) {
        end = std::min(end, m_deadUntil[shard]);
        piece.deadKnown = true;
    }
    piece.chunk.batch = *batch;
    for (Ordinal o = from; o < end; o = o.next()) {
        const auto row = static_cast<std::uint32_t>(o - block.firstOrdinal());
        const std::size_t size = block.data(row).size() + block.key(row).size();
        if (!piece.chunk.rows.empty() &&
            (piece.chunk.rows.size() >= budget.records || bytes + size > budget.bytes)) {
            end = o;
            break;
        }
        bytes += size;
        piece.chunk.rows.push_back(row);
    }
    piece.end = at = end;
    out.push_back(std::move(piece));
    return true;
}

Result<std::vector<Piece>> FragmentReader::gather(const Budget &budget,
                                                  std::vector<Problem> &notices)
{
    const std::size_t shards = m_cursors.size();
    std::vector<std::vector<Piece>> byShard(shards);
    std::vector<bool> drained(shards, false);
    std::size_t bytes = 0;
    std::size_t records = 0;
    for (std::size_t i = 0; i < shards; ++i) {
        const std::size_t shard = (m_firstShard + i) % shards;
        Ordinal at = m_cursors[shard].next;
        std::size_t shardBytes = 0;
        // Merged order needs something of every shard, else no order between them can be told.
        while (m_merged ? shardBytes < budget.bytes
                        : bytes < budget.bytes && records < budget.records) {
            const std::size_t before = byShard[shard].size();
            auto more =
                next(shard, at, budget, m_merged ? shardBytes : bytes, byShard[shard], notices);
            if (!more)
                return std::move(more).error();
            if (!*more) {
                drained[shard] = true;
                break;
            }
            if (byShard[shard].size() > before)
                records += byShard[shard].back().chunk.count();
        }
    }
    if (m_merged)
        return merge(std::move(byShard), drained);
    m_firstShard = shards == 0 ? 0 : (m_firstShard + 1) % shards;
    std::vector<Piece> out;
    for (std::size_t i = 0; i < shards; ++i) {
        auto &pieces = byShard[(m_firstShard + shards - 1 + i) % shards];
        std::move(pieces.begin(), pieces.end(), std::back_inserter(out));
    }
    return out;
}

/// Cuts the pieces at every change of shard in the order (arrival, shard, ordinal). Behind the
/// last gathered arrival of a shard that has more, nothing may be taken of the others.
std::vector<Piece> FragmentReader::merge(std::vector<std::vector<Piece>> byShard,
                                         const std::vector<bool> &drained) const
{
    struct At {
        std::size_t piece = 0;
        std::size_t row = 0;
    };
    std::vector<At> at(byShard.size());
    const auto arrivalOf = [&](std::size_t shard) {
        const Piece &piece = byShard[shard][at[shard].piece];
        if (piece.chunk.rows.empty())
            return WallTime::min(); // a gap is passed before anything else
        return piece.chunk.batch->arrival(piece.chunk.rows[at[shard].row]);
    };
    std::vector<Piece> out;
    for (;;) {
        std::size_t best = byShard.size();
        for (std::size_t shard = 0; shard < byShard.size(); ++shard) {
            if (at[shard].piece == byShard[shard].size()) {
                if (!drained[shard])
                    return out;
                continue;
            }
            if (best == byShard.size() || arrivalOf(shard) < arrivalOf(best))
                best = shard;
        }
        if (best == byShard.size())
            return out;
        Piece &from = byShard[best][at[best].piece];
        const bool goesOn = !out.empty() && out.back().shard == from.shard &&
                            out.back().chunk.batch == from.chunk.batch && at[best].row > 0;
        if (!goesOn) {
            Piece begun;
            begun.shard = from.shard;
            begun.chunk.batch = from.chunk.batch;
            begun.deadKnown = from.deadKnown;
            begun.expired = at[best].row == 0 ? from.expired : 0;
            out.push_back(std::move(begun));
        }
        if (!from.chunk.rows.empty()) {
            const std::uint32_t row = from.chunk.rows[at[best].row];
            out.back().chunk.rows.push_back(row);
            out.back().end = from.chunk.batch->firstOrdinal() + (row + 1);
        }
        if (++at[best].row >= from.chunk.rows.size()) {
            out.back().end = from.end;
            at[best] = {at[best].piece + 1, 0};
        }
    }
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
