// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/block_codec.h"

#include "core/base/problem_codes.h"
#include "core/log/block_layout.h"

#include <zstd.h>

namespace millrace::log {
namespace {

Problem corrupt(const char *reason)
{
    return Problem(Code::Corrupt, {{"what", "the block"}, {"reason", reason}});
}

/// Reads a varint of [at, end); null when it ends early or is longer than 10 bytes. The length is
/// one byte nearly always, hence the short way.
inline const char *takeVarint(const char *at, const char *end, std::uint64_t &v)
{
    if (at == end)
        return nullptr;
    const auto first = static_cast<unsigned char>(*at++);
    v = first;
    if (first < 0x80) [[likely]]
        return at;
    v &= 0x7F;
    for (unsigned shift = 7; shift < 64 && at != end; shift += 7) {
        const auto byte = static_cast<unsigned char>(*at++);
        v |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80)
            return at;
    }
    return nullptr;
}

template <class T>
T load(const std::byte *at)
{
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Reads and checks everything but the payload.
Result<BlockHeader> loadHeader(ByteView bytes, FilePos position)
{
    if (bytes.size() < kBlockHeaderBytes)
        return Problem(Code::Truncated, {{"what", "the block header"}});
    const std::byte *at = bytes.data();
    if (load<std::uint32_t>(at) != kMagic)
        return corrupt("it does not begin with MBLK");
    BlockHeader header;
    BlockEntry &entry = header.entry;
    entry.position = position;
    entry.shard = ShardIndex(load<std::uint32_t>(at + 8));
    entry.count = load<std::uint32_t>(at + 12);
    entry.first = Ordinal(load<std::uint64_t>(at + 16));
    entry.firstArrival = load<std::int64_t>(at + 24);
    entry.lastArrival = load<std::int64_t>(at + 32);
    entry.firstSeqIx = load<std::uint64_t>(at + 40);
    header.codec = load<BlockCodec>(at + 48);
    header.flags = load<std::uint16_t>(at + 50);
    entry.rawBytes = load<std::uint32_t>(at + 52);
    entry.storedBytes = load<std::uint32_t>(at + 56);
    if (bytes.size() < entry.fileBytes())
        return Problem(Code::Truncated, {{"what", "the block"}});
    return header;
}

Status checkCrc(ByteView bytes, const BlockHeader &header, const Uuid &segmentId)
{
    const ByteView covered =
        bytes.subspan(kCrcBegin, kBlockHeaderBytes - kCrcBegin + header.entry.storedBytes);
    if (seededCrc(segmentId, covered) != load<std::uint32_t>(bytes.data() + 4))
        return corrupt("its checksum is wrong");
    return Done{};
}

/// Limits that hold for every whole block; beyond them a checksum was made by no Millrace.
Status checkLimits(ByteView bytes, const BlockHeader &header)
{
    constexpr std::size_t kCipherAt = 49;
    constexpr std::size_t kMinRowBytes = 4; // its arrival, seqIx and two lengths
    const BlockEntry &entry = header.entry;
    const bool known = header.codec <= BlockCodec::Zstd && bytes[kCipherAt] == std::byte{0} &&
                       header.flags <= (kFlagHashes | kFlagAttributes | kFlagOrigins);
    if (!known)
        return corrupt("it has a codec, cipher or flag this version does not know");
    if (entry.count == 0 || entry.rawBytes > kMaxRawBytes ||
        entry.rawBytes / kMinRowBytes < entry.count || entry.lastArrival < entry.firstArrival ||
        entry.first.value > ~0ULL - entry.count)
        return corrupt("its counts are impossible");
    return Done{};
}

/// Every reading thread keeps its decompression context: making one costs more than a block.
ZSTD_DCtx *decompressionContext()
{
    struct Owner {
        ZSTD_DCtx *context = ZSTD_createDCtx();
        ~Owner() { ZSTD_freeDCtx(context); }
    };
    thread_local const Owner owner;
    MILLRACE_ASSERT(owner.context != nullptr);
    return owner.context;
}

Result<BlockHeader> checkedHeader(ByteView bytes, const Uuid &segmentId, FilePos position)
{
    auto header = loadHeader(bytes, position);
    if (!header)
        return header;
    MILLRACE_TRY(checkCrc(bytes, *header, segmentId));
    MILLRACE_TRY(checkLimits(bytes, *header));
    return header;
}

} // namespace

Result<BlockEntry> checkBlock(ByteView bytes, const Uuid &segmentId, FilePos position)
{
    auto header = checkedHeader(bytes, segmentId, position);
    if (!header)
        return std::move(header).error();
    return header->entry;
}

Result<record::BatchPtr> decodeBlock(ByteView bytes, const Uuid &segmentId,
                                     const StreamUuid &stream)
{
    const auto header = checkedHeader(bytes, segmentId, {});
    if (!header)
        return header.error();
    const BlockEntry &entry = header->entry;
    const ByteView stored = bytes.subspan(kBlockHeaderBytes, entry.storedBytes);
    auto arena = record::BlockCodecAccess::makeArena(entry.rawBytes);
    if (header->codec == BlockCodec::None) {
        if (entry.storedBytes != entry.rawBytes)
            return corrupt("its lengths differ without a codec");
        std::memcpy(arena.get(), stored.data(), stored.size());
    } else {
        const std::size_t got = ZSTD_decompressDCtx(decompressionContext(), arena.get(),
                                                    entry.rawBytes, stored.data(), stored.size());
        if (ZSTD_isError(got) != 0 || got != entry.rawBytes)
            return corrupt("it does not decompress");
    }
    return record::BlockCodecAccess::adopt(stream, entry, header->flags, std::move(arena));
}

} // namespace millrace::log

