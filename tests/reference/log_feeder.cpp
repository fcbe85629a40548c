// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/log_feeder.h"

#include <algorithm>

namespace millrace::reference {

LogFeeder::LogFeeder(FileSystem &files, Path folder, const Inputs &inputs)
    : m_files(files)
    , m_folder(std::move(folder))
{
    for (const auto &[name, parts] : inputs.logs)
        m_logs.push_back({.name = name, .parts = &parts});
}

bool LogFeeder::done() const
{
    return std::all_of(m_logs.begin(), m_logs.end(),
                       [](const Log &log) { return log.part == log.parts->size(); });
}

Status LogFeeder::step(std::uint64_t read)
{
    const bool allRead = read == m_lines;
    for (Log &log : m_logs) {
        if (log.part == log.parts->size())
            continue;
        const auto &pieces = (*log.parts)[log.part];
        if (log.piece < pieces.size()) {
            MILLRACE_TRY(append(log, pieces[log.piece++]));
        } else if (allRead) {
            if (++log.part < log.parts->size())
                MILLRACE_TRY(rotate(log));
        }
    }
    return Done{};
}

Status LogFeeder::rotate(Log &log)
{
    const Path path = joinPath(m_folder, log.name);
    for (std::size_t n = log.part; n > 1; --n)
        MILLRACE_TRY(
            m_files.rename(path + '.' + std::to_string(n - 1), path + '.' + std::to_string(n)));
    log.piece = 0;
    log.bytes = 0;
    return m_files.rename(path, path + ".1");
}

Status LogFeeder::append(Log &log, const std::string &text)
{
    const auto file = m_files.open(joinPath(m_folder, log.name), OpenMode::CreateOrOpen);
    if (!file)
        return file.error();
    MILLRACE_TRY((*file)->writeAt(FilePos(log.bytes), asBytes(text)));
    log.bytes += text.size();
    m_lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    return Done{};
}

} // namespace millrace::reference
