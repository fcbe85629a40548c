// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/segment_walk.h"

namespace millrace::log {

/// The segment that commits go to. It is the only one that is written; once another one is begun
/// it is a SealedSegment.
/// Thread-safety: one thread at a time.
class SegmentWriter
{
public:
    /// Makes the file with its header and has both fdatasynced. When it fails the file is removed,
    /// but a crash may bring it back with its header: nothing may be committed to the segment
    /// before until another attempt has succeeded. Sets header.sizeBytes.
    /// Errors: InvalidArgument (the header is too large), DiskFull, Io.
    static Result<std::unique_ptr<SegmentWriter>> begin(FileSystem &fileSystem, const Path &folder,
                                                        SegmentHeader &header);
    /// Goes on in a segment at `end`, where recovery found its end. Errors: Io.
    static Result<std::unique_ptr<SegmentWriter>> resume(FileSystem &fileSystem, const Path &path,
                                                         WalkPoint end);

    /// Writes a commit and fdatasyncs it; takes room ahead, but none behind `segmentBytes`, where
    /// the segment is to end. After an error nothing of it stands, unless usable() became false:
    /// then a crash before the next segment stands may bring it back. Errors: DiskFull, Io.
    Status append(ByteView commit, std::uint64_t segmentBytes);
    /// False after a failed fdatasync: what follows goes to another segment.
    bool usable() const { return m_usable; }
    /// Lets nothing more be written: there is something behind the end that must not mix with it.
    void retire() { m_usable = false; }

    const WalkPoint &end() const { return m_end; }
    std::uint64_t fileBytes() const { return m_fileBytes; } ///< room kept ahead included
    /// Gives back the room behind the end. Without harm when it fails.
    Status cut();

private:
    SegmentWriter(std::unique_ptr<File> file, WalkPoint end, std::uint64_t fileBytes)
        : m_file(std::move(file))
        , m_end(end)
        , m_fileBytes(fileBytes)
    {}
    Status makeRoom(std::uint64_t size, std::uint64_t segmentBytes);

    std::unique_ptr<File> m_file;
    WalkPoint m_end;
    std::uint64_t m_fileBytes;
    std::uint64_t m_step = 1U << 20U; ///< room taken next time; doubles
    bool m_usable = true;
};

} // namespace millrace::log
