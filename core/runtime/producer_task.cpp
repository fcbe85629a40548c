// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/producer_task.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::runtime {
namespace {

/// Layout of a producer's progress; another one gets another number.
constexpr std::uint8_t kLayout = 1;

/// How far a producer's progress is.
std::uint64_t recordsIn(ByteView progress)
{
    ByteReader reader(progress);
    reader.u8();
    const FateCounts counts = FateCounts::read(reader);
    return reader.ok() ? counts.in : 0;
}

} // namespace

ProducerTask::ProducerTask(ProducerSpec spec, Result<std::unique_ptr<Source>> source, Clock &clock,
                           Wake wake, Report report)
    : Task(clock, std::move(wake), std::move(report))
    , m_spec(std::move(spec))
{
    if (source)
        m_source = *std::move(source);
    else
        m_whyNoSource = std::move(source).error();
    m_meter.node = m_spec.node;
    publish([&](TaskFigures &figures) { figures.nodes = {m_meter}; });
}

TaskNext ProducerTask::step()
{
    switch (m_phase) {
    case Phase::Opening:
        return open();
    case Phase::Making:
        return make();
    case Phase::DeadLetters:
        return commitDeadLetters();
    case Phase::Committing:
        return commit();
    case Phase::Over:
        break;
    }
    return {TaskNext::Kind::Done, {}};
}

TaskNext ProducerTask::open()
{
    if (m_whyNoSource)
        return fail(*m_whyNoSource);
    if (m_producer.id.empty()) { // else only what is behind it was not ready
        m_producer = m_spec.target->openProducer(m_spec.id);
        m_deadProducer = m_spec.deadLetters->openProducer(m_spec.id);
    }
    Bytes progress = m_producer.progress;
    if (m_spec.begin) {
        auto earlier = m_spec.begin();
        if (!earlier)
            return retry(earlier.error());
        const ProducerBeginning::Left *farthest = nullptr;
        for (const ProducerBeginning::Left &other : earlier->left) {
            if (recordsIn(other.progress) > recordsIn(progress)) {
                farthest = &other;
                progress = other.progress;
            }
        }
        if (farthest != nullptr) {
            const std::uint64_t before = recordsIn(progress) - recordsIn(m_producer.progress);
            report(Problem(Code::ProducerMoved, {{"records", std::to_string(before)},
                                                 {"before", farthest->stream},
                                                 {"stream", m_spec.target->name()}}));
            for (const Problem &notice : earlier->notices)
                report(notice);
        }
    }
    Bytes sourceProgress;
    if (auto ok = decodeProgress(progress, sourceProgress); !ok)
        return fail(std::move(ok).error());
    if (!m_deadProducer.progress.empty())
        m_deadStored = ByteReader(m_deadProducer.progress).varint();
    if (auto ok = m_source->restore(sourceProgress); !ok)
        return fail(std::move(ok).error());
    m_phase = Phase::Making;
    publish([&](TaskFigures &figures) {
        figures.nodes = {m_meter};
        figures.state = NodeState::Running;
        figures.reads = m_source->reads();
    });
    return {TaskNext::Kind::Again, {}};
}

void ProducerTask::setPace(double factor)
{
    {
        const std::lock_guard guard(m_pacesMutex);
        m_paces.push_back({factor, clock().mono()});
    }
    wake()(); // what it waits for comes at another moment now
}

std::vector<ProducerTask::Pace> ProducerTask::takePaces()
{
    const std::lock_guard guard(m_pacesMutex);
    return std::exchange(m_paces, {});
}

