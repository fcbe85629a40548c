// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/log_impl.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::log {
namespace {

/// What one commit takes off the queue, so that a burst does not make one endless write.
constexpr std::uint64_t kMaxCommitBytes = 32U << 20U;

std::uint64_t payloadBytes(const Append &append)
{
    std::uint64_t sum = 0;
    for (const ShardRows &rows : append.shards) {
        if (!rows.batch)
            continue;
        if (rows.rows.empty()) {
            sum += rows.batch->dataBytes() + rows.batch->keyBytes();
            continue;
        }
        for (const std::uint32_t row : rows.rows) {
            if (row < rows.batch->count())
                sum += rows.batch->data(row).size() + rows.batch->key(row).size();
        }
    }
    return sum;
}

} // namespace

LogImpl::LogImpl(const LogOptions &options, FileSystem &fileSystem, Clock &clock,
                 RandomSource &random, LogSink log)
    : m_options(options)
    , m_fileSystem(fileSystem)
    , m_clock(clock)
    , m_random(random)
    , m_log(std::move(log))
    , m_cache(options.cacheBytes)
    , m_files(fileSystem)
    , m_former(options.stream, options.zstdLevel)
    , m_limits(options)
{}

Result<std::unique_ptr<Log>> Log::open(const LogOptions &options, FileSystem &fileSystem,
                                       Clock &clock, RandomSource &random, LogSink log)
{
    auto made = std::make_unique<LogImpl>(options, fileSystem, clock, random, std::move(log));
    MILLRACE_TRY(made->recover());
    return std::unique_ptr<Log>(std::move(made));
}

Status LogImpl::recover()
{
    MILLRACE_TRY(load());
    // What grew too old while nobody looked is gone before the first reader comes. A block that
    // cannot be read now keeps no log from opening; expire() tries again.
    if (const auto hidden = hideExpired(); !hidden && m_log)
        m_log(hidden.error());
    return Done{};
}

/// Takes up what recovery finds in the folder.
Status LogImpl::load()
{
    MILLRACE_TRY(m_fileSystem.makeFolders(m_options.folder));
    auto loaded = recoverLog(m_fileSystem, m_options.folder, m_options.stream);
    if (!loaded)
        return std::move(loaded).error();
    m_recovery = std::move(loaded->report);
    if (m_log) {
        for (const Problem &problem : m_recovery.problems)
            m_log(problem);
    }
    m_ends = std::move(loaded->ends);
    m_producers = std::move(loaded->producers);
    for (const auto &[id, entry] : m_producers) {
        const auto before = loaded->heardBefore.find(id);
        hear(id, before == loaded->heardBefore.end() ? m_clock.wall() : before->second);
    }
    m_header.stream = m_options.stream;
    m_noted = std::move(loaded->noted);
    if (loaded->segments.empty()) {
        m_allLost = loaded->cutShort;
        return beginOrWait();
    }
    auto &last = loaded->segments.back();
    for (std::size_t i = 0; i + 1 < loaded->segments.size(); ++i)
        m_index.addSealed(std::make_shared<SealedSegment>(std::move(loaded->segments[i].segment)));
    m_header = last.segment.header;
    m_header.stream = m_options.stream;
    auto writer = SegmentWriter::resume(m_fileSystem, last.segment.path, last.end);
    if (!writer)
        return std::move(writer).error();
    m_writer = *std::move(writer);
    const bool goesOn = !last.tail && !loaded->cutShort && !last.segment.damaged &&
                        last.segment.header.form == SegmentForm::Appended;
    const bool keepAsIs = last.segment.damaged || m_header.form != SegmentForm::Appended;
    m_index.setOpen(last.segment.header, last.segment.path, std::move(last.segment.index));
    m_openBytes = m_writer->fileBytes();
    if (goesOn)
        return Done{};
    m_writer->retire();
    if (keepAsIs) {
        // What stands there is not cut and not rewritten: somebody may be able to mend it.
        m_openDamaged = true;
        m_writer.reset();
    }
    return beginOrWait();
}

/// A full disk keeps nobody from reading; the first commit tries to begin the segment again.
Status LogImpl::beginOrWait()
{
    auto begun = beginSegment();
    if (begun || begun.error().code() != Code::DiskFull)
        return begun;
    if (m_log)
        m_log(begun.error());
    return Done{};
}

