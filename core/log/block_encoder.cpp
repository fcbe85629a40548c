// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/block_encoder.h"

#include "core/log/block_layout.h"

#include <algorithm>
#include <bit>
#include <zstd.h>

namespace millrace::log {
namespace {

using Access = record::BlockCodecAccess;

std::size_t varintBytes(std::uint64_t v)
{
    return v == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(v)) + 6) / 7;
}

char *putVarint(char *at, std::uint64_t v)
{
    while (v >= 0x80) {
        *at++ = static_cast<char>(v | 0x80);
        v >>= 7;
    }
    *at++ = static_cast<char>(v);
    return at;
}

char *putText(char *at, std::string_view text)
{
    if (!text.empty())
        std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

char *putSized(char *at, std::string_view text)
{
    return putText(putVarint(at, text.size()), text);
}

std::size_t sizedBytes(std::string_view text)
{
    return varintBytes(text.size()) + text.size();
}

template <class T>
void store(std::byte *at, T value)
{
    std::memcpy(at, &value, sizeof value);
}

void storeHeader(std::byte *at, const BlockHeader &header)
{
    const BlockEntry &entry = header.entry;
    store(at, kMagic);
    store(at + 8, entry.shard.value);
    store(at + 12, entry.count);
    store(at + 16, entry.first.value);
    store(at + 24, entry.firstArrival);
    store(at + 32, entry.lastArrival);
    store(at + 40, entry.firstSeqIx);
    store(at + 48, header.codec);
    store(at + 50, header.flags);
    store(at + 52, entry.rawBytes);
    store(at + 56, entry.storedBytes);
}

std::uint64_t arrivalOf(const RowRun &run, std::size_t i)
{
    return static_cast<std::uint64_t>(
        run.keepPlaces ? run.batch->arrival(run.row(i)).time_since_epoch().count() : run.arrival);
}

std::uint64_t seqIxOf(const RowRun &run, std::size_t i)
{
    return run.keepPlaces ? run.batch->seqIx(run.row(i)) : run.firstSeqIx + i;
}

/// True when the place a row has now is not the one it gets: then it is written out as its root.
bool comesFromElsewhere(const RowRun &run)
{
    return run.batch->placed() && !run.keepPlaces;
}

/// The root of a row as its column holds it; made in `scratch` when it is a place elsewhere.
std::string_view rootOf(const RowRun &run, std::size_t i, Bytes &scratch)
{
    const std::size_t row = run.row(i);
    const std::string_view stored = Access::origin(*run.batch, row);
    if (!stored.empty() || !comesFromElsewhere(run))
        return stored;
    scratch.clear();
    ByteWriter writer(scratch);
    writer.raw(std::as_bytes(std::span(run.batch->stream().bytes)));
    writer.varint(run.batch->shard().value);
    writer.varint((run.batch->firstOrdinal() + row).value);
    return asText(scratch);
}

std::uint16_t flagsOf(const RowRun &run)
{
    std::uint16_t flags = 0;
    if (Access::hasHashes(*run.batch))
        flags |= kFlagHashes;
    if (Access::hasAttributes(*run.batch))
        flags |= kFlagAttributes;
    if (run.batch->hasOrigins() || comesFromElsewhere(run))
        flags |= kFlagOrigins;
    return flags;
}

/// A part of a run that goes into the block.
struct Part {
    const RowRun *run;
    std::size_t begin;
    std::size_t end;
};

/// Rows chosen for one block and bytes that they need at most.
struct Plan {
    std::vector<Part> parts;
    std::size_t rows = 0;
    std::size_t maxBytes = 0;
    std::uint16_t flags = 0;
};

/// Bytes of a row beside its key and data, at most: four varints, and one for each rare column.
constexpr std::size_t kRowOverhead = 2 * kMaxVarintBytes + 2 * 5 + 3;

Plan choose(std::span<const RowRun> runs, std::size_t skip, std::size_t wanted, Bytes &scratch)
{
    Plan plan;
    std::size_t payload = 0; // without the overhead, so that blocks of small rows are not cut short
    for (const RowRun &run : runs) {
        const std::size_t count = run.count();
        if (skip >= count) {
            skip -= count;
            continue;
        }
        const std::uint16_t flags = flagsOf(run);
        Part part{&run, skip, skip};
        skip = 0;
        for (std::size_t i = part.begin; i < count; ++i) {
            const std::size_t row = run.row(i);
            std::size_t bytes = run.batch->key(row).size() + run.batch->data(row).size() + 4;
            if (flags != 0)
                bytes += sizedBytes(Access::hash(*run.batch, row)) +
                         sizedBytes(Access::attributes(*run.batch, row)) +
                         sizedBytes(rootOf(run, i, scratch));
            if (payload + bytes > wanted && plan.rows > 0) {
                if (part.end > part.begin) {
                    plan.parts.push_back(part);
                    plan.flags |= flags;
                }
                return plan;
            }
            payload += bytes;
            plan.maxBytes += bytes + kRowOverhead;
            ++plan.rows;
            part.end = i + 1;
        }
        if (part.end > part.begin) {
            plan.parts.push_back(part);
            plan.flags |= flags;
        }
    }
    return plan;
}

/// Calls `f(run, i)` for each row of the plan.
void forEach(const Plan &plan, auto &&f)
{
    for (const Part &part : plan.parts) {
        for (std::size_t i = part.begin; i < part.end; ++i)
            f(*part.run, i);
    }
}

/// Writes the columns (FORMAT.md, "Record columns") and returns where they end.
char *putColumns(char *at, const Plan &plan, BlockEntry &entry, Bytes &scratch)
{
    const RowRun &firstRun = *plan.parts.front().run;
    const std::size_t firstRow = plan.parts.front().begin;
    std::uint64_t arrival = arrivalOf(firstRun, firstRow);
    std::uint64_t seqIx = seqIxOf(firstRun, firstRow);
    entry.firstArrival = static_cast<std::int64_t>(arrival);
    entry.firstSeqIx = seqIx;
    forEach(plan, [&](const RowRun &run, std::size_t i) {
        const std::uint64_t next = arrivalOf(run, i);
        at = putVarint(at, next - arrival);
        arrival = next;
    });
    entry.lastArrival = static_cast<std::int64_t>(arrival);
    forEach(plan, [&](const RowRun &run, std::size_t i) {
        const std::uint64_t next = seqIxOf(run, i);
        at = putVarint(at, next - seqIx);
        seqIx = next;
    });
    forEach(plan, [&](const RowRun &run, std::size_t i) {
        at = putVarint(at, run.batch->key(run.row(i)).size());
    });
    forEach(plan, [&](const RowRun &run, std::size_t i) {
        at = putVarint(at, run.batch->data(run.row(i)).size());
    });
    if ((plan.flags & kFlagHashes) != 0)
        forEach(plan, [&](const RowRun &run, std::size_t i) {
            at = putSized(at, Access::hash(*run.batch, run.row(i)));
        });
    if ((plan.flags & kFlagAttributes) != 0)
        forEach(plan, [&](const RowRun &run, std::size_t i) {
            at = putSized(at, Access::attributes(*run.batch, run.row(i)));
        });
    if ((plan.flags & kFlagOrigins) != 0)
        forEach(plan, [&](const RowRun &run, std::size_t i) {
            at = putSized(at, rootOf(run, i, scratch));
        });
    forEach(plan, [&](const RowRun &run, std::size_t i) {
        at = putText(at, run.batch->key(run.row(i)));
    });
    forEach(plan, [&](const RowRun &run, std::size_t i) {
        at = putText(at, run.batch->data(run.row(i)));
    });
    return at;
}

} // namespace

