// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/log/block_search.h"
#include "core/log/recovery.h"
#include "core/log/segment_files.h"
#include "core/log/segment_header.h"

#include <algorithm>

namespace millrace::log {
namespace {

class FolderReader final : public LogReader, private BlockSearch
{
public:
    FolderReader(Path folder, FileSystem &fileSystem)
        : m_folder(std::move(folder))
        , m_fileSystem(fileSystem)
        , m_files(fileSystem)
    {}

    Status refresh() override
    {
        const auto numbers = listSegments(m_fileSystem, m_folder);
        if (!numbers)
            return numbers.error();
        if (!m_numbers.empty() && *numbers == m_numbers)
            return extend();
        return reread();
    }

    Status reread()
    {
        for (int attempt = 1;; ++attempt) {
            auto done = look();
            if (done || done.error().code() != Code::NotFound || attempt == kLookAgain)
                return done;
            if (!m_fileSystem.exists(m_folder))
                return done;
        }
    }

    const RecoveryReport &report() const override { return m_report; }

    std::vector<ShardIndex> shards() const override
    {
        std::vector<ShardIndex> out;
        for (const auto &[shard, end] : m_ends)
            out.push_back(shard);
        return out;
    }

    ShardBounds bounds(ShardIndex shard) const override
    {
        const auto &oldest = m_index.sealed().empty() ? m_index.open() : *m_index.sealed().front();
        ShardBounds bounds;
        bounds.trimHorizon = startOf(oldest.header, shard).first;
        if (const auto end = m_ends.find(shard); end != m_ends.end()) {
            bounds.end = end->second.first;
            if (end->second.arrival != kNoArrival)
                bounds.lastArrival = WallTime(std::chrono::milliseconds(end->second.arrival));
        }
        return bounds;
    }

    std::uint64_t damagedRecords(ShardIndex shard, Ordinal from) const override
    {
        const ShardBounds bounds = this->bounds(shard);
        from = std::max(from, bounds.trimHorizon);
        return bounds.end > from ? bounds.end - from - m_index.recordsFrom(shard, from) : 0;
    }

    Result<record::BatchPtr> read(ShardIndex shard, Ordinal at) override
    {
        return readOrdinal(shard, at);
    }
    Result<Ordinal> find(ShardIndex shard, WallTime time) override
    {
        return findArrival(shard, time);
    }
    Result<Ordinal> findSeqIx(ShardIndex shard, std::uint64_t seqIx) override
    {
        return findSequence(shard, seqIx);
    }

    std::vector<ProgressEntry> producers() const override
    {
        std::vector<ProgressEntry> out;
        for (const auto &[id, entry] : m_producers)
            out.push_back(entry);
        return out;
    }

private:
    /// Takes up the commits that were added to the last segment since: no more is read than those.
    Status extend()
    {
        const SealedSegment &open = m_index.open();
        const auto file = m_files.open(open.path, open.header.id);
        if (!file)
            return file.error();
        while (true) {
            const auto commit = readCommitAt(**file, open.header.id, m_end.position, m_buffer);
            if (!commit)
                return commit.error();
            if (!*commit || (*commit)->number != m_end.nextNumber)
                return m_end.nextNumber > 1 || isNamed(open) ? Done{} : reread();
            m_end = {m_end.position + (*commit)->sizeBytes, m_end.nextNumber + 1};
            for (const BlockEntry &block : (*commit)->blocks) {
                ShardStart &end = m_ends[block.shard];
                if (block.first < end.first)
                    return reread();
                m_index.add(block);
                end.first = block.end();
                end.arrival = block.lastArrival;
            }
            for (const ProgressEntry &entry : (*commit)->progress)
                m_producers.insert_or_assign(entry.producer, entry);
        }
    }

    /// A segment that could not be begun gives its name to the next try.
    bool isNamed(const SealedSegment &segment) const
    {
        const auto file = m_fileSystem.open(segment.path, OpenMode::Read);
        const auto header = file ? readSegmentHeader(**file) : Result<SegmentHeader>(file.error());
        return header && header->id == segment.header.id;
    }