void LogImpl::hear(const std::string &producer, WallTime at)
{
    if (!m_options.passingProducers.empty() && producer.starts_with(m_options.passingProducers))
        m_heard.insert_or_assign(producer, at);
}

/// Clients come and go: every one that ever put would stand in every header from then on.
void LogImpl::forgetProducers()
{
    const std::chrono::milliseconds retention = limits().retention;
    if (retention == std::chrono::milliseconds::max())
        return;
    const WallTime now = m_clock.wall();
    const std::lock_guard guard(m_state);
    std::erase_if(m_heard, [&](const auto &heard) {
        const bool old = now - heard.second > retention;
        if (old)
            m_producers.erase(heard.first);
        return old;
    });
}

/// Seals the open segment, if there is one, and begins the next.
Status LogImpl::beginSegment()
{
    forgetProducers();
    if (m_allLost) {
        // What a segment lacks before the next one is known to be missing; what lies below the
        // first one counts as expired.
        MILLRACE_TRY(beginSegmentAt({}));
        m_allLost = false;
    }
    return beginSegmentAt(m_ends);
}

Status LogImpl::beginSegmentAt(const ShardStarts &starts)
{
    SegmentHeader header;
    m_random.fill(std::as_writable_bytes(std::span(header.id.bytes)));
    header.stream = m_options.stream;
    header.number = m_header.number.next();
    header.begun = m_clock.wall();
    header.starts = starts;
    header.producers = m_producers;
    // Once its header is written it may be durable, whatever comes then, and it leaves out what
    // would be committed to this segment from now on.
    if (m_writer)
        m_writer->retire();
    auto writer = SegmentWriter::begin(m_fileSystem, m_options.folder, header);
    if (!writer)
        return std::move(writer).error();
    header.producers.clear();
    turnTo(*std::move(writer), std::move(header));
    return Done{};
}

/// The segment that was open is sealed. When memory gives out here the process ends, as behind the
/// write of a commit: what was durable and is not in memory is found by recovery.
void LogImpl::turnTo(std::unique_ptr<SegmentWriter> writer, SegmentHeader header) noexcept
{
    SealedPtr sealed;
    if (m_header.number.value > 0) {
        std::uint64_t fileBytes = m_openBytes;
        if (m_writer) {
            // A refused commit is behind the end of a segment that is not written any more: the
            // new header leaves it out, and it goes.
            if (const auto cut = m_writer->cut(); !cut && m_log)
                m_log(cut.error());
            fileBytes = m_writer->fileBytes();
        }
        auto segment = std::make_shared<SealedSegment>(m_index.open());
        segment->fileBytes = fileBytes;
        segment->damaged = m_openDamaged;
        sealed = std::move(segment);
    }
    m_writer = std::move(writer);
    m_header = std::move(header);
    m_openDamaged = false;
    const std::lock_guard guard(m_state);
    if (sealed)
        m_index.addSealed(std::move(sealed));
    m_index.setOpen(m_header, segmentPath(m_options.folder, m_header.number));
    m_openBytes = m_writer->fileBytes();
}

Status LogImpl::ensureSegment()
{
    if (!m_writer)
        return beginSegment();
    return m_writer->usable() && !isDue() ? Done{} : beginSegment();
}

/// Whether the open segment holds commits and is as large or old as a segment may be.
bool LogImpl::isDue() const
{
    const LogLimits limit = limits();
    return m_writer->end().nextNumber > 1 &&
           (m_writer->end().position.value >= limit.segmentBytes ||
            m_clock.wall() - m_header.begun >= limit.segmentAge);
}

void LogImpl::append(Append append)
{
    Queued queued;
    queued.bytes = payloadBytes(append);
    queued.append = std::move(append);
    const std::lock_guard guard(m_queueMutex);
    m_queuedBytes += queued.bytes;
    m_queue.push_back(std::move(queued));
}

std::uint64_t LogImpl::queuedBytes() const
{
    const std::lock_guard guard(m_queueMutex);
    return m_queuedBytes;
}

/// A segment goes whole: where it is to be small, so is what may come behind its size.
std::uint64_t LogImpl::commitBytes() const
{
    return std::min(kMaxCommitBytes, limits().segmentBytes / 2);
}

