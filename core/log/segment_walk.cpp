// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_walk.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <utility>

namespace millrace::log {
namespace {

/// Enough that a walk is as fast as the disk, and nothing beside what a process has.
constexpr std::uint64_t kWindowBytes = 8U << 20U;
/// Around a bad sector a kernel reads no less than this.
constexpr std::size_t kPageBytes = 4096;

FilePos alignedDown(FilePos at)
{
    return FilePos(at.value / kAlignment * kAlignment);
}

/// A part of a file in memory. A file may be larger than that: sparse, or of somebody else's.
class FileWindow
{
public:
    /// `ahead`: how much is read when no more is asked for.
    FileWindow(const File &file, std::uint64_t ahead, Unreadable unreadable, Bytes &buffer)
        : m_file(file)
        , m_ahead(ahead)
        , m_unreadable(unreadable)
        , m_buffer(buffer)
    {}

    /// Forgets what was read and looks at the file's size again.
    Status refresh()
    {
        const auto info = m_file.info();
        if (!info)
            return info.error();
        m_end = FilePos(info->sizeBytes);
        m_size = 0;
        return Done{};
    }
    FilePos end() const { return m_end; } ///< of the file, at the last refresh()
    /// What could not be read and was taken for zeros: no checksum passes over it.
    const std::vector<FileRange> &unread() const { return m_unread; }

    /// What is known from `at` on: at least `wanted` bytes, fewer only where the file ends. Good
    /// until the next call.
    Result<ByteView> read(FilePos at, std::uint64_t wanted)
    {
        wanted = std::min(wanted, m_end.value - std::min(at, m_end).value);
        if (at < m_begin || at.value + wanted > m_begin.value + m_size) {
            const std::uint64_t bytes =
                std::min(std::max(wanted, m_ahead), m_end.value - std::min(at, m_end).value);
            m_size = 0;
            if (m_buffer.size() < bytes)
                m_buffer.resize(static_cast<std::size_t>(bytes));
            const auto got = fill(at, std::span(m_buffer).first(static_cast<std::size_t>(bytes)));
            if (!got)
                return got.error();
            m_begin = at;
            m_size = *got;
        }
        const std::uint64_t skipped = std::min<std::uint64_t>(at.value - m_begin.value, m_size);
        return ByteView(m_buffer).subspan(static_cast<std::size_t>(skipped),
                                          static_cast<std::size_t>(m_size - skipped));
    }

    /// Calls `look` with every stretch of the file from `at` on that may hold anything but zeros,
    /// together with where it stands, until it says that it has seen enough.
    template <class Look>
    Status scan(FilePos at, Look look)
    {
        while (at < m_end) {
            const auto data = m_file.nextData(at);
            if (!data)
                return data.error();
            at = std::max(at, alignedDown(*data));
            const auto bytes = read(at, kAlignment);
            if (!bytes)
                return bytes.error();
            if (bytes->empty() || look(*bytes, at))
                break;
            at = at + bytes->size();
        }
        return Done{};
    }

private:
    Result<std::size_t> fill(FilePos at, std::span<std::byte> out)
    {
        auto got = m_file.readAt(at, out);
        if (got || got.error().code() != Code::Io || m_unreadable != Unreadable::Damage)
            return got;
        std::size_t done = 0;
        while (done < out.size()) {
            const FilePos from = at + done;
            const auto page = out.subspan(
                done, std::min(out.size() - done, kPageBytes - from.value % kPageBytes));
            const auto part = m_file.readAt(from, page);
            if (!part) {
                std::fill(page.begin(), page.end(), std::byte{});
                m_unread.push_back({from, from + page.size()});
            }
            const std::size_t bytes = part ? *part : page.size();
            done += bytes;
            if (bytes < page.size())
                break;
        }
        return done;
    }

