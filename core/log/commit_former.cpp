// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/commit_former.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::log {
namespace {

std::size_t rowCount(const ShardRows &rows)
{
    return rows.rows.empty() ? rows.batch->count() : rows.rows.size();
}

constexpr std::size_t kShardStartBytes = 32;
/// What the fixed part of a segment header and its padding leave for shards and producers.
constexpr std::size_t kMaxListBytes = kMaxHeaderBytes - 2 * kHeaderAlignment;

} // namespace

void CommitFormer::begin(const ShardStarts &ends, const Producers &producers)
{
    m_endsBefore = &ends;
    m_producersBefore = &producers;
    m_ends.clear();
    m_progress.clear();
    m_runs.clear();
    m_blocks.clear();
    m_headerBytes = ends.size() * kShardStartBytes;
    for (const auto &[id, entry] : producers)
        m_headerBytes += headerBytes(entry);
}

ShardStart CommitFormer::endOf(ShardIndex shard) const
{
    if (const auto found = m_ends.find(shard); found != m_ends.end())
        return found->second;
    const auto found = m_endsBefore->find(shard);
    return found == m_endsBefore->end() ? ShardStart{} : found->second;
}

Status CommitFormer::check(const Append &append) const
{
    std::map<ShardIndex, std::uint64_t> nextSeqIx;
    for (const ShardRows &rows : append.shards) {
        if (!rows.batch)
            return invalidArgument("An append names rows of no batch");
        const auto [next, isNew] = nextSeqIx.try_emplace(rows.shard, endOf(rows.shard).nextSeqIx);
        const std::size_t count = rowCount(rows);
        if (rows.firstSeqIx < next->second || rows.firstSeqIx > ~0ULL - count)
            return invalidArgument("An append to shard " + std::to_string(rows.shard.value) +
                                   " begins with seqIx " + std::to_string(rows.firstSeqIx) +
                                   ", the first free one is " + std::to_string(next->second));
        next->second = rows.firstSeqIx + count;
        if (!rows.rows.empty() && rows.rows.back() >= rows.batch->count())
            return invalidArgument("An append names a row that its batch does not have");
        // Only a batch this large can hold a row that is too large.
        if (rows.batch->memoryBytes() > kMaxRawBytes / 4) {
            for (std::size_t i = 0; i < count; ++i) {
                const std::size_t row = rows.rows.empty() ? i : rows.rows[i];
                if (maxRawBytes(*rows.batch, row) > kMaxRawBytes)
                    return invalidArgument("A record with all that belongs to it may have 128 MiB");
            }
        }
    }
    return checkProgress(append);
}

Status CommitFormer::checkProgress(const Append &append) const
{
    // Every segment begins with all shards and producers: what does not fit there is not taken.
    std::size_t bytes = m_headerBytes + append.shards.size() * kShardStartBytes;
    for (const ProgressEntry &entry : append.progress)
        bytes += headerBytes(entry);
    if (bytes > kMaxListBytes)
        return invalidArgument("The stream has so many producers, or they have so long a progress, "
                               "that a segment header of 16 MiB cannot hold them");
    for (const ProgressEntry &entry : append.progress) {
        const auto newest = [&](const Producers &producers) {
            const auto found = producers.find(entry.producer);
            return found == producers.end() ? Epoch() : found->second.epoch;
        };
        const Epoch epoch = std::max(newest(m_progress), newest(*m_producersBefore));
        if (entry.epoch < epoch)
            return Problem(Code::StaleProducer, {{"producer", entry.producer},
                                                 {"epoch", std::to_string(entry.epoch.value)},
                                                 {"newest", std::to_string(epoch.value)}});
    }
    return Done{};
}

Result<std::vector<Placed>> CommitFormer::add(const Append &append)
{
    MILLRACE_TRY(check(append));
    std::vector<Placed> places;
    places.reserve(append.shards.size());
    for (const ShardRows &rows : append.shards) {
        const std::size_t count = rowCount(rows);
        ShardStart end = endOf(rows.shard);
        places.push_back({rows.shard, end.first, count});
        if (count == 0)
            continue;
        RowRun run;
        run.batch = rows.batch.get();
        run.rows = rows.rows;
        run.all = rows.rows.empty();
        run.arrival = std::max(rows.arrival.time_since_epoch().count(), end.arrival);
        run.firstSeqIx = rows.firstSeqIx;
        m_runs[rows.shard].push_back(run);
        end.first = end.first + count;
        end.arrival = run.arrival;
        end.nextSeqIx = rows.firstSeqIx + count;
        m_ends[rows.shard] = end;
    }
    for (const ProgressEntry &entry : append.progress) {
        m_headerBytes += headerBytes(entry); // at most; an older entry of the same goes
        m_progress.insert_or_assign(entry.producer, entry);
    }
    return places;
}

ByteView CommitFormer::encode(const Uuid &segmentId, WalkPoint at, WallTime now)
{
    Commit commit;
    commit.number = at.nextNumber;
    commit.time = now;
    for (const auto &[id, entry] : m_progress)
        commit.progress.push_back(entry);
    m_bytes.resize(commitHeaderBytes(commit.progress));
    for (const auto &[shard, runs] : m_runs) {
        std::size_t rows = 0;
        for (const RowRun &run : runs)
            rows += run.count();
        const auto before = m_endsBefore->find(shard);
        const Ordinal first = before == m_endsBefore->end() ? Ordinal() : before->second.first;
        for (std::size_t taken = 0; taken < rows;) {
            EncodedBlock block = m_encoder.append(m_bytes, segmentId, shard, first + taken, runs,
                                                  taken, kMaxBlockRawBytes);
            block.entry.position = at.position + block.entry.position.value;
            commit.blocks.push_back(block.entry);
            m_blocks.push_back({block.entry, std::move(block.batch)});
        }
    }
    putCommitHeader(m_bytes, segmentId, commit);
    return m_bytes;
}

} // namespace millrace::log
