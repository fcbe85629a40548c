// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/other_files.h"

#include "core/store/database.h"
#include "core/stream/directory_layout.h"

#include <algorithm>
#include <set>

namespace millrace::stream {
namespace {

/// A large folder is not listed more often; one that takes little of the time with every look.
constexpr std::chrono::seconds kMeasureEvery{10};
constexpr int kShareOfTime = 100;
/// Each empties logs and walks the directory, while whoever asks for room waits.
constexpr std::chrono::milliseconds kSettleEvery{200};
/// Whoever is at work on a database is not waited for.
constexpr std::chrono::milliseconds kBusyWait{20};
constexpr std::string_view kWriteAheadLog = "-wal";

/// The database that a file beside it belongs to [sqlite.org/tempfiles.html]: removed alone, it
/// would take rows with it.
Path databaseOf(const Path &path)
{
    for (const std::string_view suffix :
         {kWriteAheadLog, std::string_view("-shm"), std::string_view("-journal")}) {
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
    const std::unique_lock lock(m_mutex, std::try_to_lock);
    if (lock && m_clock.mono() >= m_again)
        measureNow();
}

void OtherFiles::add(const std::string &writer, std::uint64_t bytes)
{
    const std::lock_guard guard(m_countMutex);
    Writing &writing = m_writing[writer];
    writing = {writing.bytes + bytes, m_clock.mono() + kWrittenWithin};
}

void OtherFiles::written(const std::string &writer)
{
    const std::lock_guard guard(m_countMutex);
    if (const auto found = m_writing.find(writer); found != m_writing.end()) {
        m_written += found->second.bytes;
        m_writing.erase(found);
    }
}

std::uint64_t OtherFiles::bytes() const
{
    const std::lock_guard guard(m_countMutex);
    std::uint64_t sum = m_measured + m_written;
    for (const auto &[writer, writing] : m_writing)
        sum += writing.bytes;
    return sum;
}

void OtherFiles::settle()
{
    const std::lock_guard guard(m_mutex);
    const bool counted = [this] {
        const std::lock_guard counting(m_countMutex);
        return m_written > 0 || !m_writing.empty();
    }();
    if ((!counted && m_logged.empty()) || m_clock.mono() < m_settleAgain)
        return;
    m_settleAgain = m_clock.mono() + kSettleEvery;
    for (const Path &path : m_logged) {
        auto database =
            store::Database::open(path, store::Database::Mode::Existing, {.busyWait = kBusyWait});
        if (database)
            (void)database->emptyLog(); // what it could not free is measured
    }
    measureNow();
}

OtherFiles::Largest OtherFiles::largest() const
{
    const std::lock_guard guard(m_mutex);
    return m_largest;
}

std::uint64_t OtherFiles::ownBytes() const
{
    const std::lock_guard guard(m_mutex);
    return m_ownBytes;
}

/// With m_mutex held.
void OtherFiles::measureNow()
{
    const MonoTime now = m_clock.mono();
    const std::uint64_t written = [&] { // which is in the files that are looked at from now on
        const std::lock_guard guard(m_countMutex);
        std::erase_if(m_writing, [&](const auto &entry) {
            const bool over = entry.second.until <= now;
            m_written += over ? entry.second.bytes : 0;
            return over;
        });
        return m_written;
    }();
    std::uint64_t bytes = 0;
    m_ownBytes = 0;
    m_largest = {};
    m_logged.clear();
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
            Path whole = databaseOf(path);
            if (name.ends_with(kWriteAheadLog) && info->sizeBytes > 0)
                m_logged.push_back(whole);
            if (folder == m_directory && isOwnFile(name)) {
                m_ownBytes += info->sizeBytes;
                continue;
            }
            databaseBytes = (whole == database ? databaseBytes : 0) + info->sizeBytes;
            database = std::move(whole);
            if (databaseBytes > m_largest.bytes)
                m_largest = {database, databaseBytes};
        }
    }
    {
        const std::lock_guard guard(m_countMutex);
        m_measured = bytes;
        m_written -= written; // what was written meanwhile may not be in it
    }
    const MonoTime done = m_clock.mono();
    m_again = done + std::min<std::chrono::nanoseconds>(kShareOfTime * (done - now), kMeasureEvery);
}

} // namespace millrace::stream
