// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_codec.h"

/// What the block encoder and decoder share: constants of the layout (FORMAT.md, "Block"), and the
/// way into a batch's columns. Nobody else includes this.
namespace millrace::log {

inline constexpr std::uint32_t kMagic = 0x4B4C424D; // "MBLK"
inline constexpr std::uint16_t kFlagHashes = 1;
inline constexpr std::uint16_t kFlagAttributes = 2;
inline constexpr std::uint16_t kFlagOrigins = 4;
inline constexpr std::size_t kCrcBegin = 8; // the CRC covers what stands behind itself
inline constexpr std::size_t kMaxVarintBytes = 10;

enum class BlockCodec : std::uint8_t { None = 0, Zstd = 1 };

struct BlockHeader {
    BlockEntry entry;
    BlockCodec codec = BlockCodec::None;
    std::uint16_t flags = 0;
};

} // namespace millrace::log

namespace millrace::record {

/// The one place outside core/record that makes batches: their arena is a block's raw payload.
class BlockCodecAccess
{
public:
    static std::string_view hash(const RecordBatch &b, std::size_t row)
    {
        return b.text(b.m_hashes, row);
    }
    static std::string_view attributes(const RecordBatch &b, std::size_t row)
    {
        return b.text(b.m_attributes, row);
    }
    static std::string_view origin(const RecordBatch &b, std::size_t row)
    {
        return b.text(b.m_origins, row);
    }
    static bool hasHashes(const RecordBatch &b) { return !b.m_hashes.empty(); }
    static bool hasAttributes(const RecordBatch &b) { return !b.m_attributes.empty(); }

    using Arena = std::unique_ptr<char[]>;

    static Arena makeArena(std::size_t rawBytes)
    {
        return std::make_unique_for_overwrite<char[]>(rawBytes + kArenaPadding);
    }
    /// Makes the batch of a block whose raw payload stands in `arena` (made for at least as many
    /// bytes) by pointing its columns into it.
    /// Errors: Corrupt (the payload is not what the entry and flags say).
    static Result<BatchPtr> adopt(const StreamUuid &stream, const log::BlockEntry &entry,
                                  std::uint16_t flags, Arena arena);

private:
    static const char *parse(RecordBatch &batch, const log::BlockEntry &entry, std::uint16_t flags);
};

} // namespace millrace::record
