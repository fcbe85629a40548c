// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/log_writer.h"

#include "core/nodes/producers/dataset.h"

namespace millrace::nodes {
namespace {

constexpr std::uint64_t kHosts = 4;

} // namespace

LogWriter::LogWriter(FileSystem &files, const Clock &clock, Path path)
    : m_files(files)
    , m_path(std::move(path))
    , m_start(clock.wall())
    , m_pacer(clock)
{}

Status LogWriter::openFile()
{
    MILLRACE_TRY(m_files.makeFolders(parentPath(m_path)));
    auto file = m_files.open(m_path, OpenMode::CreateOrOpen);
    if (!file)
        return std::move(file).error();
    const auto info = (*file)->info();
    if (!info)
        return info.error();
    m_file = *std::move(file);
    m_size = info->sizeBytes;
    return Done{};
}

Status LogWriter::writeDue()
{
    if (!m_file)
        MILLRACE_TRY(openFile());
    std::string lines;
    for (;; ++m_next) {
        const auto due = static_cast<std::int64_t>(m_next * (1'000'000'000 / kLinesPerSecond));
        if (due > m_pacer.reached(due))
            break;
        // Another run writes other lines: its start is its seed.
        const auto seed = static_cast<std::uint64_t>(m_start.time_since_epoch().count());
        m_line.clear();
        writeLogLine(Draw(seed, m_next, m_start + std::chrono::milliseconds(due / 1'000'000),
                          mix64(m_next) % kHosts),
                     m_line);
        lines += m_line.view();
        lines += '\n';
    }
    if (lines.empty())
        return Done{};
    if (m_size >= kRotateBytes) {
        MILLRACE_TRY(m_files.rename(m_path, m_path + ".1"));
        MILLRACE_TRY(openFile());
    }
    MILLRACE_TRY(m_file->writeAt(FilePos(m_size), asBytes(lines)));
    m_size += lines.size();
    return Done{};
}

} // namespace millrace::nodes
