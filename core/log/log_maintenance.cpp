// SPDX-License-Identifier: GPL-3.0-or-later
// The slow half of LogImpl: retention, trimming and rewriting.
#include "core/base/problem_codes.h"
#include "core/log/log_impl.h"
#include "core/log/rewriter.h"

#include <algorithm>

namespace millrace::log {

void LogImpl::setLimits(const LogLimits &limits)
{
    const std::lock_guard guard(m_state);
    m_limits = limits;
}

LogLimits LogImpl::limits() const
{
    const std::lock_guard guard(m_state);
    return m_limits;
}

/// Moves each shard's horizon to the first record young enough.
Status LogImpl::hideExpired()
{
    const std::chrono::milliseconds retention = limits().retention;
    if (retention == std::chrono::milliseconds::max())
        return Done{};
    const WallTime keepFrom = m_clock.wall() - retention;
    Status done = Done{};
    for (const ShardIndex shard : shards()) {
        const auto first = find(shard, keepFrom);
        if (!first) {
            // A block that cannot be read hides nothing behind it and nothing before it.
            if (first.error().code() != Code::Corrupt && done)
                done = first.error(); // the other shards expire all the same
            continue;
        }
        // Nothing that is left is too old: what is missing before it is damage, not expired.
        if (const auto oldest = find(shard, WallTime{}); oldest && *oldest == *first)
            continue;
        const std::lock_guard guard(m_state);
        Ordinal &hidden = m_hidden[shard];
        hidden = std::max(hidden, *first);
    }
    return done;
}

/// Seals the open segment when the next commit would, which may never come, or when nothing in it
/// is young enough: then it can go.
Status LogImpl::sealDue()
{
    const std::lock_guard guard(m_commit);
    if (m_writer && m_writer->usable() && m_writer->end().nextNumber == 1)
        return Done{};
    return (m_writer && isDue()) || openIsHidden() ? beginSegment() : Done{};
}

bool LogImpl::openIsHidden() const
{
    const std::lock_guard guard(m_state);
    const auto &shards = m_index.open().index.shards();
    return !shards.empty() && std::all_of(shards.begin(), shards.end(), [&](const auto &entry) {
        return entry.second.back().end() <= horizon(entry.first);
    });
}

bool LogImpl::oldestIsHidden() const
{
    const std::lock_guard guard(m_state);
    if (m_index.sealed().empty())
        return false;
    const ShardStarts &ends = behindOldest().starts; // what is missing behind its records included
    return std::all_of(ends.begin(), ends.end(),
                       [this](const auto &end) { return end.second.first <= horizon(end.first); });
}

const SegmentHeader &LogImpl::behindOldest() const
{
    return m_index.sealed().size() > 1 ? m_index.sealed()[1]->header : m_index.open().header;
}

Result<std::uint64_t> LogImpl::removeHidden()
{
    std::uint64_t freed = 0;
    while (oldestIsHidden()) {
        const auto bytes = removeOldest();
        if (!bytes)
            return bytes;
        freed += *bytes;
    }
    return freed;
}

// On a full disk nothing can be sealed before something went.
Result<std::uint64_t> LogImpl::expire()
{
    const std::lock_guard guard(m_maintenance);
    const Status hidden = hideExpired();
    const auto before = removeHidden();
    if (!before)
        return before;
    MILLRACE_TRY(sealDue());
    const auto behind = removeHidden();
    if (!behind)
        return behind;
    MILLRACE_TRY(hidden);
    return *before + *behind;
}

Result<std::uint64_t> LogImpl::dropOldestSegment()
{
    const std::lock_guard guard(m_maintenance);
    const auto freed = removeOldest();
    if (!freed || *freed > 0)
        return freed;
    MILLRACE_TRY(sealDue());
    return removeOldest();
}

Result<std::uint64_t> LogImpl::trimBelow(std::span<const std::pair<ShardIndex, Ordinal>> keepFrom)
{
    // Whoever trims holds locks of its own; a rewriting may take seconds, and trimming can wait.
    const std::unique_lock guard(m_maintenance, std::try_to_lock);
    if (!guard)
        return std::uint64_t{0};
    const auto passed = [&](ShardIndex shard, Ordinal end) {
        return std::any_of(keepFrom.begin(), keepFrom.end(), [&](const auto &keep) {
            return keep.first == shard && keep.second >= end;
        });
    };
    const auto oldestHasPassed = [&] {
        const std::lock_guard state(m_state);
        if (m_index.sealed().empty())
            return false;
        const ShardStarts &ends = behindOldest().starts;
        return std::all_of(ends.begin(), ends.end(),
                           [&](const auto &end) { return passed(end.first, end.second.first); });
    };
    std::uint64_t freed = 0;
    while (oldestHasPassed()) {
        const auto bytes = removeOldest();
        if (!bytes)
            return bytes;
        freed += *bytes;
    }
    return freed;
}

Status LogImpl::syncDirtyFolder()
{
    if (!m_folderDirty)
        return Done{};
    MILLRACE_TRY(m_fileSystem.syncFolder(m_options.folder));
    m_folderDirty = false;
    return Done{};
}

/// Hides the records of the oldest sealed segment, removes its file, makes that durable, and only
/// then lets the next one go: a crash in between leaves no hole.
Result<std::uint64_t> LogImpl::removeOldest()
{
    MILLRACE_TRY(syncDirtyFolder());
    SealedPtr oldest;
    {
        const std::lock_guard guard(m_state);
        if (m_index.sealed().empty())
            return std::uint64_t{0};
        oldest = m_index.sealed().front();
        for (const auto &[shard, start] : behindOldest().starts) {
            Ordinal &hidden = m_hidden[shard];
            hidden = std::max(hidden, start.first);
        }
    }
    // A reader that found the segment just before still gets at it. One that cannot be opened
    // goes all the same.
    const auto held = m_files.hold(oldest->path, oldest->header.id);
    MILLRACE_TRY(m_fileSystem.remove(oldest->path));
    m_folderDirty = true;
    {
        const std::lock_guard guard(m_state);
        m_index.removeOldest();
    }
    MILLRACE_TRY(syncDirtyFolder());
    return oldest->fileBytes;
}

Result<bool> LogImpl::rewriteOne(std::uint64_t mostBytes)
{
    const std::lock_guard guard(m_maintenance);
    RewriteInput input;
    Path nextPath;
    {
        const std::lock_guard state(m_state);
        const auto &sealed = m_index.sealed();
        const auto found = std::find_if(sealed.begin(), sealed.end(), [&](const SealedPtr &s) {
            return s->header.form == SegmentForm::Appended && !s->damaged &&
                   s->fileBytes <= mostBytes && !m_unreadable.contains(s->header.number);
        });
        if (found == sealed.end())
            return false;
        input.segment = *found;
        nextPath = found + 1 == sealed.end() ? m_index.open().path : (*(found + 1))->path;
    }
    // Left as it is: rewriting would lose for good what cannot be read now.
    const auto leave = [&](const Problem &problem) {
        m_unreadable.insert(input.segment->header.number);
        if (m_log)
            m_log(problem);
        return true;
    };
    // Each producer's newest at the end of this segment is what the next one begins with.
    const auto nextFile = m_fileSystem.open(nextPath, OpenMode::Read);
    if (!nextFile && nextFile.error().code() == Code::NotFound)
        return leave(nextFile.error());
    if (!nextFile)
        return nextFile.error();
    auto nextHeader = readSegmentHeader(**nextFile);
    if (!nextHeader)
        return leave(std::move(nextHeader).error().at(nextPath));
    input.producers = std::move(nextHeader->producers);
    input.zstdLevel = m_options.zstdLevel;
    m_random.fill(std::as_writable_bytes(std::span(input.newId.bytes)));
    // The name leads to the new segment before the index does: readers in between need the old.
    const auto held = m_files.hold(input.segment->path, input.segment->header.id);
    if (!held && held.error().code() == Code::NotFound)
        return leave(held.error());
    if (!held)
        return held.error();
    auto rewritten = rewriteSegment(m_fileSystem, m_files, input);
    if (!rewritten) {
        if (rewritten.error().code() != Code::Corrupt)
            return std::move(rewritten).error();
        return leave(rewritten.error());
    }
    {
        const std::lock_guard state(m_state);
        m_index.replaceSealed(*std::move(rewritten));
    }
    // The old file is gone, whatever comes of the sync: it is made up for before the next remove.
    m_folderDirty = true;
    if (const auto synced = syncDirtyFolder(); !synced && m_log)
        m_log(synced.error());
    return true;
}

} // namespace millrace::log
