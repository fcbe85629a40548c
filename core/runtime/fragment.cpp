// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/fragment.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"

#include <algorithm>

namespace millrace::runtime {
namespace {

/// Layout of FragmentProgress::details; another one gets another number.
constexpr std::uint8_t kDetailsLayout = 1;

constexpr FragmentReader::Budget kFullBudget{};

/// A filter that drops everything would else cost a fdatasync for each few records.
constexpr std::chrono::milliseconds kPassedAtMost{500};

/// How often a fragment asks whether the schema of its source is known.
constexpr std::chrono::milliseconds kSchemaPoll{100};

/// How often a reader of standard output that takes nothing is asked again.
constexpr std::chrono::milliseconds kStallPoll{10};

/// How long it takes less than a batch before a person is told: any pipe is full for a moment.
constexpr std::chrono::seconds kStallShown{1};

/// A batch whose output takes so much is committed before more is processed: transforms can make
/// any amount of text of a short record. [core/log forms commits of this size]
constexpr std::size_t kMaxOutBytes = 32U << 20U;

/// Rows of which the transforms make no more than this may be twice as many the next time.
constexpr std::size_t kRoomyBytes = 4U << 20U;

/// Leaves what lies behind the first `rows` rows of piece `last` for the next batch.
void cutBehind(std::vector<Piece> &pieces, std::size_t last, std::size_t rows)
{
    Piece &piece = pieces[last];
    if (rows < piece.chunk.rows.size()) {
        piece.chunk.rows.resize(rows);
        piece.end = piece.chunk.batch->ordinal(piece.chunk.rows.back()).next();
    }
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(last) + 1, pieces.end());
}

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
    , m_rowsAtOnce(kFullBudget.records)
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
    case Phase::Over:
        break;
    }
    return {TaskNext::Kind::Done, {}};
}

