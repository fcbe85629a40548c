// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/followed_file.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <utility>

namespace millrace::nodes {
namespace {

/// For about ten minutes, as often as a tail looks.
constexpr int kLateLooks = 3000;
/// For about five seconds: who rotates a log tells its program at once, which then writes the rest
/// of the line that its buffer cut. Meanwhile nothing of the file behind is read; what comes later
/// is a line of its own.
constexpr int kUnfinishedLooks = 25;

Problem unreadable(const Path &path, const Problem &problem)
{
    return Problem(Code::NodeFileUnreadable, {{"path", path}, {"reason", problem.text()}});
}

std::string bytesText(std::uint64_t bytes)
{
    return "at least " + std::to_string(bytes) + " bytes";
}

/// "app.log.1", "app.log-20261122": what rotation makes of "app.log", and can be read.
bool isRotatedName(std::string_view name, std::string_view base)
{
    if (name.size() <= base.size() + 1 || !name.starts_with(base))
        return false;
    const char separator = name[base.size()];
    if (separator != '.' && separator != '-')
        return false;
    const std::string_view rest = name.substr(base.size() + 1);
    return std::all_of(rest.begin(), rest.end(),
                       [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

/// Of two rotated files of one time: app.log.2 is older than app.log.1, as rotation counts up what
/// is there, and app.log-20260102 is younger than app.log-20260101.
bool isOlderName(std::string_view name, std::string_view other)
{
    constexpr std::size_t kShortestDate = 8;
    const auto number = [](std::string_view of) { return of.substr(of.find_last_of(".-") + 1); };
    const std::string_view a = number(name);
    const std::string_view b = number(other);
    const bool rising = std::pair(a.size(), a) < std::pair(b.size(), b);
    return a.size() >= kShortestDate ? rising : !rising;
}

} // namespace

FollowedFile::FollowedFile(FileSystem &files, Path path, bool fromEnd)
    : m_files(files)
    , m_path(std::move(path))
    , m_fromEnd(fromEnd)
{}

void FollowedFile::restore(const TailPosition &position)
{
    m_position = position;
    m_lines.reset();
}

Status FollowedFile::openAt(const Path &path, std::uint64_t offset, std::uint64_t line)
{
    auto file = openInput(m_files, path);
    if (!file)
        return std::move(file).error();
    const auto info = (*file)->info();
    if (!info)
        return unreadable(path, info.error());
    auto head = FileHead::read(**file);
    if (!head)
        return unreadable(path, head.error());
    std::vector<TailIdentity> finished;
    if (m_position)
        finished = std::move(m_position->finished);
    m_position =
        TailPosition{{info->device, info->inode, *head}, offset, line, std::move(finished)};
    m_seenBytes = info->sizeBytes;
    m_lines.emplace(*std::move(file), FilePos(offset));
    m_old = path != m_path;
    return Done{};
}

Status FollowedFile::begin(const Path &path, bool atEnd)
{
    MILLRACE_TRY(openAt(path, 0, 0));
    if (!atEnd || m_seenBytes == 0)
        return Done{};
    const auto end = endOfLastLine(m_lines->file(), m_seenBytes);
    if (!end)
        return unreadable(path, end.error());
    return openAt(path, *end, 0);
}

/// Behind the last newline, so that a line that is being written is read whole.
Result<std::uint64_t> FollowedFile::endOfLastLine(const File &file, std::uint64_t size)
{
    const std::uint64_t from = size > kKeptBytes ? size - kKeptBytes : 0;
    std::string block(static_cast<std::size_t>(size - from), '\0');
    const auto got = file.readAt(FilePos(from), std::as_writable_bytes(std::span(block)));
    if (!got)
        return got.error();
    block.resize(*got);
    const std::size_t newline = block.rfind('\n');
    return newline == std::string::npos ? size : from + newline + 1;
}

/// Whether `path` leads to the file of m_position, unchanged up to where it was read.
Result<bool> FollowedFile::isOurs(const Path &path)
{
    auto file = openInput(m_files, path);
    if (!file)
        return std::move(file).error();
    const auto info = (*file)->info();
    if (!info)
        return unreadable(path, info.error());
    if (info->sizeBytes < m_position->offset)
        return false;
    const auto same = m_position->file.head.matches(**file);
    if (!same)
        return unreadable(path, same.error());
    return *same;
}

/// The file of m_position under another name in the same folder: the same inode first, else a copy
/// of it. A file of which nothing was read has no copy that could be told.
Result<std::optional<Path>> FollowedFile::findOld()
{
    const Path folder = parentPath(m_path);
    const auto names = m_files.list(folder);
    if (!names)
        return std::optional<Path>();
    std::optional<Path> copy;
    for (const std::string &name : *names) {
        const Path candidate = joinPath(folder, name);
        if (candidate == m_path)
            continue;
        const auto info = m_files.info(candidate);
        if (!info || info->isFolder || info->sizeBytes < m_position->offset)
            continue;
        const bool sameInode =
            info->inode == m_position->file.inode && info->device == m_position->file.device;
        if (!sameInode &&
            (!isRotatedName(name, fileName(m_path)) || m_position->file.head.bytes == 0))
            continue;
        const auto ours = isOurs(candidate);
        if (!ours || !*ours)
            continue; // what cannot be read is not what was read
        if (sameInode)
            return std::optional(candidate);
        copy = candidate;
    }
    return copy;
}

/// Whether the file was read to its end before. It may have been written to since: those lines are
/// given as late ones.
bool FollowedFile::wasFinished(const Path &path, const FileInfo &info)
{
    for (const TailIdentity &known : m_position->finished) {
        if (known.inode != info.inode || known.device != info.device)
            continue;
        const auto file = openInput(m_files, path);
        const auto same = file ? known.head.matches(**file) : Result<bool>(false);
        if (same && *same)
            return true;
    }
    return false;
}

/// The oldest rotated file that was not read yet and was last written to after the present one:
/// when the file was rotated more than once while nobody looked. Clocks of file systems are coarse,
/// so two files in a row may well have one time: such a file counts too, while all that were read
/// are known and it could be told again by its head.
std::optional<Path> FollowedFile::nextRotated(const FileInfo &present)
{
    const Path folder = parentPath(m_path);
    const auto names = m_files.list(folder);
    if (!names)
        return {};
    const bool allKnown = m_position->finished.size() < kFinishedKept;
    std::optional<Path> next;
    std::int64_t nextModified = 0;
    for (const std::string &name : *names) {
        if (!isRotatedName(name, fileName(m_path)))
            continue;
        const Path path = joinPath(folder, name);
        const auto info = m_files.info(path);
        if (!info || info->isFolder || info->modifiedMs < present.modifiedMs)
            continue;
        if (info->modifiedMs == present.modifiedMs && (!allKnown || info->sizeBytes == 0))
            continue;
        if (info->inode == m_position->file.inode || wasFinished(path, *info))
            continue;
        if (!next || info->modifiedMs < nextModified ||
            (info->modifiedMs == nextModified && isOlderName(name, fileName(*next)))) {
            next = path;
            nextModified = info->modifiedMs;
        }
    }
    return next;
}

/// Opens the file that is to be read, by m_position when something was read before.
Result<FollowedFile::Found> FollowedFile::locate(std::vector<Problem> &notices)
{
    const auto info = m_files.info(m_path);
    if (!info && info.error().code() != Code::NotFound)
        return unreadable(m_path, info.error());
    if (!m_position) {
        if (!info) {
            if (!std::exchange(m_waitingSaid, true))
                notices.push_back(Problem(Code::NodeTailWaiting, {{"path", m_path}}));
            m_fromEnd = false; // whatever appears is new
            return Found::NotYet;
        }
        MILLRACE_TRY(begin(m_path, m_fromEnd));
        return Found::Yes;
    }
    const TailPosition before = *m_position;
    const bool sameInode =
        info && info->inode == before.file.inode && info->device == before.file.device;
    if (sameInode) {
        const auto ours = isOurs(m_path);
        if (!ours)
            return ours.error();
        if (*ours) {
            MILLRACE_TRY(openAt(m_path, before.offset, before.line));
            return Found::Yes;
        }
    }
    const auto old = findOld();
    if (!old)
        return old.error();
    if (*old) {
        MILLRACE_TRY(openAt(**old, before.offset, before.line));
        if (sameInode) {
            notices.push_back(Problem(Code::NodeTailTruncated,
                                      {{"path", m_path},
                                       {"read", std::to_string(before.offset)},
                                       {"lost", "the copy " + fileName(**old) +
                                                    " is read to its end; what was "
                                                    "written after copying is unknown"}}));
        }
        return Found::Yes;
    }
    if (!info) {
        if (!std::exchange(m_waitingSaid, true))
            notices.push_back(Problem(Code::NodeTailWaiting, {{"path", m_path}}));
        return Found::NotYet;
    }
    const std::string lost = m_seenBytes > before.offset ? bytesText(m_seenBytes - before.offset)
                                                         : "how much is unknown";
    notices.push_back(
        Problem(sameInode ? Code::NodeTailTruncated : Code::NodeTailGone,
                {{"path", m_path}, {"read", std::to_string(before.offset)}, {"lost", lost}}));
    MILLRACE_TRY(begin(m_path, false));
    return Found::Yes;
}

/// While a file is shorter than a head, what is known of it grows with it.
Status FollowedFile::updateHead()
{
    if (m_position->file.head.bytes >= FileHead::kBytes)
        return Done{};
    const auto head = FileHead::read(m_lines->file());
    if (!head)
        return unreadable(m_path, head.error());
    if (head->bytes > m_position->file.head.bytes)
        m_position->file.head = *head;
    return Done{};
}

/// At the end of what is there: whether the path still leads to this file, uncut. When it was cut
/// the file is given up, and locate() finds out what is left.
Result<bool> FollowedFile::stillCurrent(std::vector<Problem> &notices)
{
    const auto here = m_lines->file().info();
    if (!here)
        return unreadable(m_path, here.error());
    const auto same = m_position->file.head.matches(m_lines->file());
    if (!same)
        return unreadable(m_path, same.error());
    if (here->sizeBytes < m_position->offset || !*same) {
        m_lines.reset();
        const auto found = locate(notices);
        if (!found)
            return found.error();
        return true;
    }
    m_seenBytes = here->sizeBytes;
    MILLRACE_TRY(updateHead());
    const auto there = m_files.info(m_path);
    // Renamed away and nothing new yet: whoever writes may still write to the old one.
    if (!there)
        return true;
    return !m_old && there->inode == here->inode && there->device == here->device;
}

Status FollowedFile::switchToNext(std::vector<Problem> &notices)
{
    const auto here = m_lines->file().info();
    if (!here)
        return unreadable(m_path, here.error());
    const auto there = m_files.info(m_path);
    if (!there)
        return Done{}; // nothing to go on with yet
    notices.push_back(Problem(Code::NodeTailRotated,
                              {{"path", m_path}, {"bytes", std::to_string(m_position->offset)}}));
    // A rotated file is older than what the path leads to.
    std::optional<Path> next = nextRotated(*here);
    if (m_position->file.head.bytes > 0) {
        m_position->finished.push_back(m_position->file);
        if (m_position->finished.size() > kFinishedKept)
            m_position->finished.erase(m_position->finished.begin());
    }
    std::optional<LineReader> left = std::move(m_lines);
    m_lines.reset();
    MILLRACE_TRY(begin(next ? *next : m_path, false));
    m_left = std::move(left);
    m_leftLooks = 0;
    return Done{};
}

/// A program writes on to the file it has open until it is told of the rotation: what comes there
/// late is not left out.
Result<std::optional<Line>> FollowedFile::nothingNow()
{
    m_idle = true;
    if (!m_left)
        return std::optional<Line>();
    auto line = m_left->next();
    if (line && *line && (*line)->complete) {
        m_leftLooks = 0;
        m_late = true;
        return line;
    }
    if (!line || ++m_leftLooks >= kLateLooks)
        m_left.reset();
    return std::optional<Line>();
}

Result<std::optional<Line>> FollowedFile::next(std::vector<Problem> &notices)
{
    // While nobody looked the file may have been cut and grown again beyond where it was read.
    if (m_lines && std::exchange(m_idle, false)) {
        const auto current = stillCurrent(notices);
        if (!current)
            return current.error();
    }
    for (;;) {
        if (!m_lines) {
            const auto found = locate(notices);
            if (!found)
                return found.error();
            if (*found == Found::NotYet)
                return std::optional<Line>();
        }
        const auto line = m_lines->next();
        if (!line)
            return unreadable(m_path, line.error());
        if (*line && (*line)->complete)
            return line;
        if (!*line && m_lines->skipping())
            return std::optional<Line>();
        const bool had = m_lines.has_value();
        const std::uint64_t inode = m_position->file.inode;
        const std::uint64_t offset = m_position->offset;
        const auto current = stillCurrent(notices);
        if (!current)
            return current.error();
        const bool reopened =
            !m_lines || m_position->file.inode != inode || m_position->offset != offset;
        if (*current) {
            if (had && reopened)
                continue;
            return nothingNow();
        }
        // This file has an end. Something may have been written between reading and looking.
        const auto rest = m_lines->next();
        if (!rest)
            return unreadable(m_path, rest.error());
        if (!*rest && m_lines->skipping())
            return std::optional<Line>();
        // It is waited for here and not read later, as what comes late is: the position that is
        // stored is one of this file, so that a stop in between loses nothing.
        if (*rest && !(*rest)->complete && ++m_unfinishedLooks <= kUnfinishedLooks)
            return nothingNow();
        if (*rest)
            return rest;
        const std::uint64_t before = m_position->file.inode;
        MILLRACE_TRY(switchToNext(notices));
        if (m_position->file.inode == before) {
            return nothingNow();
        }
        m_waitingSaid = false;
    }
}

void FollowedFile::accept(const Line &line)
{
    if (std::exchange(m_late, false)) {
        m_left->accept(line); // m_position is that of the file behind
        return;
    }
    m_unfinishedLooks = 0;
    m_position->offset = line.end;
    m_position->line += 1;
    m_lines->accept(line);
}

} // namespace millrace::nodes
