// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/runtime/task.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace::engine {

/// Runs tasks in steps: on worker threads, or, without any, by runOne() of the owner (virtual
/// time). A task is run by one thread at a time; a wake during a step makes it run again.
/// Thread-safety: every function may be called from any thread.
class Scheduler
{
public:
    /// A place for one task; made before the task, because the task needs its wake function.
    class Slot;
    using SlotPtr = std::shared_ptr<Slot>;

    /// `workers` 0: the owner drives. `report` takes what ought not to be.
    Scheduler(Clock &clock, unsigned workers, const LogSink &report);
    ~Scheduler();

    SlotPtr makeSlot();
    runtime::Task::Wake wakeOf(const SlotPtr &slot);
    void start(const SlotPtr &slot, std::shared_ptr<runtime::Task> task);

    /// No step of it runs any more and none will, however much it has to do, but the first, so that
    /// its figures are there, and those that bring a batch which is midway to its end: a few, and
    /// until `giveUp` as many as ask for a moment in between. The task is then closed. The step
    /// that runs and a put that is still under way are waited for; with `pump`, that is called
    /// until it is at its end (the owner commits, when it drives).
    void stop(const SlotPtr &slot, const std::function<void()> &pump, MonoTime giveUp);

    /// While paused no step begins, but those that bring a batch which is midway to its end: what
    /// its task holds meanwhile (a write transaction) is not held for as long as the pause.
    void setPaused(bool paused);

    /// Without workers: runs one due step. False when nothing is due.
    bool runOne();
    /// When the next task wants to be called; nothing when none does.
    std::optional<MonoTime> nextWake() const;

private:
    void work(const std::stop_token &stop);
    void wake(const SlotPtr &slot);
    SlotPtr takeReady();                    ///< with m_mutex held; null when nothing is due
    bool mayRun(const SlotPtr &slot) const; ///< with m_mutex held; of a ready one
    void runStep(const SlotPtr &slot, std::unique_lock<std::mutex> &lock);

    Clock &m_clock;
    mutable std::mutex m_mutex;            ///< guards all below and the slots
    std::condition_variable_any m_changed; ///< for the workers
    std::condition_variable m_settled;     ///< for stop(): a step or a put has ended
    std::deque<SlotPtr> m_ready;
    std::multimap<MonoTime, SlotPtr> m_timers;
    bool m_paused = false;
    std::vector<std::jthread> m_workers;
};

} // namespace millrace::engine
