// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_writer.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::log {
namespace {

constexpr std::uint64_t kMaxStep = 64U << 20U;

/// Of an attempt to begin the segment that failed. What holds a commit is none: who does not know
/// of it has not seen the whole folder.
Status removeLeftover(FileSystem &fileSystem, const Path &path)
{
    if (!fileSystem.exists(path))
        return Done{};
    const auto file = fileSystem.open(path, OpenMode::Read);
    if (!file)
        return file.error();
    Bytes buffer;
    const auto found = findFirstCommit(**file, Unreadable::Refused, buffer);
    if (!found)
        return found.error();
    if (*found)
        return Problem(Code::Corrupt,
                       {{"what", "The log's folder"},
                        {"reason", "a segment that is to be begun holds records"}},
                       path);
    return fileSystem.removeAll(path);
}

} // namespace

Result<std::unique_ptr<SegmentWriter>>
SegmentWriter::begin(FileSystem &fileSystem, const Path &folder, SegmentHeader &header)
{
    const auto bytes = encodeSegmentHeader(header);
    if (!bytes)
        return bytes.error();
    const Path path = segmentPath(folder, header.number);
    MILLRACE_TRY(removeLeftover(fileSystem, path));
    auto file = fileSystem.open(path, OpenMode::CreateNew);
    if (!file)
        return std::move(file).error();
    auto written = (*file)->writeAt(FilePos(0), *bytes);
    if (written)
        written = (*file)->sync();
    if (written)
        written = fileSystem.syncFolder(folder);
    if (!written) {
        // Recovery removes it as well, should this fail.
        if (const auto removed = fileSystem.remove(path); !removed)
            return removed.error();
        return std::move(written).error();
    }
    const WalkPoint end{FilePos(header.sizeBytes), 1};
    return std::unique_ptr<SegmentWriter>(
        new SegmentWriter(*std::move(file), end, header.sizeBytes));
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::resume(FileSystem &fileSystem,
                                                             const Path &path, WalkPoint end)
{
    auto file = fileSystem.open(path, OpenMode::ReadWrite);
    if (!file)
        return std::move(file).error();
    const auto info = (*file)->info();
    if (!info)
        return info.error();
    return std::unique_ptr<SegmentWriter>(
        new SegmentWriter(*std::move(file), end, info->sizeBytes));
}

Status SegmentWriter::makeRoom(std::uint64_t size, std::uint64_t segmentBytes)
{
    if (size <= m_fileBytes)
        return Done{};
    const std::uint64_t ahead = std::max(size, std::min(m_fileBytes + m_step, segmentBytes));
    auto made = m_file->allocate(ahead);
    if (made) {
        m_fileBytes = ahead;
        m_step = std::min(m_step * 2, kMaxStep);
        return made;
    }
    if (made.error().code() != Code::DiskFull || ahead == size)
        return made;
    made = m_file->allocate(size); // a nearly full disk still takes what fits
    if (made)
        m_fileBytes = size;
    return made;
}

Status SegmentWriter::append(ByteView commit, std::uint64_t segmentBytes)
{
    MILLRACE_ASSERT(m_usable);
    if (auto made = makeRoom(m_end.position.value + commit.size(), segmentBytes); !made) {
        if (!cut())
            m_usable = false;
        return made;
    }
    auto written = m_file->writeAt(m_end.position, commit);
    if (written) {
        written = m_file->sync();
        // What the kernel does with pages it could not write is unknown, and a second fdatasync
        // would succeed without having written them.
        m_usable = written.has_value();
    }
    if (!written) {
        if (!cut())
            m_usable = false;
        return written;
    }
    m_end.position = m_end.position + commit.size();
    ++m_end.nextNumber;
    return Done{};
}

Status SegmentWriter::cut()
{
    MILLRACE_TRY(m_file->truncate(m_end.position.value));
    m_fileBytes = m_end.position.value;
    return Done{};
}

} // namespace millrace::log
