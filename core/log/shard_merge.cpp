// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/shard_merge.h"

#include "core/log/damage.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace millrace::log {

ShardMerge::ShardMerge(Read read, LogSink damage, Filter filter)
    : m_read(std::move(read))
    , m_damage(std::move(damage))
    , m_filter(std::move(filter))
{}

void ShardMerge::add(ShardIndex shard, Ordinal from, std::optional<Ordinal> until)
{
    Walk walk;
    walk.shard = shard;
    walk.at = from;
    walk.until = until;
    m_walks.push_back(std::move(walk));
}

Result<std::optional<ShardMerge::Run>> ShardMerge::next(std::size_t maxRows)
{
    Walk *best = nullptr;
    Walk *second = nullptr;      // bounds the run
    for (Walk &walk : m_walks) { // by rising shard: of equal arrivals the first one counts
        MILLRACE_TRY(fill(walk));
        if (walk.empty()) {
            if (walk.missing > 0)
                return std::optional(take(walk, 0));
            continue;
        }
        if (best == nullptr || walk.arrival() < best->arrival()) {
            second = best;
            best = &walk;
        } else if (second == nullptr || walk.arrival() < second->arrival()) {
            second = &walk;
        }
    }
    if (best == nullptr)
        return std::optional<Run>();
    const std::size_t most = std::min(maxRows, best->rows.size() - best->nextRow);
    if (second == nullptr)
        return std::optional(take(*best, most));
    const WallTime bound = second->arrival();
    const bool first = best < second;
    std::size_t rows = 1;
    while (rows < most) {
        const WallTime arrival = best->batch->arrival(best->rows[best->nextRow + rows]);
        if (first ? arrival > bound : arrival >= bound)
            break;
        ++rows;
    }
    return std::optional(take(*best, rows));
}

ShardMerge::Run ShardMerge::take(Walk &walk, std::size_t rows)
{
    Run run;
    run.shard = walk.shard;
    run.missing = std::exchange(walk.missing, 0);
    run.end = walk.at;
    if (rows == 0)
        return run;
    run.batch = walk.batch;
    const auto from = walk.rows.begin() + static_cast<std::ptrdiff_t>(walk.nextRow);
    if (walk.nextRow == 0 && rows == walk.rows.size())
        run.rows = std::exchange(walk.rows, {});
    else
        run.rows.assign(from, from + static_cast<std::ptrdiff_t>(rows));
    walk.nextRow = walk.rows.empty() ? 0 : walk.nextRow + rows;
    if (!walk.empty())
        run.end = walk.batch->firstOrdinal() + (run.rows.back() + 1);
    return run;
}

void ShardMerge::Walk::pass(Ordinal to)
{
    missing += to - at;
    at = to;
}

/// Reads on until a wanted row is there, or nothing more.
Status ShardMerge::fill(Walk &walk)
{
    while (walk.empty()) {
        const auto more = load(walk);
        if (!more)
            return more.error();
        if (!*more)
            return Done{};
    }
    return Done{};
}

/// Takes up the next block, or passes what is missing. False: nothing is there now.
Result<bool> ShardMerge::load(Walk &walk)
{
    walk.batch.reset();
    walk.rows.clear();
    walk.nextRow = 0;
    if (walk.until && walk.at >= *walk.until)
        return false;
    auto read = m_read(walk.shard, walk.at);
    if (!read) {
        const auto behind = behindDamage(read.error(), walk.at);
        if (!behind)
            return std::move(read).error();
        m_damage(read.error());
        walk.pass(*behind);
        return true;
    }
    const record::BatchPtr batch = *std::move(read);
    if (!batch && !walk.until)
        return false;
    const Ordinal until = walk.until.value_or(batch ? batch->endOrdinal() : walk.at);
    if (!batch || batch->firstOrdinal() >= until) {
        walk.pass(until); // taken by retention or damage, with all that was behind it
        return true;
    }
    if (batch->firstOrdinal() > walk.at)
        walk.pass(batch->firstOrdinal());
    const auto first = static_cast<std::uint32_t>(walk.at - batch->firstOrdinal());
    const Ordinal end = std::min(until, batch->endOrdinal());
    const auto behind = static_cast<std::uint32_t>(end - batch->firstOrdinal());
    walk.rows.resize(behind - first);
    std::iota(walk.rows.begin(), walk.rows.end(), first);
    if (m_filter) {
        const auto wanted = m_filter(*batch, walk.rows);
        walk.rows = {wanted.begin(), wanted.end()};
    }
    walk.batch = batch;
    walk.at = end;
    return true;
}

} // namespace millrace::log
