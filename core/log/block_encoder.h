// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_codec.h"

#include <span>

struct ZSTD_CCtx_s;

namespace millrace::log {

/// Blocks of more rows are split here, so that reading one record stays cheap.
inline constexpr std::size_t kMaxBlockRawBytes = 1U << 20U;

/// Rows of one batch that go behind each other into a shard.
struct RowRun {
    const record::RecordBatch *batch = nullptr;
    std::span<const std::uint32_t> rows; ///< rising; used when `all` is false
    bool all = false;
    std::int64_t arrival = 0;
    std::uint64_t firstSeqIx = 0;
    bool keepPlaces = false; ///< the rows are written again where they stand (rewriting)

    std::size_t count() const { return all ? batch->count() : rows.size(); }
    std::size_t row(std::size_t i) const { return all ? i : rows[i]; }
};

/// A block made of rows: its header's values, and the batch that a reader of it would decode.
struct EncodedBlock {
    BlockEntry entry; ///< position is that in the buffer it was appended to
    record::BatchPtr batch;
};

/// Takes rows off the front of `runs` until a block is full and appends it, with header and
/// padding, to `out`. Keeps its compression context; one thread at a time.
class BlockEncoder
{
public:
    BlockEncoder(const StreamUuid &stream, int zstdLevel);
    ~BlockEncoder();
    BlockEncoder(const BlockEncoder &) = delete;
    BlockEncoder &operator=(const BlockEncoder &) = delete;

    /// `taken` is how many rows of `runs` are in blocks already, and is moved on by at least one;
    /// some must be left. The raw payload has about `wantedBytes` unless one row alone has more. No
    /// row may need more than kMaxRawBytes (see maxRawBytes()).
    EncodedBlock append(Bytes &out, const Uuid &segmentId, ShardIndex shard, Ordinal first,
                        std::span<const RowRun> runs, std::size_t &taken, std::size_t wantedBytes);

private:
    StreamUuid m_stream;
    int m_level;
    ZSTD_CCtx_s *m_context;
    Bytes m_scratch; ///< a root while it is copied
};

/// What a row may take of a raw payload; above kMaxRawBytes it cannot be appended.
std::size_t maxRawBytes(const record::RecordBatch &batch, std::size_t row);

} // namespace millrace::log
