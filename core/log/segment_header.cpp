// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_header.h"

#include "core/base/crc32c.h"
#include "core/base/problem_codes.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace millrace::log {
namespace {

constexpr std::string_view kMagic = "MILLSEG1";
constexpr std::size_t kNameDigits = 20;
constexpr std::string_view kEnding = ".log";

Problem corrupt(const char *reason)
{
    return Problem(Code::Corrupt, {{"what", "the segment header"}, {"reason", reason}});
}

Uuid readUuid(ByteReader &reader)
{
    Uuid uuid;
    if (const ByteView bytes = reader.raw(uuid.bytes.size()); bytes.size() == uuid.bytes.size())
        std::memcpy(uuid.bytes.data(), bytes.data(), bytes.size());
    return uuid;
}

Result<SegmentHeader> decode(ByteView bytes)
{
    ByteReader reader(bytes);
    SegmentHeader header;
    reader.raw(12);
    header.sizeBytes = reader.u32();
    header.id = readUuid(reader);
    reader.u16();
    header.form = static_cast<SegmentForm>(reader.u16());
    const std::uint32_t shards = reader.u32();
    const std::uint32_t producers = reader.u32();
    const std::uint32_t keyRoom = reader.u32();
    header.stream = readUuid(reader);
    header.number = SegmentNumber(reader.u64());
    header.begun = WallTime(std::chrono::milliseconds(reader.i64()));
    const ByteView key = reader.raw(keyRoom);
    if (key.size() == kKeyRoom)
        std::copy(key.begin(), key.end(), header.wrappedKey.begin());
    for (std::uint32_t i = 0; i < shards && reader.ok(); ++i) {
        const ShardIndex shard(reader.u32());
        reader.u32();
        ShardStart &start = header.starts[shard];
        start.first = Ordinal(reader.u64());
        start.arrival = reader.i64();
        start.nextSeqIx = reader.u64();
    }
    for (std::uint32_t i = 0; i < producers && reader.ok(); ++i) {
        ProgressEntry entry;
        entry.producer = reader.sizedText();
        entry.epoch = Epoch(reader.u64());
        const ByteView progress = reader.sized();
        entry.progress.assign(progress.begin(), progress.end());
        std::string id = entry.producer;
        header.producers.insert_or_assign(std::move(id), std::move(entry));
    }
    if (!reader.ok() || keyRoom != kKeyRoom)
        return corrupt("its lists do not fit into it");
    if (header.form != SegmentForm::Appended && header.form != SegmentForm::Rewritten)
        return corrupt("it names no known form");
    return header;
}

Path endNotePath(const Path &folder)
{
    return joinPath(folder, "end");
}

} // namespace

std::uint32_t seededCrc(const Uuid &segmentId, ByteView bytes)
{
    return crc32c(bytes, crc32c(std::as_bytes(std::span(segmentId.bytes))));
}

std::size_t headerBytes(const ProgressEntry &entry)
{
    constexpr std::size_t kLengthsAndEpoch = 10 + 8 + 10;
    return entry.producer.size() + entry.progress.size() + kLengthsAndEpoch;
}

