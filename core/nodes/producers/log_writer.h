// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/nodes/producers/line_writer.h"
#include "core/nodes/producers/pacer.h"

#include <memory>

namespace millrace::nodes {

/// Writes a made-up application log, a few lines a second, for people without a growing log file of
/// their own. At kRotateBytes the file is renamed to "<name>.1" and a new one begun.
/// Thread-safety: one thread at a time.
class LogWriter
{
public:
    LogWriter(FileSystem &files, const Clock &clock, Path path);

    /// Appends the lines that are due. Errors: as FileSystem and File.
    Status writeDue();
    void setPace(double factor, MonoTime since) { m_pacer.setPace(factor, since); }

private:
    static constexpr std::uint64_t kRotateBytes = 1U << 20U;
    static constexpr std::uint64_t kLinesPerSecond = 5;

    Status openFile();

    FileSystem &m_files;
    Path m_path;
    WallTime m_start;
    Pacer m_pacer;
    std::unique_ptr<File> m_file;
    std::uint64_t m_size = 0;
    std::uint64_t m_next = 0;
    LineWriter m_line;
};

} // namespace millrace::nodes