TaskNext Fragment::prepare()
{
    auto made = m_spec.make();
    if (!made)
        return fail(std::move(made).error());
    if (!*made)
        return {TaskNext::Kind::WaitUntil, clock().mono() + kSchemaPoll};
    m_operators = **std::move(made);
    m_states.clear();
    for (const auto &transform : m_operators.transforms)
        m_states.push_back(transform->newState());
    if (auto opened = openEnd(); !opened) {
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

/// Asks the end how far the fragment is; it alone knows.
Status Fragment::openEnd()
{
    std::optional<FragmentProgress> progress;
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
        auto opened = m_operators.sink->open();
        if (!opened)
            return std::move(opened).error();
        for (const Problem &notice : opened->notices)
            tell(notice);
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
        cursors = std::move(beginning->cursors);
    }
    std::vector<Cursor> dead;
    m_deadProducer = m_spec.deadLetters->openProducer(m_spec.id);
    if (!m_deadProducer.progress.empty()) {
        auto decoded = FragmentProgress::decode(m_deadProducer.progress);
        if (!decoded)
            return std::move(decoded).error();
        if (decoded->details == m_operators.identity)
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
    std::vector<Problem> notices;
    auto pieces = m_reader.gather(
        m_putSize ? FragmentReader::Budget{m_putSize->records, m_putSize->bytes} : kFullBudget,
        notices);
    for (const Problem &notice : notices)
        report(notice);
    if (!pieces)
        return retry(pieces.error());
    if (pieces->empty())
        return commitPassed();
    Work work;
    work.pieces = *std::move(pieces);
    if (auto ok = process(work); !ok)
        return fail(std::move(ok).error());
    if (work.out.empty() && !work.deadBatch) {
        m_reader.accept(work.pieces);
        m_passed = std::move(work.meters);
        m_passedExpired = work.expired;
        if (!m_passedSince)
            m_passedSince = clock().mono();
        if (clock().mono() - *m_passedSince < kPassedAtMost)
            return {TaskNext::Kind::Again, {}};
        return commitPassed();
    }
    if (work.deadBatch && work.unchecked) {
        // Read again: a row found dead behind its batch's dead letters would have no fate.
        publishInFlight(m_passed);
        return mustReopen(*work.unchecked) ? reopen(*work.unchecked) : retry(*work.unchecked);
    }
    m_work = std::move(work);
    const bool deadToCommit = m_work->deadBatch != nullptr;
    m_phase = deadToCommit ? Phase::DeadLetters : Phase::Committing;
    return deadToCommit ? commitDeadLetters() : commitEnd();
}

/// Commits progress alone, when there is some and it is old enough, or when the sink asks for it.
TaskNext Fragment::commitPassed()
{
    std::optional<MonoTime> due;
    if (m_passedSince)
        due = *m_passedSince + kPassedAtMost;
    if (const auto asked = m_operators.sink ? m_operators.sink->due() : std::nullopt) {
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

/// Runs the pieces, or as many as their output allows, through the operators; nothing of it counts
/// before it is committed.
Status Fragment::process(Work &work)
{
    work.meters = m_passed;
    work.expired = m_passedExpired;
    for (std::size_t i = 0; i < work.pieces.size(); ++i) {
        const Piece &piece = work.pieces[i];
        work.expired += piece.expired;
        if (!work.meters.empty()) {
            work.meters.front().counts.in += piece.expired;
            work.meters.front().counts.expired += piece.expired;
        }
        for (std::size_t done = 0; done < piece.chunk.rows.size();) {
            const auto taken = processSome(piece, done, work);
            if (!taken)
                return taken.error();
            done += *taken;
            if (work.outBytes + work.dead.bytes() >=
                (m_putSize ? m_putSize->bytes : kMaxOutBytes)) {
                cutBehind(work.pieces, i, done);
                break;
            }
        }
    }
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

/// Runs rows of `piece` from `begin` on through the operators and gives how many.
Result<std::size_t> Fragment::processSome(const Piece &piece, std::size_t begin, Work &work)
{
    const std::span<const std::uint32_t> rest = std::span(piece.chunk.rows).subspan(begin);
    Trial trial;
    Chunk chunk;
    for (;;) {
        // Where a put may have little, the size of the first row's output is known before the next.
        const auto rows = rest.first(std::min(m_putSize ? 1 : m_rowsAtOnce, rest.size()));
        trial = Trial();
        trial.in = {piece.chunk.batch, {rows.begin(), rows.end()}};
        trial.meters = work.meters;
        auto made = transform(trial);
        if (!made)
            return std::move(made).error();
        chunk = *std::move(made);
        if (trial.complete)
            break;
        MILLRACE_ASSERT(trial.in.count() > 1); // each transform takes at least one
        m_rowsAtOnce = trial.in.count() / 2;
    }
    if (trial.largestBytes <= kRoomyBytes && !m_putSize)
        m_rowsAtOnce = std::min(m_rowsAtOnce * 2, kFullBudget.records);
    if (m_operators.sink && !chunk.rows.empty())
        check(chunk, trial);
    work.meters = std::move(trial.meters);
    if (trial.unchecked)
        work.unchecked = std::move(trial.unchecked);
    for (const Trial::Dead &dead : trial.dead) {
        if (!piece.deadKnown || (m_rowsRefused && dead.node == m_spec.sink))
            work.dead.add(dead.node, {dead.batch, {}}, dead.row);
    }
    if (!chunk.rows.empty()) {
        for (const std::uint32_t row : chunk.rows)
            work.outBytes += chunk.batch->data(row).size() + chunk.batch->key(row).size();
        work.out.push_back(std::move(chunk));
    }
    return trial.in.count();
}

Result<Chunk> Fragment::transform(Trial &trial)
{
    Chunk chunk = trial.in;
    for (std::size_t i = 0; i < m_operators.transforms.size() && !chunk.rows.empty(); ++i) {
        auto made = m_operators.transforms[i]->process(chunk, *m_states[i]);
        if (!made)
            return std::move(made).error().at("node " + m_spec.nodes[i].value);
        if (made->taken < chunk.count()) {
            // The first takes the next rows later; what comes behind it cannot.
            trial.complete = i == 0;
            if (!trial.complete)
                return chunk;
            trial.in.rows.resize(made->taken);
        }
        NodeMeter &meter = trial.meters[i];
        meter.counts.in += made->taken;
        meter.counts.processed += made->processed;
        meter.counts.filtered += made->filtered;
        meter.counts.late += made->late;
        meter.counts.dead += made->dead.size();
        meter.counts.out += made->chunk.count();
        for (DeadRow &dead : made->dead)
            trial.dead.push_back({m_spec.nodes[i], chunk.batch, std::move(dead)});
        chunk = std::move(made->chunk);
        std::size_t bytes = 0;
        for (const std::uint32_t row : chunk.rows)
            bytes += chunk.batch->data(row).size();
        meter.bytesOut += bytes;
        trial.largestBytes = std::max(trial.largestBytes, bytes);
    }
    return chunk;
}

/// Takes what the destination can never store out of the chunk.
void Fragment::check(Chunk &chunk, Trial &trial)
{
    NodeMeter &meter = trial.meters.back();
    SinkResult checked = m_operators.sink->check(std::span(&chunk, 1));
    trial.unchecked = std::move(checked.failure);
    meter.counts.in += chunk.count();
    if (!checked.dead.empty() && !checked.dead[0].empty()) {
        std::vector<std::uint32_t> deadRows;
        for (DeadRow &dead : checked.dead[0]) {
            deadRows.push_back(dead.row);
            trial.dead.push_back({*m_spec.sink, chunk.batch, std::move(dead)});
        }
        meter.counts.dead += deadRows.size();
        std::vector<std::uint32_t> kept;
        std::set_difference(chunk.rows.begin(), chunk.rows.end(), deadRows.begin(), deadRows.end(),
                            std::back_inserter(kept));
        chunk.rows = std::move(kept);
    }
    meter.counts.processed += chunk.count();
    meter.counts.out += chunk.count();
    for (const std::uint32_t row : chunk.rows)
        meter.bytesOut += chunk.batch->data(row).size();
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
    progress.details = m_operators.identity;
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
    if (auto done = m_operators.sink->commit(m_work->out, m_work->progress); !done) {
        m_rowsRefused = done.error().code() == Code::NodeRowConstraint;
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
    m_rowsRefused = false;
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

/// The destination is not what was opened: what it holds, and how far, has to be asked anew.
TaskNext Fragment::reopen(const Problem &problem)
{
    tell(problem);
    m_work.reset();
    m_phase = Phase::Preparing;
    setState(NodeState::Retrying, problem);
    return retryAfter(problem);
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
    if (m_phase == Phase::DeadLetters && m_operators.sink) {
        // Others may want to write to the destination meanwhile, so it is asked again behind that.
        m_operators.sink->giveUp();
        m_work.reset();
        m_phase = Phase::Reading;
        publishInFlight(m_passed);
    }
    const bool limited = problem.code() == Code::ThroughputExceeded;
    if (!limited)
        tell(problem); // before it holds: what holds is told by whoever looks, if it was not yet
    setState(limited ? NodeState::BackPressured : NodeState::Retrying, problem);
    if (limited && m_phase == Phase::Committing && m_work && !m_putSize && !m_work->deadBatch) {
        // The limit was not enforced yet: the batch is given up and read again in smaller ones.
        m_work.reset();
        m_phase = Phase::Reading;
        publishInFlight(m_passed);
    }
    return retryAfter(problem);
}

TaskNext Fragment::fail(Problem problem)
{
    report(problem);
    m_phase = Phase::Over;
    if (m_operators.sink)
        m_operators.sink->giveUp();
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
    m_phase = Phase::Over;
    if (m_operators.sink) {
        if (auto closed = m_operators.sink->close(); !closed)
            report(closed.error());
    }
    publish([&](TaskFigures &figures) {
        figures.nodes = m_meters;
        if (figures.state != NodeState::Failed)
            figures.state = NodeState::Stopped;
    });
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
                meter.counts = counts;
                meter.bytesOut = bytesOut;
            }
        }
    }
}

} // namespace millrace::runtime