TaskNext ProducerTask::make()
{
    for (const Pace &pace : takePaces())
        m_source->setPace(pace.factor, pace.since);
    const auto size = m_spec.target->putSize();
    auto made =
        m_source->step(size ? SourceBudget{size->records, size->bytes} : SourceBudget{}, m_builder);
    if (!made)
        return fail(std::move(made).error());
    m_step = *std::move(made);
    for (const Problem &notice : m_step.notices)
        report(notice);
    const std::size_t records = m_builder.count();
    if (records == 0 && m_step.dead.empty() && !m_step.storeAlone) {
        if (m_step.state == SourceStep::State::Finished)
            return end(NodeState::Finished, {});
        if (m_step.state == SourceStep::State::Wait)
            return {TaskNext::Kind::WaitUntil, m_step.wakeAt};
        return {TaskNext::Kind::Again, {}};
    }
    m_next = m_meter;
    m_next.counts.in += records + m_step.dead.size();
    m_next.counts.processed += records;
    m_next.counts.out += records;
    m_batch = records == 0 ? nullptr : m_builder.finish();
    if (m_batch)
        m_next.bytesOut += m_batch->dataBytes();

    DeadLetters dead;
    for (const DeadInput &input : m_step.dead) {
        if (m_next.counts.dead++ >= m_deadStored)
            dead.add(m_spec.node, input);
    }
    m_deadBatch = dead.empty() ? nullptr : dead.take();
    publish([&](TaskFigures &figures) {
        auto &counts = figures.nodes.front().counts;
        counts.in = m_next.counts.in;
        counts.inFlight = m_next.counts.in - m_meter.counts.in;
    });
    m_phase = m_deadBatch ? Phase::DeadLetters : Phase::Committing;
    return m_deadBatch ? commitDeadLetters() : commit();
}

TaskNext ProducerTask::commitDeadLetters()
{
    Bytes progress;
    ByteWriter(progress).varint(m_next.counts.dead);
    const auto result = put(*m_spec.deadLetters, m_deadProducer, m_deadBatch, progress);
    if (!result)
        return {TaskNext::Kind::Again, {}};
    if (!*result)
        return retry(result->error());
    m_deadStored = m_next.counts.dead;
    succeeded();
    m_phase = Phase::Committing;
    return commit();
}

TaskNext ProducerTask::commit()
{
    const auto result = put(*m_spec.target, m_producer, m_batch, encodeProgress());
    if (!result)
        return {TaskNext::Kind::Again, {}};
    if (!*result)
        return retry(result->error());
    return afterCommit();
}

TaskNext ProducerTask::afterCommit()
{
    succeeded();
    m_meter = m_next;
    m_batch.reset();
    m_deadBatch.reset();
    m_phase = Phase::Making;
    publish([&](TaskFigures &figures) {
        figures.nodes = {m_meter};
        figures.state = NodeState::Running;
        figures.attention.reset();
    });
    switch (m_step.state) {
    case SourceStep::State::Finished:
        return end(NodeState::Finished, {});
    case SourceStep::State::Wait:
        return {TaskNext::Kind::WaitUntil, m_step.wakeAt};
    case SourceStep::State::More:
        break;
    }
    return {TaskNext::Kind::Again, {}};
}

TaskNext ProducerTask::retry(const Problem &problem)
{
    if (isFinal(problem))
        return fail(problem);
    const bool limited = problem.code() == Code::ThroughputExceeded;
    if (!limited)
        report(problem); // before it holds: else it would be told of as something new
    setState(limited ? NodeState::BackPressured : NodeState::Retrying, problem);
    return retryAfter(problem);
}

TaskNext ProducerTask::end(NodeState state, std::optional<Problem> problem)
{
    m_phase = Phase::Over;
    if (problem)
        report(*problem);
    publish([&](TaskFigures &figures) {
        figures.nodes = {m_meter};
        figures.state = state;
        figures.attention = std::move(problem);
    });
    return {TaskNext::Kind::Done, {}};
}

void ProducerTask::close()
{
    m_phase = Phase::Over;
    publish([&](TaskFigures &figures) {
        figures.nodes = {m_meter};
        if (figures.state != NodeState::Failed && figures.state != NodeState::Finished)
            figures.state = NodeState::Stopped;
    });
}

Bytes ProducerTask::encodeProgress() const
{
    Bytes out;
    ByteWriter writer(out);
    writer.u8(kLayout);
    m_next.counts.write(writer);
    writer.varint(m_next.bytesOut);
    writer.sized(m_step.progress);
    return out;
}

Status ProducerTask::decodeProgress(ByteView bytes, Bytes &sourceProgress)
{
    if (bytes.empty())
        return Done{};
    ByteReader reader(bytes);
    const std::uint8_t layout = reader.u8();
    m_meter.counts = m_meter.countsBefore = FateCounts::read(reader);
    m_meter.bytesOut = m_meter.bytesOutBefore = reader.varint();
    const ByteView source = reader.sized();
    if (layout != kLayout || !reader.ok())
        return Problem(Code::Corrupt,
                       {{"what", "a producer's progress"}, {"reason", "it does not decode"}},
                       m_spec.target->name());
    sourceProgress.assign(source.begin(), source.end());
    return Done{};
}

} // namespace millrace::runtime