    const File &m_file;
    const std::uint64_t m_ahead;
    const Unreadable m_unreadable;
    std::vector<FileRange> m_unread;
    Bytes &m_buffer; ///< never made smaller: growing it again would fill it with zeros
    FilePos m_begin;
    std::uint64_t m_size = 0;
    FilePos m_end;
};

/// The whole commit at `at`. Before its header is checked no more is read than a header may take.
Result<std::optional<Commit>> commitAt(FileWindow &window, const Uuid &segmentId, FilePos at)
{
    auto bytes = window.read(at, kCommitHeaderBytes);
    if (!bytes)
        return std::move(bytes).error();
    const auto headerBytes = commitHeaderSize(*bytes, segmentId);
    if (!headerBytes)
        return std::optional<Commit>();
    bytes = window.read(at, *headerBytes);
    if (!bytes)
        return std::move(bytes).error();
    const auto size = commitSize(*bytes, segmentId);
    if (!size || *size > window.end().value - at.value)
        return std::optional<Commit>();
    bytes = window.read(at, *size);
    if (!bytes)
        return std::move(bytes).error();
    return readCommit(*bytes, segmentId, at);
}

/// The next place at or behind `at`, a multiple of 8, where a commit header's magic stands; the
/// end of the file when there is none.
Result<FilePos> nextMagic(FileWindow &window, FilePos at)
{
    std::uint64_t magic = 0;
    std::memcpy(&magic, kCommitMagic.data(), sizeof magic);
    FilePos found = window.end();
    MILLRACE_TRY(window.scan(at, [&](ByteView bytes, FilePos from) {
        for (std::size_t i = 0; i + sizeof magic <= bytes.size(); i += kAlignment) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + i, sizeof word);
            if (word == magic) {
                found = from + i;
                return true;
            }
        }
        return false;
    }));
    return found;
}

/// How many bytes there are up to the last that is not zero. Rooms of 64 MiB are looked through at
/// every start, hence word by word.
std::size_t usedBytes(ByteView bytes)
{
    std::size_t size = bytes.size();
    const auto isZero = [&](std::size_t at) { return bytes[at] == std::byte{0}; };
    while (size % sizeof(std::uint64_t) != 0 && isZero(size - 1))
        --size;
    for (std::uint64_t word = 0; size >= sizeof word; size -= sizeof word) {
        std::memcpy(&word, bytes.data() + size - sizeof word, sizeof word);
        if (word != 0)
            break;
    }
    while (size > 0 && isZero(size - 1))
        --size;
    return size;
}

/// The end of the bytes behind `at` that are not zero; `at` when all are.
Result<FilePos> usedEnd(FileWindow &window, FilePos at)
{
    FilePos end = at;
    MILLRACE_TRY(window.scan(at, [&](ByteView bytes, FilePos from) {
        if (const std::size_t used = usedBytes(bytes); used > 0)
            end = from + used;
        return false;
    }));
    return end;
}

/// The first whole commit behind `at` with a number above `number`, and where it stands.
Result<std::optional<std::pair<FilePos, Commit>>>
laterCommit(FileWindow &window, const Uuid &segmentId, FilePos at, std::uint64_t number)
{
    using Found = std::optional<std::pair<FilePos, Commit>>;
    for (;;) {
        const auto magic = nextMagic(window, at + kAlignment);
        if (!magic)
            return magic.error();
        if (*magic >= window.end())
            return Found();
        at = *magic;
        auto commit = commitAt(window, segmentId, at);
        if (!commit)
            return std::move(commit).error();
        if (*commit && (*commit)->number > number)
            return Found(std::pair(at, **std::move(commit)));
    }
}

/// Says of what could not be read that it is damaged, once, and where no damage is known yet.
void addUnread(Walk &walk, std::vector<FileRange> ranges)
{
    const auto earlier = [](const FileRange &a, const FileRange &b) { return a.begin < b.begin; };
    std::sort(ranges.begin(), ranges.end(), earlier);
    const std::size_t known = walk.damaged.size();
    for (const FileRange &range : ranges) {
        const auto end = walk.damaged.begin() + static_cast<std::ptrdiff_t>(known);
        if (std::any_of(walk.damaged.begin(), end, [&](const FileRange &damage) {
                return damage.begin <= range.begin && range.end <= damage.end;
            }))
            continue;
        if (walk.damaged.size() > known && range.begin <= walk.damaged.back().end)
            walk.damaged.back().end = std::max(walk.damaged.back().end, range.end);
        else
            walk.damaged.push_back(range);
    }
    std::sort(walk.damaged.begin(), walk.damaged.end(), earlier);
}

} // namespace

