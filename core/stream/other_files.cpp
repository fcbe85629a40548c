// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/other_files.h"

#include "core/stream/directory_layout.h"

#include <algorithm>
#include <set>

namespace millrace::stream {
namespace {

/// A large folder is not listed more often; one that takes little of the time with every look.
constexpr std::chrono::seconds kMeasureEvery{10};
constexpr int kShareOfTime = 100;

/// The database that a file beside it belongs to [sqlite.org/tempfiles.html]: removed alone, it
/// would take rows with it.
Path databaseOf(const Path &path)
{
    for (const std::string_view suffix : {"-wal", "-shm", "-journal"}) {
        if (path.ends_with(suffix))
            return path.substr(0, path.size() - suffix.size());
    }
    return path;
}

} // namespace

OtherFiles::OtherFiles(FileSystem &fileSystem, Clock &clock, Path dataDirectory)
    : m_fileSystem(fileSystem)
    , m_clock(clock)
    , m_directory(std::move(dataDirectory))
{}

void OtherFiles::measure()
{
    const MonoTime now = m_clock.mono();
    if (now < m_again)
        return;
    std::uint64_t bytes = 0;
    m_ownBytes = 0;
    m_largest.clear();
    m_largestBytes = 0;
    Path database; // of the last file, with the bytes of all of it so far
    std::uint64_t databaseBytes = 0;
    std::vector<Path> folders{m_directory};
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen; // a file may have two names
    while (!folders.empty()) {
        const Path folder = std::move(folders.back());
        folders.pop_back();
        const auto names = m_fileSystem.list(folder);
        for (const std::string &name : names ? *names : std::vector<std::string>{}) {
            const Path path = joinPath(folder, name);
            const auto info = m_fileSystem.info(path);
            if (!info || path == streamsFolder(m_directory))
                continue; // it may just have gone
            if (info->isLink)
                continue; // what it leads to is not of this directory, maybe on another disk
            if (!seen.insert({info->device, info->inode}).second)
                continue;
            if (info->isFolder) {
                folders.push_back(path);
                continue;
            }
            bytes += info->sizeBytes;
            if (folder == m_directory && isOwnFile(name)) {
                m_ownBytes += info->sizeBytes;
                continue;
            }
            Path whole = databaseOf(path);
            databaseBytes = (whole == database ? databaseBytes : 0) + info->sizeBytes;
            database = std::move(whole);
            if (databaseBytes > m_largestBytes) {
                m_largest = database;
                m_largestBytes = databaseBytes;
            }
        }
    }
    m_bytes = bytes;
    const MonoTime done = m_clock.mono();
    m_again = done + std::min<std::chrono::nanoseconds>(kShareOfTime * (done - now), kMeasureEvery);
}

} // namespace millrace::stream
