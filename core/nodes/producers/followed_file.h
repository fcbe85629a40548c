// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nodes/producers/input_file.h"
#include "core/nodes/producers/line_reader.h"

#include <optional>
#include <vector>

namespace millrace::nodes {

/// What a file is known by, whatever it is called.
struct TailIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0; ///< may be given to another file when this one is removed
    FileHead head;
};

/// Which file was read, and how far.
struct TailPosition {
    TailIdentity file;
    std::uint64_t offset = 0;
    std::uint64_t line = 0;             ///< lines before `offset`
    std::vector<TailIdentity> finished; ///< read before it, the newest last; kFinishedKept at most
};
/// A file is written to late, if at all, before it was rotated as often.
inline constexpr std::size_t kFinishedKept = 8;

/// The lines of a file that grows, is rotated away or cut: finds the file, reads it on, and finds
/// the one that comes after it. How is told in tail.h.
/// Thread-safety: one thread at a time.
class FollowedFile
{
public:
    /// `fromEnd`: of the first file ever only what is written from now on is read.
    FollowedFile(FileSystem &files, Path path, bool fromEnd);

    /// Goes on where `position` says.
    void restore(const TailPosition &position);

    /// The next complete line, or the rest of a file that will not grow any more; nothing when
    /// there is none now, or skipping() is true. `notices` gets what happened to the files. Errors:
    /// NodeFileUnreadable.
    Result<std::optional<Line>> next(std::vector<Problem> &notices);
    /// The line that next() gave was taken.
    void accept(const Line &line);

    /// The last next() gave nothing because it is in a line that is too long, as LineReader says.
    bool skipping() const { return m_lines && m_lines->skipping(); }

    /// What is stored; nothing while no file was found yet.
    const std::optional<TailPosition> &position() const { return m_position; }
    const Path &path() const { return m_path; }

private:
    enum class Found : std::uint8_t { Yes = 1, NotYet };

    Result<Found> locate(std::vector<Problem> &notices);
    Result<bool> isOurs(const Path &path);
    Result<std::optional<Path>> findOld();
    std::optional<Path> nextRotated(const FileInfo &present);
    bool wasFinished(const Path &path, const FileInfo &info);
    Status openAt(const Path &path, std::uint64_t offset, std::uint64_t line);
    Status begin(const Path &path, bool atEnd);
    Status updateHead();
    Result<bool> stillCurrent(std::vector<Problem> &notices);
    Status switchToNext(std::vector<Problem> &notices);
    Result<std::optional<Line>> nothingNow();
    Result<std::uint64_t> endOfLastLine(const File &file, std::uint64_t size);

    FileSystem &m_files;
    Path m_path;
    bool m_fromEnd;
    std::optional<TailPosition> m_position;
    std::optional<LineReader> m_lines; ///< of the file that is read now
    bool m_old = false;                ///< m_lines is not what m_path leads to
    int m_unfinishedLooks = 0;         ///< how often the rotated file's last line had no newline
    bool m_idle = false;               ///< the last call found nothing more to read
    bool m_waitingSaid = false;
    std::uint64_t m_seenBytes = 0;    ///< largest size seen of this file
    std::optional<LineReader> m_left; ///< the file before, while somebody may still write to it
    int m_leftLooks = 0;              ///< how often nothing was found there in a row
    bool m_late = false;              ///< the line given last is of m_left
};

} // namespace millrace::nodes
