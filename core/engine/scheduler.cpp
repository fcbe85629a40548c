// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/scheduler.h"

#include "core/base/thread.h"

#include <algorithm>

namespace millrace::engine {
namespace {

/// Enough for the rest of a batch (dead letters, then the end, then to hear of it); what is refused
/// does not hold up a stop.
constexpr int kLastSteps = 4;

/// Who asks for no more than that is waited for between them: the reader of standard output is a
/// moment behind, and what it did not take of the batch would come again.
constexpr std::chrono::milliseconds kShortWait{20};

} // namespace

class Scheduler::Slot
{
public:
    enum class State : std::uint8_t { Empty = 1, Idle, Ready, Running, RunningAgain, Stopped };
    State state = State::Empty;
    /// No worker takes it again: one that goes on at once would never be seen idle.
    bool stopping = false;
    std::shared_ptr<runtime::Task> task;
};

using State = Scheduler::Slot::State;

Scheduler::Scheduler(Clock &clock, unsigned workers, const LogSink &report)
    : m_clock(clock)
{
    for (unsigned i = 0; i < workers; ++i)
        m_workers.push_back(
            namedThread("worker", report, [this](const std::stop_token &stop) { work(stop); }));
}

Scheduler::~Scheduler()
{
    for (auto &worker : m_workers)
        worker.request_stop();
    m_workers.clear();
}

Scheduler::SlotPtr Scheduler::makeSlot()
{
    return std::make_shared<Slot>();
}

runtime::Task::Wake Scheduler::wakeOf(const SlotPtr &slot)
{
    return [this, weak = std::weak_ptr<Slot>(slot)] {
        if (const SlotPtr alive = weak.lock())
            wake(alive);
    };
}

void Scheduler::start(const SlotPtr &slot, std::shared_ptr<runtime::Task> task)
{
    {
        const std::lock_guard guard(m_mutex);
        slot->task = std::move(task);
        slot->state = State::Ready;
        m_ready.push_back(slot);
    }
    m_changed.notify_one();
}

void Scheduler::wake(const SlotPtr &slot)
{
    {
        const std::lock_guard guard(m_mutex);
        if (slot->state == State::Running)
            slot->state = State::RunningAgain;
        if (slot->state == State::Stopped)
            m_settled.notify_all(); // a put came to its end
        if (slot->state != State::Idle || slot->stopping)
            return;
        slot->state = State::Ready;
        m_ready.push_back(slot);
    }
    m_changed.notify_one();
}

void Scheduler::stop(const SlotPtr &slot, const std::function<void()> &pump, MonoTime giveUp)
{
    std::unique_lock lock(m_mutex);
    slot->stopping = true;
    m_settled.wait(
        lock, [&] { return slot->state != State::Running && slot->state != State::RunningAgain; });
    slot->state = State::Stopped;
    std::erase(m_ready, slot);
    std::erase_if(m_timers, [&](const auto &timer) { return timer.second == slot; });
    const auto task = std::exchange(slot->task, nullptr);
    if (!task)
        return;
    const auto settle = [&] {
        if (!pump)
            m_settled.wait(lock, [&] { return !task->inFlight(); });
        lock.unlock();
        while (task->inFlight())
            pump();
    };
    settle();
    // What is stopped before it began would say that it never did anything.
    if (!task->begun()) {
        task->run();
        lock.lock();
        settle();
    }
    for (int steps = 0; steps < kLastSteps && task->midway();) {
        const runtime::TaskNext next = task->run();
        const MonoTime now = m_clock.mono();
        lock.lock();
        if (next.kind == runtime::TaskNext::Kind::WaitUntil && !m_clock.isVirtual() &&
            next.at - now <= kShortWait && now < giveUp)
            m_settled.wait_until(lock, next.at, [] { return false; });
        else
            ++steps;
        settle();
    }
    task->close();
}

void Scheduler::setPaused(bool paused)
{
    {
        const std::lock_guard guard(m_mutex);
        m_paused = paused;
    }
    m_changed.notify_all();
}

bool Scheduler::mayRun(const SlotPtr &slot) const
{
    return !m_paused || slot->task->midway();
}

Scheduler::SlotPtr Scheduler::takeReady()
{
    const MonoTime now = m_clock.mono();
    while (!m_paused && !m_timers.empty() && m_timers.begin()->first <= now) {
        const SlotPtr slot = m_timers.begin()->second;
        m_timers.erase(m_timers.begin());
        if (slot->state == State::Idle) {
            slot->state = State::Ready;
            m_ready.push_back(slot);
        }
    }
    const auto next = std::find_if(m_ready.begin(), m_ready.end(),
                                   [this](const SlotPtr &slot) { return mayRun(slot); });
    if (next == m_ready.end())
        return nullptr;
    const SlotPtr slot = *next;
    m_ready.erase(next);
    slot->state = State::Running;
    return slot;
}

void Scheduler::runStep(const SlotPtr &slot, std::unique_lock<std::mutex> &lock)
{
    const auto task = slot->task;
    lock.unlock();
    runtime::TaskNext next{runtime::TaskNext::Kind::Done, {}};
    std::exception_ptr thrown; // what a task cannot even fail with: the thread tells it
    try {
        next = task->run();
    } catch (const std::exception &) {
        thrown = std::current_exception();
    }
    lock.lock();
    const bool again =
        slot->state == State::RunningAgain || next.kind == runtime::TaskNext::Kind::Again;
    if (next.kind == runtime::TaskNext::Kind::Done) {
        slot->state = State::Stopped;
    } else if (again && !slot->stopping) {
        slot->state = State::Ready;
        m_ready.push_back(slot);
    } else {
        slot->state = State::Idle;
        if (next.kind == runtime::TaskNext::Kind::WaitUntil) {
            // One timer a task: an earlier one it was woken before is of no use any more.
            std::erase_if(m_timers, [&](const auto &timer) { return timer.second == slot; });
            m_timers.emplace(next.at, slot);
        }
    }
    m_changed.notify_all();
    m_settled.notify_all();
    if (thrown)
        std::rethrow_exception(thrown);
}

void Scheduler::work(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (const SlotPtr slot = takeReady()) {
            runStep(slot, lock);
            continue;
        }
        const auto due = [this] {
            return std::any_of(m_ready.begin(), m_ready.end(),
                               [this](const SlotPtr &slot) { return mayRun(slot); });
        };
        if (m_timers.empty() || m_paused) {
            m_changed.wait(lock, stop, [&] { return due() || (!m_paused && !m_timers.empty()); });
        } else {
            // A copy: the timer may go while this waits, or an earlier one come.
            const MonoTime until = m_timers.begin()->first;
            m_changed.wait_until(lock, stop, until, [&] {
                return due() || (!m_timers.empty() && m_timers.begin()->first < until);
            });
        }
    }
}

bool Scheduler::runOne()
{
    std::unique_lock lock(m_mutex);
    const SlotPtr slot = takeReady();
    if (!slot)
        return false;
    runStep(slot, lock);
    return true;
}

std::optional<MonoTime> Scheduler::nextWake() const
{
    const std::lock_guard guard(m_mutex);
    if (m_paused || m_timers.empty())
        return {};
    return m_timers.begin()->first;
}

} // namespace millrace::engine