std::vector<LogImpl::Queued> LogImpl::takeQueue()
{
    const std::uint64_t most = commitBytes();
    const std::lock_guard guard(m_queueMutex);
    std::uint64_t bytes = 0;
    auto end = m_queue.begin();
    while (end != m_queue.end() && (end == m_queue.begin() || bytes + end->bytes <= most))
        bytes += (end++)->bytes;
    std::vector<Queued> taken(std::make_move_iterator(m_queue.begin()),
                              std::make_move_iterator(end));
    m_queue.erase(m_queue.begin(), end);
    m_queuedBytes -= bytes;
    return taken;
}

bool LogImpl::commit()
{
    std::vector<Queued> taken;
    std::vector<Answer> answers;
    {
        const std::lock_guard guard(m_commit);
        taken = takeQueue();
        if (taken.empty())
            return false;
        answers.assign(taken.size(), std::vector<Placed>{});
        if (const auto written = write(taken, answers); !written) {
            for (auto &answer : answers) {
                if (answer)
                    answer = written.error();
            }
        }
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (!taken[i].append.done)
            continue;
        try {
            taken[i].append.done(std::move(answers[i]));
        } catch (const std::exception &exception) {
            // Whoever stands behind it waits for an answer as well.
            if (m_log)
                m_log(Problem(Code::InternalError,
                              {{"where", "answering a put"}, {"reason", exception.what()}}));
        }
    }
    return true;
}

/// Forms one commit of what was taken and writes it. Memory may give out before the bytes are in
/// the file: then nothing of it stands, and whoever waits is told.
Status LogImpl::write(const std::vector<Queued> &taken, std::vector<Answer> &answers)
{
    ByteView bytes;
    try {
        m_former.begin(m_ends, m_producers);
        for (std::size_t i = 0; i < taken.size(); ++i)
            answers[i] = m_former.add(taken[i].append);
        if (m_former.empty())
            return Done{};
        MILLRACE_TRY(ensureSegment());
        bytes = m_former.encode(m_header.id, m_writer->end(), m_clock.wall());
    } catch (const std::exception &exception) {
        return Problem(Code::InternalError,
                       {{"where", "forming a commit"}, {"reason", exception.what()}});
    }
    auto written = m_writer->append(bytes, limits().segmentBytes);
    if (!written) {
        // The next segment's header is what makes the refusal last, so it comes before the answer.
        // When it cannot be begun now, the next commit tries again.
        if (!m_writer->usable()) {
            if (const auto begun = beginSegment(); !begun && m_log)
                m_log(begun.error());
        }
        return written;
    }
    publish();
    return Done{};
}

/// Not to be told apart from a crash behind the commit: what could not be published in memory is
/// found by recovery, so the process ends when it gives out here.
void LogImpl::publish() noexcept
{
    for (const auto &block : m_former.blocks())
        m_cache.insert(m_header.id, block.entry.position, block.batch);
    const std::lock_guard guard(m_state);
    for (const auto &block : m_former.blocks())
        m_index.add(block.entry);
    for (const auto &[shard, end] : m_former.ends())
        m_ends.insert_or_assign(shard, end);
    const WallTime now = m_clock.wall();
    for (const auto &[id, entry] : m_former.progress()) {
        m_producers.insert_or_assign(id, entry);
        hear(id, now);
    }
    m_openBytes = m_writer->fileBytes();
}

Status LogImpl::seal()
{
    const std::lock_guard guard(m_commit);
    if (m_writer && m_writer->usable() && m_writer->end().nextNumber == 1)
        return Done{};
    return beginSegment();
}

Status LogImpl::close()
{
    const std::lock_guard guard(m_commit);
    if (m_ends == m_noted)
        return Done{};
    SegmentHeader note;
    m_random.fill(std::as_writable_bytes(std::span(note.id.bytes)));
    note.stream = m_options.stream;
    note.number = m_header.number.next();
    note.begun = m_clock.wall();
    note.starts = m_ends;
    note.producers = m_producers;
    MILLRACE_TRY(writeEndNote(m_fileSystem, m_options.folder, note));
    m_noted = m_ends;
    return Done{};
}

ShardStart LogImpl::endOf(ShardIndex shard) const
{
    const auto found = m_ends.find(shard);
    return found == m_ends.end() ? ShardStart{} : found->second;
}

