// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/recovery.h"

#include "core/base/problem_codes.h"
#include "core/log/footer.h"
#include "core/log/log_index.h"

#include <algorithm>
#include <tuple>

namespace millrace::log {
namespace {

std::string text(FilePos position)
{
    return std::to_string(position.value);
}

Problem rangeProblem(Code code, const Path &path, FileRange range, std::string reason = {})
{
    return Problem(
        code, {{"from", text(range.begin)}, {"to", text(range.end)}, {"reason", std::move(reason)}},
        path);
}

/// Records from `from` on and before `to`.
Problem gapProblem(ShardIndex shard, Ordinal from, Ordinal to, const Path &place)
{
    return Problem(Code::LogGap,
                   {{"from", std::to_string(from.value)},
                    {"to", std::to_string(to.value - 1)},
                    {"shard", std::to_string(shard.value)}},
                   place + ": shard " + std::to_string(shard.value));
}

std::string reasonOf(const Problem &problem)
{
    const auto reason = problem.argument("reason");
    return reason.empty() ? problem.text() : std::string(reason);
}

void applyProgress(Producers &producers, const std::vector<ProgressEntry> &entries)
{
    for (const ProgressEntry &entry : entries)
        producers.insert_or_assign(entry.producer, entry);
}

/// Reads the blocks of a segment whose header is whole: from its footer, else commit by commit.
Status readBlocks(const File &file, SegmentContent &content, Unreadable unreadable, Bytes &buffer)
{
    if (content.header.form == SegmentForm::Rewritten) {
        auto footer = readFooter(file, content.fileBytes, content.header.id);
        if (footer) {
            content.walk.blocks = std::move(footer->blocks);
            content.walk.end = {footer->position, footer->commits + 1ULL};
            return Done{};
        }
        if (footer.error().code() == Code::Io && unreadable == Unreadable::Refused)
            return std::move(footer).error();
        content.problems.push_back(rangeProblem(
            Code::DamagedFooter, content.path,
            {FilePos(content.fileBytes), FilePos(content.fileBytes)}, reasonOf(footer.error())));
    }
    auto walk = walkSegment(file, content.header.id, {FilePos(content.header.sizeBytes), 1},
                            unreadable, buffer);
    if (!walk)
        return std::move(walk).error();
    content.walk = *std::move(walk);
    content.walked = true;
    return Done{};
}

/// Reads a segment without a header: from its first whole commit on.
Status readHeaderless(const File &file, SegmentContent &content, Unreadable unreadable,
                      Bytes &buffer)
{
    const auto found = findFirstCommit(file, unreadable, buffer);
    if (!found)
        return found.error();
    if (!*found) {
        content.empty = true;
        return Done{};
    }
    content.header.id = (*found)->segmentId;
    auto walk = walkSegment(file, content.header.id, (*found)->at, unreadable, buffer);
    if (!walk)
        return std::move(walk).error();
    content.walk = *std::move(walk);
    content.walked = true;
    if ((*found)->at.nextNumber > 1)
        content.walk.damaged.insert(content.walk.damaged.begin(),
                                    {FilePos(kHeaderAlignment), (*found)->at.position});
    return Done{};
}

/// Keeps of a segment's blocks what continues `starts` and stays below `limit`; says what is
/// missing.
class BlockSorter
{
public:
    BlockSorter(const SegmentContent &content, const ShardStarts &starts, const SegmentHeader *next,
                RecoveryReport &report)
        : m_content(content)
        , m_starts(starts)
        , m_next(next)
        , m_report(report)
    {}

    SegmentIndex sort()
    {
        std::map<ShardIndex, std::vector<BlockEntry>> byShard;
        for (const BlockEntry &entry : m_content.walk.blocks)
            byShard[entry.shard].push_back(entry);
        if (m_next != nullptr) {
            for (const auto &[shard, start] : m_next->starts)
                byShard[shard]; // records may be missing where no block is left
        }
        for (auto &[shard, blocks] : byShard)
            sortShard(shard, blocks);
        return std::move(m_index);
    }
    /// Records that should stand here do not.
    bool lacks() const { return m_lacks; }

private:
    void sortShard(ShardIndex shard, const std::vector<BlockEntry> &blocks)
    {
        const auto start = m_starts.find(shard);
        Ordinal expected = start == m_starts.end() ? Ordinal() : start->second.first;
        const Ordinal limit = m_next == nullptr ? Ordinal(~0ULL) : startOf(*m_next, shard).first;
        for (const BlockEntry &block : blocks) {
            if (block.end() > limit)
                continue;
            if (block.first < expected) {
                m_report.problems.push_back(rangeProblem(
                    Code::DamagedRange, m_content.path,
                    {block.position, block.position + block.fileBytes()}, "out of order"));
                continue;
            }
            gap(shard, expected, block.first);
            m_index.add(block);
            expected = block.end();
        }
        if (m_next != nullptr)
            gap(shard, expected, limit);
    }
    void gap(ShardIndex shard, Ordinal from, Ordinal to)
    {
        if (from >= to)
            return;
        m_report.problems.push_back(gapProblem(shard, from, to, m_content.path));
        m_lacks = true;
    }

