// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/log/log.h"

#include <array>
#include <limits>
#include <map>

namespace millrace::log {

inline constexpr std::uint16_t kFormatVersion = 1;
/// Commits end, and blocks begin, at multiples of this.
inline constexpr std::size_t kAlignment = 8;
inline constexpr std::size_t kHeaderAlignment = 4096;
inline constexpr std::size_t kMaxHeaderBytes = 16U << 20U;
inline constexpr std::size_t kKeyRoom = 512;
inline constexpr std::int64_t kNoArrival = std::numeric_limits<std::int64_t>::min();

constexpr std::size_t aligned(std::size_t bytes, std::size_t to = kAlignment)
{
    return (bytes + to - 1) / to * to;
}

/// CRC-32C of a segment id and what follows it; see FORMAT.md.
std::uint32_t seededCrc(const Uuid &segmentId, ByteView bytes);

enum class SegmentForm : std::uint16_t { Appended = 1, Rewritten = 2 };

/// Where a shard stands at the beginning of a segment.
struct ShardStart {
    Ordinal first;                     ///< of the first record in this segment or a later one
    std::int64_t arrival = kNoArrival; ///< of the last record before
    std::uint64_t nextSeqIx = 0;       ///< first free
    friend bool operator==(const ShardStart &, const ShardStart &) = default;
};
using ShardStarts = std::map<ShardIndex, ShardStart>;

/// A producer's newest epoch and progress by its id.
using Producers = std::map<std::string, ProgressEntry, std::less<>>;

/// What stands at the beginning of a segment file (FORMAT.md, "Segment header").
struct SegmentHeader {
    Uuid id;
    SegmentForm form = SegmentForm::Appended;
    StreamUuid stream;
    SegmentNumber number;
    WallTime begun{};
    std::array<std::byte, kKeyRoom> wrappedKey{}; ///< all zero: blocks are not encrypted
    ShardStarts starts;
    Producers producers;
    std::uint32_t sizeBytes = 0; ///< H: where the first commit stands; set by encode and read
};

/// Errors: InvalidArgument (more producers than kMaxHeaderBytes hold).
Result<Bytes> encodeSegmentHeader(SegmentHeader &header);

/// Reads the header of `file`.
/// Errors: Truncated, Corrupt, NewerFormat, Io.
Result<SegmentHeader> readSegmentHeader(const File &file);

/// What a log's close() noted: a header as that of a next segment would be. None when there is no
/// note, or none that is whole.
/// Errors: NewerFormat, Io.
Result<std::optional<SegmentHeader>> readEndNote(FileSystem &fileSystem, const Path &folder);
/// Replaces it. Errors: those of encodeSegmentHeader, DiskFull, Io.
Status writeEndNote(FileSystem &fileSystem, const Path &folder, SegmentHeader &header);

/// Bytes that a producer takes in a header at most.
std::size_t headerBytes(const ProgressEntry &entry);

Path segmentPath(const Path &folder, SegmentNumber number);
/// The number of a segment file's name; none when it is not one.
std::optional<SegmentNumber> segmentNumber(std::string_view name);

} // namespace millrace::log
