// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/footer.h"

#include "core/base/problem_codes.h"

namespace millrace::log {
namespace {

constexpr std::string_view kMagic = "MILLIDX1";
constexpr std::size_t kEntryBytes = 64;
constexpr std::size_t kTrailerBytes = 48;
constexpr std::size_t kTrailerCovered = 24;

Problem corrupt(const char *reason)
{
    return Problem(Code::Corrupt, {{"what", "the index"}, {"reason", reason}});
}

/// Entries in order, inside the part of the file where blocks can be, each behind the one before.
bool plausible(const Footer &footer)
{
    const BlockEntry *before = nullptr;
    for (const BlockEntry &entry : footer.blocks) {
        if (entry.count == 0 || entry.position.value < kHeaderAlignment ||
            entry.position > footer.position ||
            entry.fileBytes() > footer.position - entry.position ||
            entry.first.value > ~0ULL - entry.count || entry.rawBytes > kMaxRawBytes)
            return false;
        if (before != nullptr &&
            (entry.shard < before->shard ||
             (entry.shard == before->shard &&
              (entry.first < before->end() || entry.firstArrival < before->lastArrival))))
            return false;
        before = &entry;
    }
    return true;
}

} // namespace

Bytes encodeFooter(const Footer &footer, const Uuid &segmentId)
{
    Bytes out;
    out.reserve(footer.blocks.size() * kEntryBytes + kTrailerBytes);
    ByteWriter writer(out);
    for (const BlockEntry &entry : footer.blocks) {
        writer.u64(entry.position.value);
        writer.u64(entry.first.value);
        writer.i64(entry.firstArrival);
        writer.i64(entry.lastArrival);
        writer.u64(entry.firstSeqIx);
        writer.u32(entry.shard.value);
        writer.u32(entry.count);
        writer.u32(entry.storedBytes);
        writer.u32(entry.rawBytes);
        writer.u64(0);
    }
    writer.raw(asBytes(kMagic));
    writer.u64(footer.position.value);
    writer.u32(static_cast<std::uint32_t>(footer.blocks.size()));
    writer.u32(footer.commits);
    writer.u32(seededCrc(segmentId, out));
    writer.u32(0);
    writer.raw(std::as_bytes(std::span(segmentId.bytes)));
    return out;
}

Result<Footer> readFooter(const File &file, std::uint64_t fileBytes, const Uuid &segmentId)
{
    if (fileBytes < kHeaderAlignment + kTrailerBytes)
        return corrupt("the file is too short for one");
    Bytes bytes(kTrailerBytes);
    auto got = file.readAt(FilePos(fileBytes - kTrailerBytes), bytes);
    if (!got)
        return std::move(got).error();
    ByteReader trailer(bytes);
    const bool magic = asText(trailer.raw(kMagic.size())) == kMagic;
    Footer footer;
    footer.position = FilePos(trailer.u64());
    const std::uint64_t count = trailer.u32();
    footer.commits = trailer.u32();
    const std::uint32_t crc = trailer.u32();
    const std::uint64_t entriesBytes = count * kEntryBytes;
    if (!magic || *got != kTrailerBytes)
        return corrupt("it does not end with MILLIDX1 and its trailer");
    if (entriesBytes > fileBytes - kTrailerBytes ||
        footer.position.value != fileBytes - kTrailerBytes - entriesBytes)
        return corrupt("its length is impossible");
    bytes.resize(static_cast<std::size_t>(entriesBytes + kTrailerBytes));
    got = file.readAt(footer.position, bytes);
    if (!got)
        return std::move(got).error();
    const ByteView covered = ByteView(bytes).first(entriesBytes + kTrailerCovered);
    if (*got != bytes.size() || seededCrc(segmentId, covered) != crc)
        return corrupt("its checksum is wrong");
    ByteReader reader(bytes);
    footer.blocks.resize(static_cast<std::size_t>(count));
    for (BlockEntry &entry : footer.blocks) {
        entry.position = FilePos(reader.u64());
        entry.first = Ordinal(reader.u64());
        entry.firstArrival = reader.i64();
        entry.lastArrival = reader.i64();
        entry.firstSeqIx = reader.u64();
        entry.shard = ShardIndex(reader.u32());
        entry.count = reader.u32();
        entry.storedBytes = reader.u32();
        entry.rawBytes = reader.u32();
        reader.u64();
    }
    if (!plausible(footer))
        return corrupt("its entries contradict each other");
    return footer;
}

} // namespace millrace::log
