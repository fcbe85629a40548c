// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/commit_codec.h"

namespace millrace::log {

struct FileRange {
    FilePos begin;
    FilePos end;
    friend bool operator==(const FileRange &, const FileRange &) = default;
};

/// What it means that bytes of a segment cannot be read, tried twice (a bad sector gives Io).
enum class Unreadable : std::uint8_t {
    Refused = 1, ///< in the last segment: nobody could tell where the log ends
    Damage,      ///< in a sealed one, whose end the next header tells
};
inline Unreadable unreadableIn(bool sealed)
{
    return sealed ? Unreadable::Damage : Unreadable::Refused;
}

/// What a walk over the commits of a segment found.
struct Walk {
    WalkPoint end;
    std::vector<BlockEntry> blocks;      ///< in the order of the file
    std::vector<ProgressEntry> progress; ///< likewise
    std::vector<FileRange> damaged;      ///< between whole commits, and what cannot be read
    std::optional<FileRange> tail;       ///< bytes other than zero behind the last whole commit
    std::uint64_t walkedBytes = 0;
};

/// Reads commits from `from` on, and looks behind a place that holds no whole commit for a later
/// one (FORMAT.md, "Reading" 3). `buffer` is memory to use again.
/// Errors: Io.
Result<Walk> walkSegment(const File &file, const Uuid &segmentId, WalkPoint from,
                         Unreadable unreadable, Bytes &buffer);

/// The whole commit at `position`, reading no more than that. None when there is none.
/// Errors: Io.
Result<std::optional<Commit>> readCommitAt(const File &file, const Uuid &segmentId,
                                           FilePos position, Bytes &buffer);

/// The id of a segment whose header is damaged: that of the first commit which is whole with the
/// id it names, together with where that stands. None when there is no such commit.
/// Errors: Io.
struct FoundCommit {
    Uuid segmentId;
    WalkPoint at;
};
Result<std::optional<FoundCommit>> findFirstCommit(const File &file, Unreadable unreadable,
                                                   Bytes &buffer);

/// True when a commit may have been begun in the file: its magic stands somewhere.
/// Errors: Io.
Result<bool> holdsCommitMagic(const File &file, Bytes &buffer);

} // namespace millrace::log
