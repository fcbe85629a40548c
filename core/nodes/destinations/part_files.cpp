// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/part_files.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace millrace::nodes {
namespace {

constexpr std::string_view kWholeEnd = ".ndjson";
constexpr std::string_view kPartEnd = ".ndjson.part";

/// In a name, with zeros in front: what is named otherwise is no file of this node. Behind the last
/// number there must be another.
constexpr std::size_t kDigits = 10;
constexpr std::uint64_t kLastNumber = 9'999'999'998;

/// The number in `name`, between `begin` and `end`; 0: it is no such name.
std::uint64_t numberIn(std::string_view name, std::string_view begin, std::string_view end)
{
    if (!name.starts_with(begin) || !name.ends_with(end) ||
        name.size() != begin.size() + kDigits + end.size())
        return 0;
    name.remove_prefix(begin.size());
    name.remove_suffix(end.size());
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool valid = error == std::errc() && stop == name.data() + name.size();
    return valid && number <= kLastNumber ? number : 0;
}

} // namespace

PartFiles::PartFiles(FileSystem &files, Path folder, std::string prefix, PartLimits limits)
    : m_files(files)
    , m_folder(std::move(folder))
    , m_prefix(std::move(prefix))
    , m_limits(limits)
{}

Path PartFiles::partPath(std::uint64_t number) const
{
    return joinPath(m_folder, fmt::format(".{}-{:010}{}", m_prefix, number, kPartEnd));
}

Path PartFiles::wholePath(std::uint64_t number) const
{
    return joinPath(m_folder, fmt::format("{}-{:010}{}", m_prefix, number, kWholeEnd));
}

Result<std::uint64_t> PartFiles::lastWhole() const
{
    const auto names = m_files.list(m_folder);
    if (!names)
        return names.error();
    std::uint64_t last = 0;
    for (const std::string &name : *names)
        last = std::max(last, numberIn(name, m_prefix + '-', kWholeEnd));
    return last;
}

Problem PartFiles::lost(std::uint64_t number) const
{
    return Problem(Code::NodeFolderLost, {{"path", partPath(number)}}, m_folder);
}

Result<std::optional<Problem>> PartFiles::recover(const std::optional<State> &stored)
{
    const State state = stored.value_or(State{});
    m_file.reset();
    m_fileNumber = 0;
    m_pieces.clear();
    m_stored = state;
    m_next = state;
    m_renameFrom = state.number;
    const auto names = m_files.list(m_folder);
    if (!names)
        return names.error();
    bool found = false;
    for (const std::string &name : *names) {
        const std::uint64_t number = numberIn(name, '.' + m_prefix + '-', kPartEnd);
        if (number == 0)
            continue;
        if (number < state.number)
            MILLRACE_TRY(deliver(number));
        else if (number > state.number || state.bytes == 0)
            MILLRACE_TRY(m_files.remove(partPath(number)));
        else
            found = true;
    }
    MILLRACE_TRY(m_files.syncFolder(m_folder));
    if (state.bytes == 0) {
        const auto last = lastWhole();
        if (!last)
            return last.error();
        m_stored.number = std::max(state.number, *last + 1);
        m_next = m_stored;
        m_renameFrom = m_stored.number;
        return std::optional<Problem>();
    }
    if (found) {
        auto file = m_files.open(partPath(state.number), OpenMode::ReadWrite);
        if (!file)
            return std::move(file).error();
        const auto info = (*file)->info();
        if (!info)
            return info.error();
        if (info->sizeBytes >= state.bytes) {
            MILLRACE_TRY((*file)->truncate(state.bytes));
            m_file = *std::move(file);
            m_fileNumber = state.number;
            return std::optional<Problem>();
        }
    }
    end();
    m_stored = m_next;
    m_renameFrom = m_next.number;
    return std::optional(lost(state.number));
}

