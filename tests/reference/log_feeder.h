// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/reference_engine.h"

#include "core/base/file_system.h"

#include <memory>

namespace millrace::reference {

/// The program that writes the logs of `Inputs`, piece by piece, and rotates them: what is at
/// `app.log` goes to `app.log.1`, and so on.
/// Thread-safety: one thread at a time.
class LogFeeder
{
public:
    /// `folder` exists.
    LogFeeder(FileSystem &files, Path folder, const Inputs &inputs);

    /// Writes one piece to each log, and says what went wrong. `read` are the lines of all logs
    /// that were read so far: no log is rotated while some are unread, because file times tell the
    /// order of two rotations only when the clock moved between.
    Status step(std::uint64_t read);
    bool done() const; ///< all is written

private:
    struct Log {
        std::string name;
        const LogParts *parts = nullptr;
        std::size_t part = 0;
        std::size_t piece = 0;
        std::uint64_t bytes = 0; ///< of this part
    };
    Status rotate(Log &log);
    Status append(Log &log, const std::string &text);

    FileSystem &m_files;
    Path m_folder;
    std::vector<Log> m_logs;
    std::uint64_t m_lines = 0; ///< written, in all logs
};

} // namespace millrace::reference