Result<Bytes> encodeSegmentHeader(SegmentHeader &header)
{
    Bytes out;
    ByteWriter writer(out);
    writer.raw(asBytes(kMagic));
    writer.u32(0);
    writer.u32(0);
    writer.raw(std::as_bytes(std::span(header.id.bytes)));
    writer.u16(kFormatVersion);
    writer.u16(static_cast<std::uint16_t>(header.form));
    writer.u32(static_cast<std::uint32_t>(header.starts.size()));
    writer.u32(static_cast<std::uint32_t>(header.producers.size()));
    writer.u32(kKeyRoom);
    writer.raw(std::as_bytes(std::span(header.stream.bytes)));
    writer.u64(header.number.value);
    writer.i64(header.begun.time_since_epoch().count());
    writer.raw(header.wrappedKey);
    for (const auto &[shard, start] : header.starts) {
        writer.u32(shard.value);
        writer.u32(0);
        writer.u64(start.first.value);
        writer.i64(start.arrival);
        writer.u64(start.nextSeqIx);
    }
    for (const auto &[id, entry] : header.producers) {
        writer.sized(id);
        writer.u64(entry.epoch.value);
        writer.sized(entry.progress);
    }
    out.resize(aligned(out.size(), kHeaderAlignment));
    if (out.size() > kMaxHeaderBytes)
        return invalidArgument("The shards and producers of the stream do not fit into a segment "
                               "header of 16 MiB");
    header.sizeBytes = static_cast<std::uint32_t>(out.size());
    std::memcpy(out.data() + 12, &header.sizeBytes, sizeof header.sizeBytes);
    const std::uint32_t crc = seededCrc(header.id, ByteView(out).subspan(12));
    std::memcpy(out.data() + 8, &crc, sizeof crc);
    return out;
}

Result<SegmentHeader> readSegmentHeader(const File &file)
{
    Bytes bytes(kHeaderAlignment);
    auto got = file.readAt(FilePos(0), bytes);
    if (!got)
        return std::move(got).error();
    if (*got < kHeaderAlignment)
        return Problem(Code::Truncated, {{"what", "the segment header"}});
    ByteReader reader(bytes);
    const std::string_view magic = asText(reader.raw(kMagic.size()));
    const std::uint32_t crc = reader.u32();
    const std::uint32_t size = reader.u32();
    const Uuid id = readUuid(reader);
    const std::uint16_t version = reader.u16();
    if (magic != kMagic)
        return corrupt("it does not begin with MILLSEG1");
    if (size < kHeaderAlignment || size % kHeaderAlignment != 0 || size > kMaxHeaderBytes)
        return corrupt("it names an impossible length");
    bytes.resize(size);
    if (size > kHeaderAlignment) {
        got = file.readAt(FilePos(0), bytes);
        if (!got)
            return std::move(got).error();
        if (*got < size)
            return Problem(Code::Truncated, {{"what", "the segment header"}});
    }
    if (seededCrc(id, ByteView(bytes).subspan(12)) != crc)
        return corrupt("its checksum is wrong");
    // Only now: a damaged version number must not pass for a newer program's file.
    if (version > kFormatVersion)
        return Problem(Code::NewerFormat, {{"what", "the segment"},
                                           {"found", std::to_string(version)},
                                           {"known", std::to_string(kFormatVersion)}});
    return decode(bytes);
}

Result<std::optional<SegmentHeader>> readEndNote(FileSystem &fileSystem, const Path &folder)
{
    const Path path = endNotePath(folder);
    const auto file = fileSystem.open(path, OpenMode::Read);
    auto header = file ? readSegmentHeader(**file) : Result<SegmentHeader>(file.error());
    if (header)
        return std::optional(*std::move(header));
    switch (header.error().code()) {
    case Code::NotFound:
    case Code::Truncated:
    case Code::Corrupt:
        return std::optional<SegmentHeader>();
    default:
        return std::move(header).error().at(path);
    }
}

Status writeEndNote(FileSystem &fileSystem, const Path &folder, SegmentHeader &header)
{
    const auto bytes = encodeSegmentHeader(header);
    if (!bytes)
        return bytes.error();
    return fileSystem.replaceFile(endNotePath(folder), *bytes);
}

Path segmentPath(const Path &folder, SegmentNumber number)
{
    return joinPath(folder, fmt::format("{:020}{}", number.value, kEnding));
}

std::optional<SegmentNumber> segmentNumber(std::string_view name)
{
    if (name.size() != kNameDigits + kEnding.size() || !name.ends_with(kEnding))
        return {};
    std::uint64_t value = 0;
    const char *end = name.data() + kNameDigits;
    const auto [at, error] = std::from_chars(name.data(), end, value);
    if (error != std::errc{} || at != end || value == 0)
        return {};
    return SegmentNumber(value);
}

} // namespace millrace::log