namespace millrace::record {

Result<BatchPtr> BlockCodecAccess::adopt(const StreamUuid &stream, const log::BlockEntry &entry,
                                         std::uint16_t flags, Arena arena)
{
    auto batch = std::shared_ptr<RecordBatch>(new RecordBatch);
    batch->m_count = entry.count;
    batch->m_placed = true;
    batch->m_stream = stream;
    batch->m_shard = entry.shard;
    batch->m_firstOrdinal = entry.first;
    batch->m_arenaBytes = entry.rawBytes;
    batch->m_arena = std::move(arena);
    std::memset(batch->m_arena.get() + entry.rawBytes, 0, kArenaPadding);
    if (const char *reason = parse(*batch, entry, flags))
        return log::corrupt(reason);
    return BatchPtr(std::move(batch));
}

/// Null when the payload is what the entry says, else what is wrong with it.
const char *BlockCodecAccess::parse(RecordBatch &batch, const log::BlockEntry &entry,
                                    std::uint16_t flags)
{
    using log::takeVarint;
    const std::size_t rows = entry.count;
    const char *const begin = batch.m_arena.get();
    const char *const end = begin + entry.rawBytes;
    const char *at = begin;
    std::uint64_t v = 0;

    batch.m_arrivals.resize(rows);
    auto arrival = static_cast<std::uint64_t>(entry.firstArrival);
    for (auto &out : batch.m_arrivals) {
        if ((at = takeVarint(at, end, v)) == nullptr)
            return "its arrivals end early";
        arrival += v;
        out = static_cast<std::int64_t>(arrival);
    }
    if (batch.m_arrivals.front() != entry.firstArrival ||
        batch.m_arrivals.back() != entry.lastArrival)
        return "its arrivals are not those of its header";
    batch.m_seqIx.resize(rows);
    std::uint64_t seqIx = entry.firstSeqIx;
    for (auto &out : batch.m_seqIx) {
        if ((at = takeVarint(at, end, v)) == nullptr)
            return "its seqIx end early";
        seqIx += v;
        out = seqIx;
    }
    // Lengths become positions once it is known where keys and data begin. Sums are compared with
    // what is there at every step, so that they cannot wrap.
    const auto lengths = [&](std::vector<std::uint32_t> &offsets, std::size_t &total) {
        offsets.resize(rows + 1);
        offsets[0] = 0;
        std::uint64_t sum = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            if ((at = takeVarint(at, end, v)) == nullptr)
                return false;
            if (v > entry.rawBytes || (sum += v) > entry.rawBytes)
                return false;
            offsets[row + 1] = static_cast<std::uint32_t>(sum);
        }
        total = static_cast<std::size_t>(sum);
        return true;
    };
    if (!lengths(batch.m_keyOffsets, batch.m_keyBytes) ||
        !lengths(batch.m_dataOffsets, batch.m_dataBytes))
        return "its lengths do not fit into it";
    const auto rare = [&](bool present, std::vector<RecordBatch::Slice> &slices) {
        if (!present)
            return true;
        slices.resize(rows);
        for (auto &slice : slices) {
            if ((at = takeVarint(at, end, v)) == nullptr ||
                v > static_cast<std::uint64_t>(end - at))
                return false;
            slice = {static_cast<std::uint32_t>(at - begin), static_cast<std::uint32_t>(v)};
            at += v;
        }
        return true;
    };
    if (!rare((flags & log::kFlagHashes) != 0, batch.m_hashes) ||
        !rare((flags & log::kFlagAttributes) != 0, batch.m_attributes) ||
        !rare((flags & log::kFlagOrigins) != 0, batch.m_origins))
        return "its hashes, attributes or roots do not fit into it";
    if (static_cast<std::size_t>(end - at) != batch.m_keyBytes + batch.m_dataBytes)
        return "its keys and data do not fill it";
    const auto keysAt = static_cast<std::uint32_t>(at - begin);
    const auto dataAt = static_cast<std::uint32_t>(keysAt + batch.m_keyBytes);
    for (auto &offset : batch.m_keyOffsets)
        offset += keysAt;
    for (auto &offset : batch.m_dataOffsets)
        offset += dataAt;
    return nullptr;
}

} // namespace millrace::record
