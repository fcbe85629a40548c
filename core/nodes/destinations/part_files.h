// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::nodes {

/// When a file is whole. 0 stands for no limit.
struct PartLimits {
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    std::chrono::milliseconds age{0};
};

/// The numbered files of a folder that are written one after the other; how they are named and what
/// a crash leaves of them is told in ndjson_folder.h.
///
/// Lines are gathered, written by write() and taken back by discard(). Between, the caller stores
/// state(), and after it says so by stored(), which renames.
/// Errors: as FileSystem; NodeFolderLost when somebody took away, or cut, a file with bytes that
/// were stored: then only recover() with the state stored last goes on.
/// Thread-safety: one thread at a time.
class PartFiles
{
public:
    /// What must be stored with the progress.
    struct State {
        std::uint64_t number = 1; ///< of the file being written
        std::uint64_t bytes = 0;
        std::uint64_t records = 0;
        std::int64_t firstMs = 0; ///< when its first record came
    };

    PartFiles(FileSystem &files, Path folder, std::string prefix, PartLimits limits);

    /// Brings the folder into the state that was stored; without one, begins behind the files that
    /// are there. Gives NodeFolderLost when bytes that were stored are missing; the file is then
    /// given up and the next one begun.
    Result<std::optional<Problem>> recover(const std::optional<State> &stored);

    void add(std::string_view line, WallTime now); ///< without newline
    Status write();                                ///< all that was added, synced
    const State &state() const { return m_next; }  ///< as it is after write()
    /// state() stands: renames what is whole. Where that fails it is done before the next write, or
    /// by recover().
    Status stored();
    void discard(); ///< what was added or written since stored() is not to be

    void endIfOld(WallTime now); ///< makes the file being written whole if it is old enough
    /// When that is; nothing while it is empty, or of no age limit.
    std::optional<WallTime> oldAt() const;
    void end(); ///< likewise, whatever its age; not when it is empty

private:
    struct Piece {
        std::uint64_t number = 0;
        std::uint64_t at = 0;
        std::string text;
    };

    Status renameWhole();
    Status deliver(std::uint64_t number);
    Status openPart(std::uint64_t number, std::uint64_t stored);
    Problem lost(std::uint64_t number) const;
    Path partPath(std::uint64_t number) const;
    Path wholePath(std::uint64_t number) const;
    /// The number of the last whole file that is there; 0: there is none.
    Result<std::uint64_t> lastWhole() const;

    FileSystem &m_files;
    Path m_folder;
    std::string m_prefix;
    PartLimits m_limits;
    State m_stored;
    State m_next;
    std::vector<Piece> m_pieces;
    std::uint64_t m_renameFrom = 1; ///< .part files from here to before m_stored.number are whole
    std::unique_ptr<File> m_file;   ///< .part file m_fileNumber
    std::uint64_t m_fileNumber = 0;
};

} // namespace millrace::nodes