std::size_t maxRawBytes(const record::RecordBatch &batch, std::size_t row)
{
    constexpr std::size_t kPlace = 16 + 5 + kMaxVarintBytes;
    return kRowOverhead + 4 + batch.key(row).size() + batch.data(row).size() +
           sizedBytes(Access::hash(batch, row)) + sizedBytes(Access::attributes(batch, row)) +
           std::max(sizedBytes(Access::origin(batch, row)), 1 + kPlace);
}

BlockEncoder::BlockEncoder(const StreamUuid &stream, int zstdLevel)
    : m_stream(stream)
    , m_level(zstdLevel)
    , m_context(ZSTD_createCCtx())
{
    MILLRACE_ASSERT(m_context != nullptr);
}

BlockEncoder::~BlockEncoder()
{
    ZSTD_freeCCtx(m_context);
}

EncodedBlock BlockEncoder::append(Bytes &out, const Uuid &segmentId, ShardIndex shard,
                                  Ordinal first, std::span<const RowRun> runs, std::size_t &taken,
                                  std::size_t wantedBytes)
{
    const Plan plan = choose(runs, taken, wantedBytes, m_scratch);
    MILLRACE_ASSERT(plan.rows > 0);
    taken += plan.rows;
    BlockHeader header;
    BlockEntry &entry = header.entry;
    entry.position = FilePos(out.size());
    entry.shard = shard;
    entry.first = first;
    entry.count = static_cast<std::uint32_t>(plan.rows);
    header.flags = plan.flags;
    auto arena = Access::makeArena(plan.maxBytes);
    entry.rawBytes =
        static_cast<std::uint32_t>(putColumns(arena.get(), plan, entry, m_scratch) - arena.get());

    const std::size_t at = out.size();
    const std::size_t bound = ZSTD_compressBound(entry.rawBytes);
    out.resize(at + kBlockHeaderBytes + aligned(bound));
    std::byte *const payload = out.data() + at + kBlockHeaderBytes;
    const std::size_t packed =
        ZSTD_compressCCtx(m_context, payload, bound, arena.get(), entry.rawBytes, m_level);
    if (ZSTD_isError(packed) == 0 && packed < entry.rawBytes) {
        header.codec = BlockCodec::Zstd;
        entry.storedBytes = static_cast<std::uint32_t>(packed);
    } else {
        entry.storedBytes = entry.rawBytes;
        std::memcpy(payload, arena.get(), entry.rawBytes);
    }
    const std::size_t end = at + entry.fileBytes();
    std::fill(payload + entry.storedBytes, out.data() + end, std::byte{0});
    out.resize(end);
    std::fill_n(out.data() + at, kBlockHeaderBytes, std::byte{0});
    storeHeader(out.data() + at, header);
    store(out.data() + at + 4,
          seededCrc(segmentId, ByteView(out).subspan(at + kCrcBegin, kBlockHeaderBytes - kCrcBegin +
                                                                         entry.storedBytes)));
    auto batch = Access::adopt(m_stream, entry, header.flags, std::move(arena));
    MILLRACE_ASSERT(batch.has_value());
    return {entry, *std::move(batch)};
}

} // namespace millrace::log
