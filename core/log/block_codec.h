// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/segment_header.h"
#include "core/record/record_batch.h"

#include <memory>

namespace millrace::log {

inline constexpr std::size_t kBlockHeaderBytes = 96;
/// A single record, whatever is in it, must not need more; FORMAT.md.
inline constexpr std::size_t kMaxRawBytes = 128U << 20U;

/// One block and where it stands: what the index keeps and the footer stores.
struct BlockEntry {
    FilePos position;
    Ordinal first;
    std::int64_t firstArrival = 0;
    std::int64_t lastArrival = 0;
    std::uint64_t firstSeqIx = 0;
    ShardIndex shard;
    std::uint32_t count = 0;
    std::uint32_t storedBytes = 0; ///< of the payload, without header and padding
    std::uint32_t rawBytes = 0;

    Ordinal end() const { return first + count; }
    std::uint64_t fileBytes() const { return aligned(kBlockHeaderBytes + storedBytes); }
    friend bool operator==(const BlockEntry &, const BlockEntry &) = default;
};

/// Reads a block header and payload at the start of `bytes`, which may go on behind it.
/// Errors: Truncated (the block ends behind `bytes`), Corrupt (anything but a whole block of this
/// segment).
Result<BlockEntry> checkBlock(ByteView bytes, const Uuid &segmentId, FilePos position);

/// Decodes a whole block: checks it, decompresses it and points a batch into the result.
/// Thread-safety: any thread (each keeps a decompression context of its own).
/// Errors: Corrupt.
Result<record::BatchPtr> decodeBlock(ByteView bytes, const Uuid &segmentId,
                                     const StreamUuid &stream);

} // namespace millrace::log