Result<Walk> walkSegment(const File &file, const Uuid &segmentId, WalkPoint from,
                         Unreadable unreadable, Bytes &buffer)
{
    FileWindow window(file, kWindowBytes, unreadable, buffer);
    MILLRACE_TRY(window.refresh());
    Walk walk;
    walk.end = from;
    walk.walkedBytes = window.end().value - std::min(from.position, window.end()).value;
    const auto take = [&](Commit commit, FilePos begin) {
        walk.end = {begin + commit.sizeBytes, commit.number + 1};
        walk.blocks.insert(walk.blocks.end(), commit.blocks.begin(), commit.blocks.end());
        std::move(commit.progress.begin(), commit.progress.end(),
                  std::back_inserter(walk.progress));
    };
    const auto next = [&]() -> Result<bool> {
        auto commit = commitAt(window, segmentId, walk.end.position);
        if (!commit)
            return std::move(commit).error();
        if (!*commit || (*commit)->number != walk.end.nextNumber)
            return false;
        take(**std::move(commit), walk.end.position);
        return true;
    };
    while (walk.end.position < window.end()) {
        auto taken = next();
        if (!taken)
            return std::move(taken).error();
        if (*taken)
            continue;
        auto later = laterCommit(window, segmentId, walk.end.position, walk.end.nextNumber);
        if (!later)
            return std::move(later).error();
        if (!*later)
            break;
        // Beside a running engine the bytes here may have been read while they were written, and
        // those behind them later. What still holds no whole commit now is damaged.
        MILLRACE_TRY(window.refresh());
        taken = next();
        if (!taken)
            return std::move(taken).error();
        if (*taken)
            continue;
        auto &[found, commit] = **later;
        walk.damaged.push_back({walk.end.position, found});
        take(std::move(commit), found);
    }
    const auto used = usedEnd(window, walk.end.position);
    if (!used)
        return used.error();
    if (*used > walk.end.position)
        walk.tail = FileRange{walk.end.position, *used};
    addUnread(walk, window.unread());
    return walk;
}

Result<std::optional<Commit>> readCommitAt(const File &file, const Uuid &segmentId,
                                           FilePos position, Bytes &buffer)
{
    FileWindow window(file, 0, Unreadable::Refused, buffer);
    MILLRACE_TRY(window.refresh());
    return commitAt(window, segmentId, position);
}

Result<std::optional<FoundCommit>> findFirstCommit(const File &file, Unreadable unreadable,
                                                   Bytes &buffer)
{
    FileWindow window(file, kWindowBytes, unreadable, buffer);
    MILLRACE_TRY(window.refresh());
    for (FilePos from(kHeaderAlignment);;) {
        const auto at = nextMagic(window, from);
        if (!at)
            return at.error();
        if (*at >= window.end())
            return std::optional<FoundCommit>();
        const auto bytes = window.read(*at, kCommitHeaderBytes);
        if (!bytes)
            return bytes.error();
        if (const auto id = commitSegmentId(*bytes)) {
            const auto commit = commitAt(window, *id, *at);
            if (!commit)
                return commit.error();
            if (*commit)
                return std::optional(FoundCommit{*id, {*at, (*commit)->number}});
        }
        from = *at + kAlignment;
    }
}

Result<bool> holdsCommitMagic(const File &file, Bytes &buffer)
{
    FileWindow window(file, kWindowBytes, Unreadable::Refused, buffer);
    MILLRACE_TRY(window.refresh());
    const auto at = nextMagic(window, FilePos(kHeaderAlignment));
    if (!at)
        return at.error();
    return *at < window.end();
}

} // namespace millrace::log