    /// Reads the segments that are new, and the last one again. A segment known to be behind
    /// another is kept as read: a rewritten one holds the same records.
    Status look()
    {
        // Before the segments: beside a running engine a later one may be ahead of them.
        const auto note = readEndNote(m_fileSystem, m_folder);
        if (!note)
            return note.error();
        const auto numbers = listSegments(m_fileSystem, m_folder);
        if (!numbers)
            return numbers.error();
        std::map<SegmentNumber, ContentPtr> kept;
        std::vector<ContentPtr> contents;
        for (const SegmentNumber number : *numbers) {
            const bool last = number == numbers->back();
            const auto known = m_contents.find(number);
            ContentPtr content;
            if (!last && known != m_contents.end()) {
                content = known->second;
            } else {
                auto read =
                    readSegment(m_fileSystem, m_folder, number, {}, unreadableIn(!last), m_buffer);
                if (!read)
                    return std::move(read).error();
                content = *std::move(read);
            }
            if (last && content->empty)
                continue; // the engine is just writing its header
            if (!last)
                kept[number] = content;
            contents.push_back(std::move(content));
        }
        auto loaded = assembleLog(m_fileSystem, m_folder, contents, *note);
        if (!loaded)
            return std::move(loaded).error();
        m_contents = std::move(kept);
        // Looked at as a whole again as long as the last segment has no header or is damaged.
        m_numbers.clear();
        if (contents.size() == numbers->size() && !contents.empty() &&
            !contents.back()->headerDamage)
            m_numbers = *numbers;
        m_end = contents.empty() ? WalkPoint{} : contents.back()->walk.end;
        m_report = std::move(loaded->report);
        m_ends = std::move(loaded->ends);
        m_producers = std::move(loaded->producers);
        m_index = LogIndex();
        for (std::size_t i = 0; i < loaded->segments.size(); ++i) {
            SealedSegment &segment = loaded->segments[i].segment;
            if (i + 1 < loaded->segments.size())
                m_index.addSealed(std::make_shared<SealedSegment>(std::move(segment)));
            else
                m_index.setOpen(segment.header, segment.path, std::move(segment.index));
        }
        return Done{};
    }

    std::optional<BlockRef> look(ShardIndex shard, const Look &look) override
    {
        return look(m_index, bounds(shard));
    }
    ShardBounds boundsNow(ShardIndex shard) const override { return bounds(shard); }

    Result<record::BatchPtr> readRef(const BlockRef &ref) override
    {
        const auto file = m_files.open(ref.path, ref.segmentId);
        if (file)
            return readBlock(**file, ref.segmentId, m_index.open().header.stream, ref.entry,
                             unreadableIn(ref.sealed));
        if (file.error().code() != Code::NotFound)
            return file.error();
        return Problem(Code::Corrupt, {{"what", "a segment"}, {"reason", "its file is gone"}},
                       ref.path);
    }

    /// Rewritten or expired since it was read? Then another file holds it, or none.
    Status lookAgain(const BlockRef &ref) override
    {
        m_files.forget(ref.segmentId);
        m_contents.clear();
        return reread();
    }

    void reportDamage(const BlockRef &, const Problem &) override {} // whoever reads is told

    const Path m_folder;
    FileSystem &m_fileSystem;
    SegmentFiles m_files;
    std::vector<SegmentNumber> m_numbers;           ///< of the folder when it was last read
    WalkPoint m_end;                                ///< of the last segment
    std::map<SegmentNumber, ContentPtr> m_contents; ///< of all segments but the last
    Bytes m_buffer;
    RecoveryReport m_report;
    LogIndex m_index;
    ShardStarts m_ends;
    Producers m_producers;
};

} // namespace

Result<std::unique_ptr<LogReader>> LogReader::open(const Path &folder, FileSystem &fileSystem)
{
    auto reader = std::make_unique<FolderReader>(folder, fileSystem);
    MILLRACE_TRY(reader->refresh());
    return std::unique_ptr<LogReader>(std::move(reader));
}

} // namespace millrace::log
