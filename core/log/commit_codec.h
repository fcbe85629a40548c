// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_codec.h"

namespace millrace::log {

inline constexpr std::size_t kCommitHeaderBytes = 64; ///< without progress entries
inline constexpr std::string_view kCommitMagic = "MILLCMT1";

/// A commit as it stands in a segment (FORMAT.md, "Commit").
struct Commit {
    std::uint64_t number = 0; ///< in its segment, from 1
    std::uint64_t sizeBytes = 0;
    WallTime time{};
    std::vector<BlockEntry> blocks;
    std::vector<ProgressEntry> progress;
};

/// A place behind a commit: where the next one is written or looked for.
struct WalkPoint {
    FilePos position;             ///< behind the last whole commit
    std::uint64_t nextNumber = 1; ///< of the commit that would stand there
};

/// Bytes that the header of a commit with these entries takes.
std::size_t commitHeaderBytes(std::span<const ProgressEntry> progress);

/// Writes the header into the first commitHeaderBytes() of `commit`, which ends with its last
/// block. `commit.sizeBytes` is ignored.
void putCommitHeader(Bytes &bytes, const Uuid &segmentId, const Commit &commit);

/// The whole commit of segment `segmentId` at the start of `bytes`, which may go on behind it;
/// `position` is where that is in the file. None when there is no whole one.
std::optional<Commit> readCommit(ByteView bytes, const Uuid &segmentId, FilePos position);

/// The length of itself that the commit header at the start of `bytes` names, if one of segment
/// `segmentId` seems to be there: not checked, but no more than one may have.
std::optional<std::uint32_t> commitHeaderSize(ByteView bytes, const Uuid &segmentId);

/// The length of the commit whose header, whole and with the right CRC, is at the start of `bytes`.
std::optional<std::uint64_t> commitSize(ByteView bytes, const Uuid &segmentId);

/// The segment id that the commit header at the start of `bytes` names, if a header is there.
std::optional<Uuid> commitSegmentId(ByteView bytes);

} // namespace millrace::log