Ordinal LogImpl::horizon(ShardIndex shard) const
{
    const auto &oldest = m_index.sealed().empty() ? m_index.open() : *m_index.sealed().front();
    const auto hidden = m_hidden.find(shard);
    return std::max(startOf(oldest.header, shard).first,
                    hidden == m_hidden.end() ? Ordinal() : hidden->second);
}

std::vector<ShardIndex> LogImpl::shards() const
{
    const std::lock_guard guard(m_state);
    std::vector<ShardIndex> out;
    for (const auto &[shard, end] : m_ends)
        out.push_back(shard);
    return out;
}

ShardBounds LogImpl::boundsOf(ShardIndex shard) const
{
    const ShardStart end = endOf(shard);
    ShardBounds bounds;
    bounds.trimHorizon = horizon(shard);
    bounds.end = end.first;
    if (end.arrival != kNoArrival)
        bounds.lastArrival = WallTime(std::chrono::milliseconds(end.arrival));
    return bounds;
}

ShardBounds LogImpl::bounds(ShardIndex shard) const
{
    const std::lock_guard guard(m_state);
    return boundsOf(shard);
}

std::uint64_t LogImpl::damagedRecords(ShardIndex shard, Ordinal from) const
{
    const std::lock_guard guard(m_state);
    from = std::max(from, horizon(shard));
    const Ordinal end = endOf(shard).first;
    std::uint64_t sum = end > from ? end - from - m_index.recordsFrom(shard, from) : 0;
    for (const auto &[where, block] : m_damaged) {
        if (block.shard == shard && block.end() > from)
            sum += block.end() - std::max(block.first, from);
    }
    return sum;
}

std::uint64_t LogImpl::nextSeqIx(ShardIndex shard) const
{
    const std::lock_guard guard(m_state);
    return endOf(shard).nextSeqIx;
}

Result<record::BatchPtr> LogImpl::readRef(const BlockRef &ref)
{
    if (auto cached = m_cache.find(ref.segmentId, ref.entry.position))
        return cached;
    const auto file = m_files.open(ref.path, ref.segmentId);
    if (!file)
        return file.error();
    auto batch =
        readBlock(**file, ref.segmentId, m_options.stream, ref.entry, unreadableIn(ref.sealed));
    if (batch)
        m_cache.insert(ref.segmentId, ref.entry.position, *batch);
    return batch;
}

/// Says once of each block that it cannot be read.
void LogImpl::reportDamage(const BlockRef &ref, const Problem &problem)
{
    {
        const std::lock_guard guard(m_state);
        if (!m_damaged.try_emplace({ref.segmentId, ref.entry.position}, ref.entry).second)
            return;
    }
    if (m_log)
        m_log(Problem(Code::DamagedRange,
                      {{"from", std::to_string(ref.entry.position.value)},
                       {"to", std::to_string(ref.entry.position.value + ref.entry.fileBytes())},
                       {"reason", std::string(problem.argument("reason"))}},
                      ref.path));
}

std::optional<BlockRef> LogImpl::look(ShardIndex shard, const Look &look)
{
    const std::lock_guard guard(m_state);
    return look(m_index, boundsOf(shard));
}

Status LogImpl::lookAgain(const BlockRef &ref)
{
    m_files.forget(ref.segmentId);
    return Done{};
}

std::vector<ProgressEntry> LogImpl::producers() const
{
    const std::lock_guard guard(m_state);
    std::vector<ProgressEntry> out;
    for (const auto &[id, entry] : m_producers)
        out.push_back(entry);
    return out;
}

std::optional<ProgressEntry> LogImpl::producer(const std::string &id) const
{
    const std::lock_guard guard(m_state);
    const auto found = m_producers.find(id);
    return found == m_producers.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t LogImpl::diskBytes() const
{
    const std::lock_guard guard(m_state);
    std::uint64_t sum = m_openBytes;
    for (const auto &segment : m_index.sealed())
        sum += segment->fileBytes;
    return sum;
}

std::uint64_t LogImpl::rawBytes() const
{
    const std::lock_guard guard(m_state);
    return m_index.rawBytes();
}

std::uint64_t LogImpl::storedBytes() const
{
    const std::lock_guard guard(m_state);
    return m_index.storedBytes();
}

} // namespace millrace::log
