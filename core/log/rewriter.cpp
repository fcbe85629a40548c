// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/rewriter.h"

#include "core/base/problem_codes.h"
#include "core/log/block_encoder.h"
#include "core/log/commit_codec.h"
#include "core/log/footer.h"
#include "core/log/recovery.h"

#include <fmt/format.h>
#include <optional>

namespace millrace::log {
namespace {

constexpr std::size_t kRewrittenBlockBytes = 256U << 10U;
constexpr std::size_t kWriteBytes = 4U << 20U;

/// One rewriting. Commits of one block each are written one behind: the last one also carries the
/// producers' progress.
class Rewriting
{
public:
    Rewriting(FileSystem &fileSystem, SegmentFiles &files, const RewriteInput &input)
        : m_fileSystem(fileSystem)
        , m_files(files)
        , m_input(input)
        , m_old(*input.segment)
        , m_encoder(m_old.header.stream, input.zstdLevel)
        , m_temporary(m_old.path + ".rewrite")
    {}

    Result<SealedPtr> run()
    {
        auto done = write();
        if (!done) {
            if (const auto removed = m_fileSystem.removeAll(m_temporary); !removed)
                return removed.error();
            return std::move(done).error();
        }
        MILLRACE_TRY(m_fileSystem.rename(m_temporary, m_old.path));
        auto made = std::make_shared<SealedSegment>();
        made->header = m_header;
        made->path = m_old.path;
        made->fileBytes = m_position.value;
        for (const BlockEntry &entry : m_footer.blocks)
            made->index.add(entry);
        return SealedPtr(std::move(made));
    }

private:
    Status write()
    {
        MILLRACE_TRY(m_fileSystem.removeAll(m_temporary));
        auto file = m_fileSystem.open(m_temporary, OpenMode::CreateNew);
        if (!file)
            return std::move(file).error();
        m_file = *std::move(file);
        m_header = m_old.header;
        m_header.id = m_input.newId;
        m_header.form = SegmentForm::Rewritten;
        const auto old = m_files.open(m_old.path, m_old.header.id);
        if (!old)
            return old.error();
        auto source = readSegmentHeader(**old);
        if (!source)
            return Problem(Code::Corrupt,
                           {{"what", "the segment header"}, {"reason", source.error().text()}},
                           m_old.path);
        m_header.producers = std::move(source->producers);
        auto header = encodeSegmentHeader(m_header);
        m_header.producers.clear();
        if (!header)
            return std::move(header).error();
        m_out = *std::move(header);
        for (const auto &[shard, blocks] : m_old.index.shards())
            MILLRACE_TRY(rewriteShard(shard, blocks));
        MILLRACE_TRY(writePending(true));
        m_footer.position = m_position + m_out.size();
        const Bytes footer = encodeFooter(m_footer, m_header.id);
        m_out.insert(m_out.end(), footer.begin(), footer.end());
        MILLRACE_TRY(flush());
        return m_file->sync();
    }

    Status rewriteShard(ShardIndex shard, std::span<const BlockEntry> blocks)
    {
        auto file = m_files.open(m_old.path, m_old.header.id);
        if (!file)
            return std::move(file).error();
        std::vector<record::BatchPtr> batches;
        std::size_t raw = 0;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            auto batch = readBlock(**file, m_old.header.id, m_old.header.stream, blocks[i],
                                   Unreadable::Damage);
            if (!batch)
                return std::move(batch).error().at(
                    fmt::format("{} @ byte {}", m_old.path, blocks[i].position.value));
            batches.push_back(*std::move(batch));
            raw += blocks[i].rawBytes;
            const bool contiguous = i + 1 < blocks.size() && blocks[i + 1].first == blocks[i].end();
            if (contiguous && raw < kRewrittenBlockBytes)
                continue;
            MILLRACE_TRY(rewriteRun(shard, batches));
            batches.clear();
            raw = 0;
        }
        return Done{};
    }

    Status rewriteRun(ShardIndex shard, const std::vector<record::BatchPtr> &batches)
    {
        std::vector<RowRun> runs;
        std::size_t rows = 0;
        for (const auto &batch : batches) {
            RowRun run;
            run.batch = batch.get();
            run.all = true;
            run.keepPlaces = true;
            runs.push_back(run);
            rows += batch->count();
        }
        const Ordinal first = batches.front()->firstOrdinal();
        for (std::size_t taken = 0; taken < rows;) {
            MILLRACE_TRY(writePending(false));
            m_block.clear();
            m_pending = m_encoder
                            .append(m_block, m_header.id, shard, first + taken, runs, taken,
                                    kRewrittenBlockBytes)
                            .entry;
        }
        return Done{};
    }

    /// Writes the commit of the block that waits, or of progress alone when none does.
    Status writePending(bool last)
    {
        Commit commit;
        if (last) {
            for (const auto &[id, entry] : m_input.producers)
                commit.progress.push_back(entry);
        }
        if (!m_pending && commit.progress.empty())
            return Done{};
        Bytes bytes(commitHeaderBytes(commit.progress));
        if (m_pending) {
            m_pending->position = m_position + (m_out.size() + bytes.size());
            commit.blocks.push_back(*m_pending);
            m_footer.blocks.push_back(*m_pending);
            bytes.insert(bytes.end(), m_block.begin(), m_block.end());
            m_pending.reset();
        }
        commit.number = ++m_footer.commits;
        commit.time = m_header.begun;
        putCommitHeader(bytes, m_header.id, commit);
        m_out.insert(m_out.end(), bytes.begin(), bytes.end());
        return m_out.size() >= kWriteBytes ? flush() : Status(Done{});
    }

    Status flush()
    {
        MILLRACE_TRY(m_file->writeAt(m_position, m_out));
        m_position = m_position + m_out.size();
        m_out.clear();
        return Done{};
    }

    FileSystem &m_fileSystem;
    SegmentFiles &m_files;
    const RewriteInput &m_input;
    const SealedSegment &m_old;
    BlockEncoder m_encoder;
    Path m_temporary;
    std::unique_ptr<File> m_file;
    SegmentHeader m_header;
    Footer m_footer;
    FilePos m_position; ///< of m_out in the file
    Bytes m_out;
    std::optional<BlockEntry> m_pending; ///< encoded in m_block, not yet in a commit
    Bytes m_block;
};

} // namespace

Result<SealedPtr> rewriteSegment(FileSystem &fileSystem, SegmentFiles &files,
                                 const RewriteInput &input)
{
    return Rewriting(fileSystem, files, input).run();
}

} // namespace millrace::log
