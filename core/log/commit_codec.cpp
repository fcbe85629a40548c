// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/commit_codec.h"

#include "core/log/segment_header.h"

namespace millrace::log {

std::size_t commitHeaderBytes(std::span<const ProgressEntry> progress)
{
    Bytes list;
    ByteWriter writer(list);
    for (const ProgressEntry &entry : progress) {
        writer.sized(entry.producer);
        writer.u64(entry.epoch.value);
        writer.sized(entry.progress);
    }
    return aligned(kCommitHeaderBytes + list.size());
}

void putCommitHeader(Bytes &bytes, const Uuid &segmentId, const Commit &commit)
{
    const std::size_t headerBytes = commitHeaderBytes(commit.progress);
    Bytes header;
    header.reserve(headerBytes);
    ByteWriter writer(header);
    writer.raw(asBytes(kCommitMagic));
    writer.u32(0);
    writer.u32(static_cast<std::uint32_t>(headerBytes));
    writer.raw(std::as_bytes(std::span(segmentId.bytes)));
    writer.u64(commit.number);
    writer.u64(bytes.size());
    writer.i64(commit.time.time_since_epoch().count());
    writer.u32(static_cast<std::uint32_t>(commit.blocks.size()));
    writer.u32(static_cast<std::uint32_t>(commit.progress.size()));
    for (const ProgressEntry &entry : commit.progress) {
        writer.sized(entry.producer);
        writer.u64(entry.epoch.value);
        writer.sized(entry.progress);
    }
    header.resize(headerBytes);
    const std::uint32_t crc = seededCrc(segmentId, ByteView(header).subspan(12));
    std::memcpy(header.data() + 8, &crc, sizeof crc);
    std::memcpy(bytes.data(), header.data(), header.size());
}

std::optional<Uuid> commitSegmentId(ByteView bytes)
{
    Uuid id;
    if (bytes.size() < kCommitHeaderBytes ||
        asText(bytes.first(kCommitMagic.size())) != kCommitMagic)
        return {};
    std::memcpy(id.bytes.data(), bytes.data() + 16, id.bytes.size());
    return id;
}

std::optional<std::uint32_t> commitHeaderSize(ByteView bytes, const Uuid &segmentId)
{
    if (commitSegmentId(bytes) != segmentId)
        return {};
    constexpr std::size_t kHeaderSizeAt = 12;
    ByteReader reader(bytes.subspan(kHeaderSizeAt));
    const std::uint32_t size = reader.u32();
    // Its producers have to fit into a segment header as well.
    if (size < kCommitHeaderBytes || size % kAlignment != 0 || size > kMaxHeaderBytes)
        return {};
    return size;
}

std::optional<std::uint64_t> commitSize(ByteView bytes, const Uuid &segmentId)
{
    const auto headerBytes = commitHeaderSize(bytes, segmentId);
    if (!headerBytes || *headerBytes > bytes.size())
        return {};
    ByteReader reader(bytes);
    reader.raw(kCommitMagic.size());
    if (seededCrc(segmentId, bytes.subspan(12, *headerBytes - 12)) != reader.u32())
        return {};
    constexpr std::size_t kSizeAt = 40;
    const std::uint64_t size = ByteReader(bytes.subspan(kSizeAt)).u64();
    return size < *headerBytes ? std::nullopt : std::optional(size);
}

std::optional<Commit> readCommit(ByteView bytes, const Uuid &segmentId, FilePos position)
{
    const auto size = commitSize(bytes, segmentId);
    if (!size || *size > bytes.size())
        return {};
    ByteReader reader(bytes);
    reader.raw(kCommitMagic.size() + sizeof(std::uint32_t));
    const std::uint32_t headerBytes = reader.u32();
    reader.raw(segmentId.bytes.size());
    Commit commit;
    commit.number = reader.u64();
    commit.sizeBytes = reader.u64();
    commit.time = WallTime(std::chrono::milliseconds(reader.i64()));
    const std::uint32_t blocks = reader.u32();
    const std::uint32_t entries = reader.u32();
    for (std::uint32_t i = 0; i < entries && reader.ok(); ++i) {
        ProgressEntry entry;
        entry.producer = reader.sizedText();
        entry.epoch = Epoch(reader.u64());
        const ByteView progress = reader.sized();
        entry.progress.assign(progress.begin(), progress.end());
        commit.progress.push_back(std::move(entry));
    }
    if (!reader.ok() || reader.position() > headerBytes)
        return {};
    std::uint64_t at = headerBytes;
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const auto rest = bytes.subspan(at, commit.sizeBytes - at);
        auto block = checkBlock(rest, segmentId, position + at);
        if (!block)
            return {};
        at += block->fileBytes();
        commit.blocks.push_back(*block);
    }
    if (at != commit.sizeBytes)
        return {};
    return commit;
}

} // namespace millrace::log