    const SegmentContent &m_content;
    const ShardStarts &m_starts;
    const SegmentHeader *m_next;
    RecoveryReport &m_report;
    SegmentIndex m_index;
    bool m_lacks = false;
};

/// Moves `ends` behind the blocks of a segment. The first free seqIx stands only in the records.
Status advance(FileSystem &fileSystem, const SealedSegment &segment, Unreadable unreadable,
               ShardStarts &ends)
{
    std::unique_ptr<File> file;
    for (const auto &[shard, blocks] : segment.index.shards()) {
        ShardStart &end = ends[shard];
        end.first = blocks.back().end();
        end.arrival = blocks.back().lastArrival;
        end.nextSeqIx = std::max(end.nextSeqIx, blocks.back().firstSeqIx + blocks.back().count);
        if (!file) {
            auto opened = fileSystem.open(segment.path, OpenMode::Read);
            if (!opened)
                return std::move(opened).error();
            file = *std::move(opened);
        }
        const auto batch =
            readBlock(*file, segment.header.id, segment.header.stream, blocks.back(), unreadable);
        if (batch)
            end.nextSeqIx = (*batch)->seqIx((*batch)->count() - 1) + 1;
        else if (batch.error().code() != Code::Corrupt)
            return batch.error();
    }
    return Done{};
}

/// Progress in the commits of a segment whose blocks came from its footer.
Result<std::vector<ProgressEntry>>
walkForProgress(FileSystem &fileSystem, const SegmentContent &content, Unreadable unreadable)
{
    auto file = fileSystem.open(content.path, OpenMode::Read);
    if (!file)
        return std::move(file).error();
    Bytes buffer;
    auto walk = walkSegment(**file, content.header.id, {FilePos(content.header.sizeBytes), 1},
                            unreadable, buffer);
    if (!walk)
        return std::move(walk).error();
    return std::move(walk->progress);
}

/// What stood when the log was closed and stands no more is lost, and what is appended now must not
/// take its place: readers may have passed it.
void applyNote(const SegmentHeader &note, const Path &folder, LoadedLog &log)
{
    log.noted = note.starts;
    for (const auto &[shard, noted] : note.starts) {
        ShardStart &end = log.ends[shard];
        if (noted.first <= end.first)
            continue;
        log.report.problems.push_back(gapProblem(shard, end.first, noted.first, folder));
        end = noted;
        log.cutShort = true;
    }
    if (!log.cutShort)
        return;
    // Who opened anew since then may have stood behind the note, and stands in what was found.
    for (const auto &[id, entry] : note.producers) {
        const auto [found, missing] = log.producers.try_emplace(id, entry);
        if (!missing && found->second.epoch <= entry.epoch)
            found->second = entry;
    }
    // The torn tail is what is left of the records that are missing.
    if (!log.segments.empty() && log.segments.back().tail)
        log.segments.back().segment.damaged = true;
}

} // namespace

Result<record::BatchPtr> readBlock(const File &file, const Uuid &segmentId,
                                   const StreamUuid &stream, const BlockEntry &entry,
                                   Unreadable unreadable)
{
    thread_local Bytes stored; // a block is read as often as a million times a second
    stored.resize(static_cast<std::size_t>(entry.fileBytes()));
    auto got = file.readAt(entry.position, stored);
    if (!got && unreadable == Unreadable::Damage) {
        got = file.readAt(entry.position, stored);
        if (!got && got.error().code() == Code::Io)
            return Problem(Code::Corrupt,
                           {{"what", "the block"}, {"reason", reasonOf(got.error())}});
    }
    if (!got)
        return got.error();
    auto batch = decodeBlock(ByteView(stored).first(*got), segmentId, stream);
    if (!batch && batch.error().code() == Code::Truncated)
        return Problem(Code::Corrupt,
                       {{"what", "the block"}, {"reason", "the file ends before it"}});
    if (batch && ((*batch)->firstOrdinal() != entry.first || (*batch)->count() != entry.count ||
                  (*batch)->shard() != entry.shard))
        return Problem(Code::Corrupt, {{"what", "the block"}, {"reason", "it is another one"}});
    return batch;
}

Result<std::vector<SegmentNumber>> listSegments(FileSystem &fileSystem, const Path &folder)
{
    const auto names = fileSystem.list(folder);
    if (!names)
        return names.error();
    std::vector<SegmentNumber> numbers;
    for (const auto &name : *names) {
        if (const auto number = segmentNumber(name))
            numbers.push_back(*number);
    }
    return numbers; // names are sorted and have a fixed width
}

Result<bool> holdsSegments(FileSystem &fileSystem, const Path &folder)
{
    const auto numbers = listSegments(fileSystem, folder);
    if (!numbers)
        return numbers.error();
    return !numbers->empty();
}

Result<ContentPtr> readSegment(FileSystem &fileSystem, const Path &folder, SegmentNumber number,
                               const StreamUuid &stream, Unreadable unreadable, Bytes &buffer)
{
    auto content = std::make_shared<SegmentContent>();
    content->number = number;
    content->path = segmentPath(folder, number);
    auto file = fileSystem.open(content->path, OpenMode::Read);
    if (!file)
        return std::move(file).error();
    const auto info = (*file)->info();
    if (!info)
        return info.error();
    content->fileBytes = info->sizeBytes;
    auto header = readSegmentHeader(**file);
    if (header && header->number != number)
        header = Problem(Code::Corrupt, {{"what", "the segment header"},
                                         {"reason", "it names another segment number"}});
    if (header) {
        content->header = *std::move(header);
        if (!stream.isNull() && content->header.stream != stream)
            return Problem(
                Code::ForeignLog,
                {{"found", content->header.stream.toString()}, {"wanted", stream.toString()}},
                content->path);
        MILLRACE_TRY(readBlocks(**file, *content, unreadable, buffer));
    } else {
        const Code code = header.error().code();
        const bool unread = code == Code::Io && unreadable == Unreadable::Damage;
        if (code != Code::Corrupt && code != Code::Truncated && !unread)
            return std::move(header).error().at(content->path);
        content->header.number = number;
        content->header.stream = stream;
        content->headerDamage =
            rangeProblem(Code::DamagedHeader, content->path,
                         {FilePos(0), FilePos(kHeaderAlignment)}, reasonOf(header.error()));
        MILLRACE_TRY(readHeaderless(**file, *content, unreadable, buffer));
        // Commits come only behind a whole header: beside a running engine it was read too early.
        const auto again = readSegmentHeader(**file);
        if (!content->empty && again && again->number == number)
            return readSegment(fileSystem, folder, number, stream, unreadable, buffer);
    }
    for (const FileRange &range : content->walk.damaged)
        content->problems.push_back(rangeProblem(Code::DamagedRange, content->path, range));
    return ContentPtr(std::move(content));
}

Result<LoadedLog> assembleLog(FileSystem &fileSystem, const Path &folder,
                              std::span<const ContentPtr> segments,
                              const std::optional<SegmentHeader> &note)
{
    LoadedLog log;
    RecoveryReport &report = log.report;
    StreamUuid stream;
    std::map<std::string, std::pair<ProgressEntry, WallTime>> headers;
    for (const auto &content : segments) {
        if (!content->header.stream.isNull())
            stream = content->header.stream;
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const SegmentContent &content = *segments[i];
        const SegmentContent *next = i + 1 < segments.size() ? segments[i + 1].get() : nullptr;
        const SegmentHeader *nextHeader =
            next != nullptr && !next->headerDamage ? &next->header : nullptr;
        ++report.segments;
        report.walkedBytes += content.walk.walkedBytes;
        if (content.headerDamage) {
            report.problems.push_back(*content.headerDamage);
        } else {
            log.producers = content.header.producers;
            for (const auto &[id, entry] : content.header.producers) {
                auto &[newest, since] = headers[id];
                if (newest != entry)
                    std::tie(newest, since) = std::tuple(entry, content.header.begun);
            }
            log.ends = content.header.starts;
        }
        report.problems.insert(report.problems.end(), content.problems.begin(),
                               content.problems.end());
        if (next != nullptr && next->number != content.number.next())
            report.problems.push_back(Problem(Code::SegmentMissing,
                                              {{"from", std::to_string(content.number.value + 1)},
                                               {"to", std::to_string(next->number.value - 1)}},
                                              folder));

        LoadedLog::Segment loaded;
        SealedSegment &segment = loaded.segment;
        segment.header = content.header;
        segment.header.producers.clear();
        segment.header.stream = stream;
        segment.header.starts = log.ends;
        segment.path = content.path;
        segment.fileBytes = content.fileBytes;
        segment.damaged = content.headerDamage.has_value() || !content.problems.empty();
        // The next header tells what counts only when it is that of the very next segment.
        const bool adjacent = next != nullptr && next->number == content.number.next();
        BlockSorter sorter(content, log.ends, adjacent ? nextHeader : nullptr, report);
        segment.index = sorter.sort();
        loaded.end = content.walk.end;
        loaded.tail = content.walk.tail.has_value();
        segment.damaged = segment.damaged || (loaded.tail && sorter.lacks());
        if (nextHeader == nullptr) {
            const Unreadable unreadable = unreadableIn(next != nullptr);
            MILLRACE_TRY(advance(fileSystem, segment, unreadable, log.ends));
            if (content.walked) {
                applyProgress(log.producers, content.walk.progress);
            } else if (!content.empty) {
                auto progress = walkForProgress(fileSystem, content, unreadable);
                if (!progress)
                    return std::move(progress).error();
                applyProgress(log.producers, *progress);
            }
        }
        log.segments.push_back(std::move(loaded));
    }
    if (note && (stream.isNull() || note->stream == stream))
        applyNote(*note, folder, log);
    for (const auto &[id, entry] : log.producers) {
        const auto found = headers.find(id);
        if (found != headers.end() && found->second.first == entry)
            log.heardBefore[id] = found->second.second;
    }
    return log;
}

Result<LoadedLog> recoverLog(FileSystem &fileSystem, const Path &folder, const StreamUuid &stream)
{
    const auto names = fileSystem.list(folder);
    if (!names)
        return names.error();
    for (const auto &name : *names) {
        if (name.ends_with(".rewrite"))
            MILLRACE_TRY(fileSystem.remove(joinPath(folder, name)));
    }
    const auto note = readEndNote(fileSystem, folder);
    if (!note)
        return note.error();
    auto numbers = listSegments(fileSystem, folder);
    if (!numbers)
        return std::move(numbers).error();
    Bytes buffer;
    std::vector<ContentPtr> contents;
    for (const SegmentNumber number : *numbers) {
        auto content = readSegment(fileSystem, folder, number, stream,
                                   unreadableIn(number != numbers->back()), buffer);
        if (!content)
            return std::move(content).error();
        contents.push_back(*std::move(content));
    }
    if (!contents.empty() && contents.back()->empty) {
        // Begun and not finished: its header is no promise yet. Unless a commit was written, which
        // happens only behind a durable header: that is damage, and kept.
        const auto file = fileSystem.open(contents.back()->path, OpenMode::Read);
        if (!file)
            return file.error();
        const auto begun = holdsCommitMagic(**file, buffer);
        if (!begun)
            return begun.error();
        if (!*begun) {
            MILLRACE_TRY(fileSystem.remove(contents.back()->path));
            contents.pop_back();
            // The one before is the last now, and nothing tells any more what it should hold.
            if (!contents.empty() && !contents.back()->walk.damaged.empty()) {
                auto again = readSegment(fileSystem, folder, contents.back()->number, stream,
                                         Unreadable::Refused, buffer);
                if (!again)
                    return std::move(again).error();
                contents.back() = *std::move(again);
            }
        }
    }
    if (!contents.empty()) {
        const auto file = fileSystem.open(contents.back()->path, OpenMode::ReadWrite);
        if (!file)
            return file.error();
        MILLRACE_TRY((*file)->sync());
    }
    MILLRACE_TRY(fileSystem.syncFolder(folder));
    // It may have been made by a process that was killed before it synced its name.
    MILLRACE_TRY(fileSystem.syncFolder(parentPath(folder)));
    auto log = assembleLog(fileSystem, folder, contents, *note);
    if (log && !contents.empty() && contents.back()->walk.tail)
        log->report.problems.push_back(
            rangeProblem(log->cutShort ? Code::DamagedRange : Code::TornTail, contents.back()->path,
                         *contents.back()->walk.tail));
    return log;
}

} // namespace millrace::log
