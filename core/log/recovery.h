// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/segment_index.h"
#include "core/log/segment_walk.h"

namespace millrace::log {

/// One segment file as read by itself: what it holds before the next segment's header says what
/// counts. Immutable and shared, so that a reader that looks again keeps what it has read.
struct SegmentContent {
    SegmentNumber number;
    Path path;
    SegmentHeader header;
    std::optional<Problem> headerDamage; ///< then the header is made up, but for its id
    bool empty = false;                  ///< headerDamage and nothing whole behind it
    bool walked = false;                 ///< progress is known; false: blocks are from the footer
    Walk walk;
    std::uint64_t fileBytes = 0;
    std::vector<Problem> problems;
};
using ContentPtr = std::shared_ptr<const SegmentContent>;

/// A log as recovery or a reader found it.
struct LoadedLog {
    struct Segment {
        SealedSegment segment; ///< with producers in its header only when it is the last
        WalkPoint end;
        bool tail = false; ///< there is a torn tail behind `end`
    };
    std::vector<Segment> segments;
    ShardStarts ends;      ///< where each shard stands behind everything
    ShardStarts noted;     ///< the same in the end note
    bool cutShort = false; ///< records that stood when the log was closed are missing at its end
    Producers producers;   ///< newest of each
    /// When the first segment began whose header has the newest of a producer already: its last
    /// append is older. Without those whose newest stands in a commit of the last segment.
    std::map<std::string, WallTime> heardBefore;
    RecoveryReport report;
};

/// Reads the file of one segment. `unreadable`: Damage when there is a later one.
/// Errors: NotFound, NewerFormat, ForeignLog (when `stream` is not null), Io.
Result<ContentPtr> readSegment(FileSystem &fileSystem, const Path &folder, SegmentNumber number,
                               const StreamUuid &stream, Unreadable unreadable, Bytes &buffer);

/// Puts the segments of the folder, by rising number, together (FORMAT.md, "Reading"). `note` is
/// its end note, read before the segments were.
/// Errors: Io.
Result<LoadedLog> assembleLog(FileSystem &fileSystem, const Path &folder,
                              std::span<const ContentPtr> segments,
                              const std::optional<SegmentHeader> &note);

/// Numbers of the segment files in a folder, rising. Errors: Io.
Result<std::vector<SegmentNumber>> listSegments(FileSystem &fileSystem, const Path &folder);

/// Recovery of a writer: removes unfinished files, makes what it finds durable, and reads it.
/// Errors: NewerFormat, ForeignLog, Io.
Result<LoadedLog> recoverLog(FileSystem &fileSystem, const Path &folder, const StreamUuid &stream);

/// Reads and checks the block that `entry` names.
/// Errors: Corrupt (also when it cannot be read and that is damage), Io.
Result<record::BatchPtr> readBlock(const File &file, const Uuid &segmentId,
                                   const StreamUuid &stream, const BlockEntry &entry,
                                   Unreadable unreadable);

} // namespace millrace::log
