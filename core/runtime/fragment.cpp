// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fragment.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"

#include <algorithm>

namespace millrace::runtime {
namespace {

/// Layout of FragmentProgress::details; another one gets another number.
constexpr std::uint8_t kDetailsLayout = 1;

/// Behind the identity in the details of dead letters: the sink refused more rows of the last
/// batch.
constexpr std::byte kSinkRefused{1};

constexpr FragmentReader::Budget kFullBudget{};

/// For a sink that keeps no progress: what it printed of a batch that it did not come to the end of
/// comes again. A pipe holds about so much.
constexpr FragmentReader::Budget kUnkeptBudget{.bytes = 64U << 10U};

/// A filter that drops everything would else cost a fdatasync for each few records.
constexpr std::chrono::milliseconds kPassedAtMost{500};

/// How often a fragment asks whether the schema of its source is known.
constexpr std::chrono::milliseconds kSchemaPoll{100};

/// How often a reader of standard output that takes nothing is asked again.
constexpr std::chrono::milliseconds kStallPoll{10};

/// How long it takes less than a batch before a person is told: any pipe is full for a moment.
constexpr std::chrono::seconds kStallShown{1};

bool mustReopen(const Problem &problem)
{
    const Code code = problem.code();
    return code == Code::NodeDestinationReplaced || code == Code::NodeFolderLost ||
           code == Code::NodeProgressRemoved || code == Code::NodeTableEmptied ||
           code == Code::NodeTableChanged || code == Code::NodeRowConstraint;
}

} // namespace

Fragment::Fragment(FragmentSpec spec, Clock &clock, Wake wake, Report report)
    : Task(clock, std::move(wake), std::move(report))
    , m_spec(std::move(spec))
    , m_reader(*m_spec.source, m_spec.merged)
{
    for (const NodeId &node : m_spec.nodes)
        m_meters.push_back({node, {}, 0});
    if (m_spec.sink)
        m_meters.push_back({*m_spec.sink, {}, 0});
    publish([&](TaskFigures &figures) { figures.nodes = m_meters; });
    m_subscription = m_spec.source->subscribe(Task::wake());
}

Fragment::~Fragment() = default;

TaskNext Fragment::step()
{
    switch (m_phase) {
    case Phase::Preparing:
        return prepare();
    case Phase::Reading:
        return read();
    case Phase::DeadLetters:
        return commitDeadLetters();
    case Phase::Committing:
        return commitEnd();
    case Phase::Refused:
        return noteRefusal();
    case Phase::Over:
        break;
    }
    return {TaskNext::Kind::Done, {}};
}

TaskNext Fragment::prepare()
{
    if (m_spec.schemaChanges)
        m_schemaChanges = *m_spec.schemaChanges;
    auto made = m_spec.make();
    if (!made) {
        showStanding();
        return fail(std::move(made).error());
    }
    if (!*made)
        return {TaskNext::Kind::WaitUntil, clock().mono() + kSchemaPoll};
    m_chain.emplace(**std::move(made), m_spec.nodes, m_spec.sink);
    if (auto opened = openEnd(); !opened) {
        showStanding();
        // A locked database or a full disk heals; a table that does not fit does not.
        const Code code = opened.error().code();
        if (code == Code::Busy || code == Code::DiskFull || code == Code::Io)
            return retry(opened.error());
        return fail(std::move(opened).error());
    }
    m_phase = Phase::Reading;
    setState(NodeState::Running);
    return {TaskNext::Kind::Again, {}};
}

/// What is known of an end that cannot be opened; without that, everything still waits.
void Fragment::showStanding()
{
    std::vector<Cursor> cursors = m_reader.cursors();
    if (auto standing = m_spec.standing ? m_spec.standing() : Problem(Code::NotFound)) {
        for (Cursor &cursor : cursors) {
            for (const Cursor &at : standing->cursors) {
                if (at.stream == cursor.stream && at.shard == cursor.shard)
                    cursor.next = at.next;
            }
        }
        for (NodeMeter &meter : m_meters)
            meter = {meter.node, {}, 0};
        decodeDetails(standing->details);
    }
    publish([&](TaskFigures &figures) {
        figures.nodes = m_meters;
        figures.standing = std::move(cursors);
    });
}

/// Asks the end how far the fragment is; it alone knows.
Status Fragment::openEnd()
{
    std::optional<FragmentProgress> progress;
    bool toldAnew = m_spec.target != nullptr; // whose stream tells that it begins anew
    bool holdsRows = false;
    const auto decode = [&](ByteView bytes) -> Status {
        if (bytes.empty())
            return Done{};
        auto decoded = FragmentProgress::decode(bytes);
        if (!decoded)
            return std::move(decoded).error();
        progress = *std::move(decoded);
        return Done{};
    };
    if (m_spec.target) {
        m_targetProducer = m_spec.target->openProducer(m_spec.id);
        MILLRACE_TRY(decode(m_targetProducer.progress));
    } else {
        auto opened = m_chain->sink()->open();
        if (!opened)
            return std::move(opened).error();
        for (const Problem &notice : opened->notices)
            tell(notice);
        // Told now, or when it went under the sink of before.
        toldAnew = std::any_of(m_told.begin(), m_told.end(), [](const Problem &one) {
            return one.code() == Code::NodeDestinationReplaced ||
                   one.code() == Code::NodeTableEmptied;
        });
        holdsRows = opened->holdsRows;
        progress = std::move(opened->progress);
        if (m_spec.checkpoints != nullptr) {
            auto stored = m_spec.checkpoints->find(m_spec.id);
            if (!stored)
                return std::move(stored).error();
            if (*stored)
                MILLRACE_TRY(decode(**stored));
        }
    }
    std::vector<Cursor> cursors = progress ? progress->cursors : std::vector<Cursor>{};
    std::erase_if(cursors, [&](const Cursor &cursor) {
        return cursor.stream != m_spec.source->id(); // of other fragments to the same end
    });
    if (m_spec.begin) {
        auto beginning = m_spec.begin(cursors);
        if (!beginning)
            return std::move(beginning).error();
        for (const Problem &notice : beginning->notices)
            report(notice);
        if (beginning->progressLost && !toldAnew)
            tell(Problem(holdsRows ? Code::StoredTwice : Code::ProgressLost,
                         {{"stream", m_spec.source->name()}}));
        cursors = std::move(beginning->cursors);
    }
    std::vector<Cursor> dead;
    m_deadProducer = m_spec.deadLetters->openProducer(m_spec.id);
    if (!m_deadProducer.progress.empty()) {
        auto decoded = FragmentProgress::decode(m_deadProducer.progress);
        if (!decoded)
            return std::move(decoded).error();
        m_sinkRefused = decoded->details == lettersDetails(true);
        if (m_sinkRefused || decoded->details == lettersDetails(false))
            dead = std::move(decoded->cursors);
    }
    // Counters restart where the cursors do.
    for (NodeMeter &meter : m_meters)
        meter = {meter.node, {}, 0};
    for (const Problem &notice : m_reader.restore(cursors, dead))
        report(notice);
    if (progress)
        decodeDetails(progress->details);
    m_passed = m_meters;
    m_passedExpired = 0;
    m_passedSince.reset();
    publish([&](TaskFigures &figures) {
        figures.nodes = m_meters;
        figures.cursors = m_reader.cursors();
        figures.committed = false;
    });
    return Done{};
}

TaskNext Fragment::read()
{
    m_putSize = m_spec.target ? m_spec.target->putSize() : std::nullopt;
    FragmentReader::Budget budget = kFullBudget;
    if (m_putSize)
        budget = {m_putSize->records, m_putSize->bytes};
    else if (m_spec.checkpoints != nullptr)
        budget = kUnkeptBudget;
    else if (m_spec.room) // little is asked for where little is to be had
        budget.bytes = std::min<std::size_t>(budget.bytes, m_spec.source->log().commitBytes());
    std::vector<Problem> notices;
    auto pieces = m_reader.gather(budget, notices);
    for (const Problem &notice : notices)
        report(notice);
    if (!pieces)
        return retry(pieces.error());
    if (pieces->empty())
        return commitPassed();
    if (schemaChanged())
        return bindAnew();
    if (const auto why = askForRoom(*pieces))
        return retry(*why); // read again then
    Work work;
    work.pieces = *std::move(pieces);
    if (auto ok = process(work); !ok)
        return fail(std::move(ok).error());
    if (work.out.empty() && !work.deadBatch) {
        if (Sink *sink = m_chain->sink())
            sink->giveUp(); // it was asked about rows whose dead letters stand
        m_reader.accept(work.pieces);
        m_passed = std::move(work.meters);
        m_passedExpired = work.expired;
        if (!m_passedSince)
            m_passedSince = clock().mono();
        if (clock().mono() - *m_passedSince < kPassedAtMost)
            return {TaskNext::Kind::Again, {}};
        return commitPassed();
    }
    if (work.unchecked && (work.deadBatch || mustReopen(*work.unchecked))) {
        // Read again: a row found dead behind its batch's dead letters would have no fate.
        dropWork();
        return mustReopen(*work.unchecked) ? reopen(*work.unchecked) : retry(*work.unchecked);
    }
    m_work = std::move(work);
    const bool deadToCommit = m_work->deadBatch != nullptr;
    m_phase = deadToCommit ? Phase::DeadLetters : Phase::Committing;
    return deadToCommit ? commitDeadLetters() : commitEnd();
}

std::optional<Problem> Fragment::askForRoom(const std::vector<Piece> &pieces) const
{
    const Sink *sink = m_chain->sink();
    if (!m_spec.room || sink == nullptr)
        return {};
    std::uint64_t bytes = 0;
    for (const Piece &piece : pieces) {
        for (const std::uint32_t row : piece.chunk.rows)
            bytes += piece.chunk.batch->data(row).size();
    }
    return m_spec.room(sink->place(), bytes);
}

/// Commits progress alone, when there is some and it is old enough, or when the sink asks for it.
TaskNext Fragment::commitPassed()
{
    std::optional<MonoTime> due;
    if (m_passedSince)
        due = *m_passedSince + kPassedAtMost;
    if (const auto asked = m_chain->sink() ? m_chain->sink()->due() : std::nullopt) {
        const MonoTime at = clock().mono() + (*asked - clock().wall());
        due = std::min(due.value_or(at), at);
    }
    if (!due) {
        m_told.clear();
        return {TaskNext::Kind::Wait, {}};
    }
    if (clock().mono() < *due)
        return {TaskNext::Kind::WaitUntil, *due};
    Work work;
    work.meters = m_passed;
    work.expired = m_passedExpired;
    work.progress.cursors = m_reader.cursors();
    work.progress.details = encodeDetails(work.meters);
    m_work = std::move(work);
    m_phase = Phase::Committing;
    return commitEnd();
}

/// Runs the pieces, or as many as their output allows, through the chain; nothing of it counts
/// before it is committed.
Status Fragment::process(Work &work)
{
    work.meters = m_passed;
    work.expired = m_passedExpired;
    MILLRACE_TRY(m_chain->process(work, {m_putSize, m_sinkRefused}));
    work.progress.cursors = m_reader.cursorsAfter(work.pieces);
    work.progress.details = encodeDetails(work.meters);
    if (!work.dead.empty())
        work.deadBatch = work.dead.take();
    if (m_spec.target) {
        record::RecordBatchBuilder builder;
        for (const Chunk &chunk : work.out) {
            for (const std::uint32_t row : chunk.rows)
                builder.appendRow(*chunk.batch, row);
        }
        work.outBatch = builder.finish();
    }
    publishInFlight(work.meters);
    return Done{};
}

/// What is read and not yet committed is in flight at the first node.
void Fragment::publishInFlight(const std::vector<NodeMeter> &meters)
{
    publish([&](TaskFigures &figures) {
        if (figures.nodes.empty())
            return;
        const std::uint64_t committed = m_meters.front().counts.in;
        figures.nodes = m_meters;
        figures.nodes.front().counts.in = meters.front().counts.in;
        figures.nodes.front().counts.inFlight = meters.front().counts.in - committed;
    });
}

TaskNext Fragment::commitDeadLetters()
{
    FragmentProgress progress;
    progress.cursors = m_work->progress.cursors;
    progress.details = lettersDetails(false);
    const auto result = put(*m_spec.deadLetters, m_deadProducer, m_work->deadBatch,
                            progress.encode(), m_spec.source.get());
    if (!result)
        return {TaskNext::Kind::Again, {}};
    if (!*result)
        return retry(result->error());
    succeeded();
    m_phase = Phase::Committing;
    return commitEnd();
}

/// The end refused rows that check() had let pass, and dead letters stand up to behind them: who
/// reads the batch again, this fragment or one after a crash, is to write theirs.
TaskNext Fragment::noteRefusal()
{
    FragmentProgress progress;
    progress.cursors = m_work->progress.cursors;
    progress.details = lettersDetails(true);
    const auto result =
        put(*m_spec.deadLetters, m_deadProducer, record::RecordBatchBuilder().finish(),
            progress.encode(), m_spec.source.get());
    if (!result)
        return {TaskNext::Kind::Again, {}};
    if (!*result)
        return retry(result->error());
    return reopen(Problem(*m_refusal));
}

TaskNext Fragment::commitEnd()
{
    if (m_spec.target) {
        const auto result = put(*m_spec.target, m_targetProducer, m_work->outBatch,
                                m_work->progress.encode(), m_spec.source.get());
        if (!result)
            return {TaskNext::Kind::Again, {}};
        if (!*result)
            return retry(result->error());
        return finishWork();
    }
    if (auto done = m_chain->sink()->commit(m_work->out, m_work->progress); !done) {
        if (done.error().code() == Code::NodeRowConstraint) {
            m_refusal = done.error();
            m_phase = Phase::Refused;
            return noteRefusal();
        }
        if (mustReopen(done.error()))
            return reopen(done.error());
        if (done.error().code() == Code::NodeOutputStalled) { // no failure: a slow reader
            const MonoTime since = m_stalledSince.value_or(clock().mono());
            m_stalledSince = since;
            setState(NodeState::BackPressured, clock().mono() - since < kStallShown
                                                   ? std::nullopt
                                                   : std::optional(done.error()));
            // Virtual time would run on, and the sources with it.
            return clock().isVirtual() ? TaskNext{TaskNext::Kind::Again, {}}
                                       : retryAfter(kStallPoll);
        }
        return retry(done.error());
    }
    if (m_spec.checkpoints != nullptr)
        m_spec.checkpoints->put(m_spec.id, m_work->progress.encode());
    return finishWork();
}

TaskNext Fragment::finishWork()
{
    leaveRoom();
    m_reader.accept(m_work->pieces);
    m_meters = std::move(m_work->meters);
    // Only now: a batch may be given up, and is then read again.
    if (m_work->expired > 0)
        report(Problem(Code::RecordsExpired, {{"records", std::to_string(m_work->expired)}},
                       m_meters.empty() ? std::string{} : graph::nodePlace(m_meters.front().node)));
    m_passed = m_meters;
    m_passedExpired = 0;
    m_passedSince.reset();
    m_work.reset();
    m_sinkRefused = false;
    m_told.clear();
    m_stalledSince.reset();
    succeeded();
    m_phase = Phase::Reading;
    publish([&](TaskFigures &figures) {
        figures.nodes = m_meters;
        figures.cursors = m_reader.cursors();
        figures.committed = true;
        figures.state = NodeState::Running;
        figures.attention.reset();
    });
    return {TaskNext::Kind::Again, {}};
}

/// Gives a batch up, to be read again. Others may want to write to the destination meanwhile, and
/// what it has staged of the batch would stand there twice.
void Fragment::dropWork()
{
    if (Sink *sink = m_chain->sink())
        sink->giveUp();
    leaveRoom();
    m_work.reset();
    m_phase = Phase::Reading;
    publishInFlight(m_passed);
}

void Fragment::leaveRoom() const
{
    if (m_spec.written)
        m_spec.written();
}

/// The destination is not what was opened: what it holds, and how far, has to be asked anew.
TaskNext Fragment::reopen(const Problem &problem)
{
    tell(problem);
    dropWork();
    m_phase = Phase::Preparing;
    setState(NodeState::Retrying, problem);
    return retryAfter(problem);
}

bool Fragment::schemaChanged() const
{
    return m_spec.schemaChanges && *m_spec.schemaChanges != m_schemaChanges;
}

/// What was gathered may have fields that the operators do not know.
TaskNext Fragment::bindAnew()
{
    dropWork();
    m_phase = Phase::Preparing;
    return {TaskNext::Kind::Again, {}};
}

void Fragment::tell(const Problem &problem)
{
    const bool told = std::any_of(m_told.begin(), m_told.end(), [&](const Problem &one) {
        return one.code() == problem.code() && one.place() == problem.place();
    });
    if (told)
        return;
    m_told.push_back(problem);
    report(problem);
}

TaskNext Fragment::retry(const Problem &problem)
{
    if (isFinal(problem))
        return fail(problem);
    if (m_phase == Phase::DeadLetters && m_chain->sink())
        dropWork(); // the destination is asked again behind that
    const bool limited = problem.code() == Code::ThroughputExceeded;
    if (!limited)
        tell(problem); // before it holds: what holds is told by whoever looks, if it was not yet
    setState(limited ? NodeState::BackPressured : NodeState::Retrying, problem);
    if (limited && m_phase == Phase::Committing && m_work && !m_work->deadBatch && m_spec.target &&
        m_putSize != m_spec.target->putSize()) {
        // The limit was not enforced yet: the batch is given up and read again in smaller ones.
        dropWork();
    }
    return retryAfter(problem);
}

TaskNext Fragment::fail(Problem problem)
{
    report(problem);
    leaveRoom();
    m_phase = Phase::Over;
    if (m_chain && m_chain->sink())
        m_chain->sink()->giveUp();
    publish([&](TaskFigures &figures) {
        figures.nodes = m_meters; // what was in flight is read again by the next run
        figures.state = NodeState::Failed;
        figures.attention = std::move(problem);
    });
    return {TaskNext::Kind::Done, {}};
}

bool Fragment::caughtUp() const
{
    const TaskFigures now = figures();
    if (now.state == NodeState::Failed)
        return true; // it will never come further
    if (now.cursors.empty()) {
        for (std::uint32_t i = 0; i < m_spec.source->shardCount(); ++i) {
            const auto bounds = m_spec.source->bounds(ShardIndex(i));
            if (bounds.end > bounds.trimHorizon)
                return false;
        }
        return true;
    }
    return std::all_of(now.cursors.begin(), now.cursors.end(), [&](const Cursor &cursor) {
        return cursor.next >= m_spec.source->bounds(cursor.shard).end;
    });
}

void Fragment::close()
{
    m_subscription.reset();
    leaveRoom();
    m_phase = Phase::Over;
    if (m_chain && m_chain->sink()) {
        if (auto closed = m_chain->sink()->close(); !closed)
            report(closed.error());
    }
    publish([&](TaskFigures &figures) {
        figures.nodes = m_meters;
        if (figures.state != NodeState::Failed)
            figures.state = NodeState::Stopped;
    });
}

/// What stands beside the cursors of dead letters.
Bytes Fragment::lettersDetails(bool refused) const
{
    Bytes details = m_chain->identity();
    if (refused)
        details.push_back(kSinkRefused);
    return details;
}

Bytes Fragment::encodeDetails(const std::vector<NodeMeter> &meters) const
{
    Bytes out;
    ByteWriter writer(out);
    writer.u8(kDetailsLayout);
    writer.varint(meters.size());
    for (const NodeMeter &meter : meters) {
        writer.sized(meter.node.value);
        meter.counts.write(writer);
        writer.varint(meter.bytesOut);
    }
    return out;
}

/// Counters of nodes that are still in the chain; others begin at zero.
void Fragment::decodeDetails(ByteView details)
{
    ByteReader reader(details);
    if (reader.u8() != kDetailsLayout)
        return;
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        const NodeId node{std::string(reader.sizedText())};
        const FateCounts counts = FateCounts::read(reader);
        const std::uint64_t bytesOut = reader.varint();
        for (NodeMeter &meter : m_meters) {
            if (reader.ok() && meter.node == node) {
                meter = {node, counts, bytesOut, counts, bytesOut};
            }
        }
    }
}

} // namespace millrace::runtime
