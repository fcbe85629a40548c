// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_encoder.h"
#include "core/log/commit_codec.h"

namespace millrace::log {

/// Makes one commit of queued appends: checks each, gives its rows their ordinals, and encodes the
/// blocks. What it worked out counts only once the commit stands; until then the caller's state is
/// as it was.
/// Thread-safety: one thread at a time.
class CommitFormer
{
public:
    CommitFormer(const StreamUuid &stream, int zstdLevel)
        : m_encoder(stream, zstdLevel)
    {}

    struct Block {
        BlockEntry entry; ///< position is that in the file
        record::BatchPtr batch;
    };

    /// Begins a commit behind `ends` and `producers`, which stay unchanged until the next begin().
    void begin(const ShardStarts &ends, const Producers &producers);
    /// Takes an append into the commit. It must live until encode().
    /// Errors: StaleProducer, InvalidArgument (rows that are not there, a seqIx that is taken, a
    /// record that is too large). Then nothing of it is in the commit.
    Result<std::vector<Placed>> add(const Append &append);
    bool empty() const { return m_runs.empty() && m_progress.empty(); }
    /// Encodes all that was added as the commit that stands at `at` of segment `segmentId`.
    ByteView encode(const Uuid &segmentId, WalkPoint at, WallTime now);

    const std::vector<Block> &blocks() const { return m_blocks; } ///< after encode()
    const ShardStarts &ends() const { return m_ends; }            ///< of the shards with rows only
    const Producers &progress() const { return m_progress; }      ///< of the producers named only

private:
    Status check(const Append &append) const;
    ShardStart endOf(ShardIndex shard) const;
    Status checkProgress(const Append &append) const;

    BlockEncoder m_encoder;
    const ShardStarts *m_endsBefore = nullptr;
    const Producers *m_producersBefore = nullptr;
    std::size_t m_headerBytes = 0; ///< what shards and producers take of the next segment header
    ShardStarts m_ends;
    Producers m_progress;
    std::map<ShardIndex, std::vector<RowRun>> m_runs;
    std::vector<Block> m_blocks;
    Bytes m_bytes; ///< the commit; its memory is used again
};

} // namespace millrace::log
