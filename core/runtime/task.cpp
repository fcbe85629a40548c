// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/task.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <charconv>
#include <exception>

namespace millrace::runtime {
namespace {

constexpr std::chrono::milliseconds kBusyAtMost{250};

} // namespace

Task::Task(Clock &clock, Wake wake, Report report)
    : m_clock(clock)
    , m_wake(std::move(wake))
    , m_report(std::move(report))
{}

TaskNext Task::run()
{
    if (m_inFlight)
        return {TaskNext::Kind::Wait, {}};
    const MonoTime begin = m_clock.mono();
    if (m_retryAt) {
        if (begin < *m_retryAt)
            return {TaskNext::Kind::WaitUntil, *m_retryAt};
        m_retryAt.reset();
    }
    m_begun = true;
    const TaskNext next = guardedStep();
    const auto spent = static_cast<std::uint64_t>((m_clock.mono() - begin).count());
    const std::lock_guard guard(m_mutex);
    m_figures.busyNanos += spent;
    return next;
}

TaskNext Task::guardedStep()
{
    try {
        return step();
    } catch (const std::exception &exception) {
        return fail(Problem(Code::InternalError,
                            {{"where", "the node's work"}, {"reason", exception.what()}}));
    }
}

TaskFigures Task::figures() const
{
    const std::lock_guard guard(m_mutex);
    return m_figures;
}

void Task::publish(const std::function<void(TaskFigures &)> &change)
{
    const std::lock_guard guard(m_mutex);
    change(m_figures);
}

void Task::setState(NodeState state, std::optional<Problem> attention)
{
    publish([&](TaskFigures &figures) {
        figures.state = state;
        figures.attention = std::move(attention);
    });
}

void Task::setBackPressured(bool on)
{
    const std::lock_guard guard(m_mutex);
    const MonoTime now = m_clock.mono();
    if (m_waitingSince)
        m_figures.waitNanos += static_cast<std::uint64_t>((now - *m_waitingSince).count());
    m_waitingSince = on ? std::optional(now) : std::nullopt;
}

std::optional<Status> Task::put(stream::DataStream &to, const stream::ProducerHandle &producer,
                                const record::BatchPtr &batch, const Bytes &progress,
                                const stream::DataStream *from)
{
    {
        const std::lock_guard guard(m_mutex);
        if (m_result)
            return std::exchange(m_result, std::nullopt);
    }
    m_inFlight = true;
    setBackPressured(true);
    stream::Put put;
    put.batch = batch;
    put.producer = &producer;
    put.progress = progress;
    put.fromWire = from != nullptr && from->entry().role == store::StreamRole::Wire;
    // The callback keeps the task alive: a stop may come while the put is under way.
    auto done = [self = shared_from_this()](Result<stream::PutOutcome> outcome) {
        self->setBackPressured(false);
        {
            const std::lock_guard guard(self->m_mutex);
            self->m_result = outcome ? Status(Done{}) : Status(std::move(outcome).error());
        }
        self->m_inFlight = false;
        self->m_wake();
    };
    try {
        to.put(std::move(put), std::move(done));
    } catch (...) {
        m_inFlight = false; // no callback comes: a stop would wait for it
        setBackPressured(false);
        throw;
    }
    return {};
}

bool Task::isFinal(const Problem &refusal)
{
    const Code code = refusal.code();
    return code == Code::ProducerFenced || code == Code::InvalidKey ||
           code == Code::RecordTooLarge || code == Code::NodeOutputClosed ||
           code == Code::NodeDestinationUnusable || code == Code::NodeTriggerEndsAll ||
           code == Code::StreamFolderGone;
}

TaskNext Task::retryAfter(std::chrono::milliseconds pause)
{
    m_retryAt = m_clock.mono() + pause;
    return {TaskNext::Kind::WaitUntil, *m_retryAt};
}

TaskNext Task::retryAfter(const Problem &refusal)
{
    const std::string_view text = refusal.argument("retryMs");
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    const bool said = !text.empty() && error == std::errc() && ms > 0;
    if (said)
        return retryAfter(std::chrono::milliseconds(ms));
    return retryAfter(refusal.code() == Code::Busy ? m_backOff.next(kBusyAtMost)
                                                   : m_backOff.next());
}

std::chrono::milliseconds BackOff::next(std::chrono::milliseconds most)
{
    const auto now = std::min(most, m_next);
    m_next = std::min(most, now * 2);
    return now;
}

} // namespace millrace::runtime