void PartFiles::add(std::string_view line, WallTime now)
{
    if (m_pieces.empty() || m_pieces.back().number != m_next.number)
        m_pieces.push_back({m_next.number, m_next.bytes, {}});
    std::string &text = m_pieces.back().text;
    const std::size_t before = text.size();
    text += line;
    text += '\n';
    for (std::size_t i = before; i + 1 < text.size(); ++i) {
        if (text[i] == '\n' || text[i] == '\r')
            text[i] = ' ';
    }
    if (m_next.records == 0)
        m_next.firstMs = now.time_since_epoch().count();
    m_next.bytes += line.size() + 1;
    m_next.records += 1;
    if ((m_limits.bytes > 0 && m_next.bytes >= m_limits.bytes) ||
        (m_limits.records > 0 && m_next.records >= m_limits.records))
        end();
}

void PartFiles::end()
{
    if (m_next.records > 0)
        m_next = State{.number = m_next.number + 1};
}

std::optional<WallTime> PartFiles::oldAt() const
{
    if (m_limits.age.count() == 0 || m_next.records == 0)
        return {};
    return WallTime(std::chrono::milliseconds(m_next.firstMs)) + m_limits.age;
}

void PartFiles::endIfOld(WallTime now)
{
    if (const auto at = oldAt(); at && now >= *at)
        end();
}

/// `stored`: how many bytes of it stand in the progress. Writing behind what is not there would
/// leave zeros in the file.
Status PartFiles::openPart(std::uint64_t number, std::uint64_t stored)
{
    if (m_file && m_fileNumber == number)
        return Done{};
    m_file.reset();
    const bool fresh = !m_files.exists(partPath(number));
    if (fresh && stored > 0)
        return lost(number);
    auto file = m_files.open(partPath(number), OpenMode::CreateOrOpen);
    if (!file)
        return std::move(file).error();
    if (stored > 0) {
        const auto info = (*file)->info();
        if (!info)
            return info.error();
        if (info->sizeBytes < stored)
            return lost(number);
    }
    m_file = *std::move(file);
    m_fileNumber = number;
    // The progress must never know of a file whose name a crash forgets.
    return fresh ? m_files.syncFolder(m_folder) : Status(Done{});
}

Status PartFiles::write()
{
    MILLRACE_TRY(renameWhole());
    // A failed commit may have left text behind what is stored; each file is cut to what is meant.
    const bool endsUnwritten = m_next.number > m_stored.number && m_stored.bytes > 0 &&
                               (m_pieces.empty() || m_pieces.front().number != m_stored.number);
    if (endsUnwritten) {
        MILLRACE_TRY(openPart(m_stored.number, m_stored.bytes));
        MILLRACE_TRY(m_file->truncate(m_stored.bytes));
        MILLRACE_TRY(m_file->sync());
    }
    for (const Piece &piece : m_pieces) {
        MILLRACE_TRY(openPart(piece.number, piece.at));
        MILLRACE_TRY(m_file->writeAt(FilePos(piece.at), asBytes(piece.text)));
        MILLRACE_TRY(m_file->truncate(piece.at + piece.text.size()));
        MILLRACE_TRY(m_file->sync());
    }
    return Done{};
}

Status PartFiles::stored()
{
    m_stored = m_next;
    m_pieces.clear();
    return renameWhole();
}

Status PartFiles::renameWhole()
{
    if (m_renameFrom == m_stored.number)
        return Done{};
    m_file.reset();
    m_fileNumber = 0;
    for (; m_renameFrom < m_stored.number; ++m_renameFrom) {
        if (const Status done = deliver(m_renameFrom); !done)
            return done.error().code() == Code::NotFound ? Status(lost(m_renameFrom)) : done;
    }
    return m_files.syncFolder(m_folder);
}

/// Gives a whole file its name. One that has it already (an older copy of the progress file counts
/// from there again) was delivered, and others may use it: the new one then comes behind the last.
Status PartFiles::deliver(std::uint64_t number)
{
    Status done = m_files.renameNew(partPath(number), wholePath(number));
    if (done || done.error().code() != Code::AlreadyExists)
        return done;
    const auto last = lastWhole();
    if (!last)
        return last.error();
    return m_files.renameNew(partPath(number), wholePath(*last + 1));
}

void PartFiles::discard()
{
    m_pieces.clear();
    m_next = m_stored;
    m_file.reset(); // after a failed sync nothing is known of it
    m_fileNumber = 0;
}

} // namespace millrace::nodes
