// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/shard_merge.h"

#include "core/runtime/damage.h"

#include <numeric>

namespace millrace::cli {
ShardMerge::ShardMerge(log::LogReader &reader, Filter filter, LogSink damage)
    : m_reader(reader)
    , m_filter(std::move(filter))
    , m_damage(std::move(damage))
{}

void ShardMerge::add(ShardIndex shard, Ordinal from)
{
    Walk walk;
    walk.shard = shard;
    walk.at = from;
    m_walks.push_back(std::move(walk));
}

Result<std::optional<RecordRef>> ShardMerge::next()
{
    Walk *best = nullptr;
    WallTime bestArrival{};
    for (Walk &walk : m_walks) { // in the order of shards, so that an equal arrival does not win
        const auto there = ready(walk);
        if (!there)
            return there.error();
        if (!*there)
            continue;
        const WallTime arrival = walk.batch->arrival(walk.rows[walk.nextRow]);
        if (best == nullptr || arrival < bestArrival) {
            best = &walk;
            bestArrival = arrival;
        }
    }
    if (best == nullptr)
        return std::optional<RecordRef>();
    return std::optional(RecordRef{best->batch, best->rows[best->nextRow++]});
}

Result<bool> ShardMerge::ready(Walk &walk)
{
    while (walk.nextRow == walk.rows.size()) {
        const Ordinal before = walk.at;
        MILLRACE_TRY(load(walk));
        if (walk.at == before)
            return false;
    }
    return true;
}

Status ShardMerge::load(Walk &walk)
{
    walk.batch.reset();
    walk.rows.clear();
    walk.nextRow = 0;
    auto read = m_reader.read(walk.shard, walk.at);
    if (!read) {
        const auto next = runtime::behindDamage(read.error(), walk.at);
        if (!next)
            return std::move(read).error();
        m_damage(read.error());
        walk.at = *next;
        return Done{};
    }
    if (!*read)
        return Done{};
    walk.batch = *std::move(read);
    if (walk.batch->firstOrdinal() > walk.at) {
        m_expired += walk.batch->firstOrdinal() - walk.at;
        walk.at = walk.batch->firstOrdinal();
    }
    const auto first = static_cast<std::uint32_t>(walk.at - walk.batch->firstOrdinal());
    if (m_filter) {
        walk.rows = m_filter(*walk.batch);
        std::erase_if(walk.rows, [&](std::uint32_t row) { return row < first; });
    } else {
        walk.rows.resize(walk.batch->count() - first);
        std::iota(walk.rows.begin(), walk.rows.end(), first);
    }
    walk.at = walk.batch->endOrdinal();
    return Done{};
}

} // namespace millrace::cli
