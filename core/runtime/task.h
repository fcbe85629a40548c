// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/runtime/fate.h"
#include "core/runtime/sink.h"
#include "core/runtime/snapshot.h"
#include "core/stream/data_stream.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace millrace::runtime {

/// What a task waits for after a step.
struct TaskNext {
    enum class Kind : std::uint8_t {
        Again = 1, ///< more to do at once
        Wait,      ///< for its wake function
        WaitUntil, ///< for `at`, or its wake function
        Done,      ///< never again: finished, or failed (the meter says which)
    };
    Kind kind = Kind::Wait;
    MonoTime at{};
};

/// Figures of one node of a running task.
struct NodeMeter {
    NodeId node;
    FateCounts counts;
    std::uint64_t bytesOut = 0;
    // Of those, what earlier incarnations had done: it says nothing of what is done now.
    FateCounts countsBefore = {};
    std::uint64_t bytesOutBefore = 0;
};

/// What a task tells the outside: a copy is taken for each snapshot.
struct TaskFigures {
    std::vector<NodeMeter> nodes; ///< in the order of the chain
    NodeState state = NodeState::Running;
    std::optional<Problem> attention;
    std::vector<Cursor> cursors; ///< committed, or where it began; empty for producers
    /// Of a fragment that could not open its end yet: where that seems to stand. For show: it may
    /// begin elsewhere.
    std::vector<Cursor> standing;
    bool committed = false; ///< of a fragment: something, since it began
    std::string reads;      ///< of producers: Source::reads()
    std::uint64_t busyNanos = 0;
    std::uint64_t waitNanos = 0; ///< back-pressured: for the stream or destination behind
};

/// Waiting times between tries: 50 ms, doubling to 5 s.
class BackOff
{
public:
    std::chrono::milliseconds next(std::chrono::milliseconds most = kLast);
    void reset() { m_next = kFirst; }

private:
    static constexpr std::chrono::milliseconds kFirst{50};
    static constexpr std::chrono::milliseconds kLast{5000};
    std::chrono::milliseconds m_next = kFirst;
};

/// One thing that workers run in steps: a producer with its stream, or a fragment.
///
/// step() never waits for disk acknowledgements of streams, other tasks or time: it returns and
/// is called again after `wake`. Only the first one, which opens the task's producers, may commit
/// what an earlier incarnation had queued. At most one put is under way; no step runs meanwhile,
/// nor before the time that was set after a refusal. A sink's own transaction runs inside a step.
/// What is thrown in a step (memory gives out) stops the task with InternalError.
/// Thread-safety: run(), midway() and close() by one thread at a time; figures() and inFlight() by
/// any.
class Task : public std::enable_shared_from_this<Task>
{
public:
    using Wake = std::function<void()>; ///< from any thread, must not block
    using Report = std::function<void(const Problem &)>;

    virtual ~Task() = default;
    /// Runs one step when there may be one, and measures it.
    TaskNext run();
    /// In good order: what was flushed late is flushed. No step follows.
    virtual void close() = 0;
    /// True between the first and the last commit of a batch. To be stopped there is safe but not
    /// good: the next one, whose node may be another, finds dead letters without the rest.
    virtual bool midway() const = 0;
    /// Whether it had a step: with the first one its figures go on from what is stored.
    bool begun() const { return m_begun; }
    /// True while a put is under way; its callback keeps the task alive.
    bool inFlight() const { return m_inFlight; }
    /// From now on, as Source::setPace. By any thread, one at a time.
    virtual void setPace(double factor) { (void)factor; }
    TaskFigures figures() const;

protected:
    Task(Clock &clock, Wake wake, Report report);

    virtual TaskNext step() = 0;
    /// Reports the problem and ends the task as failed.
    virtual TaskNext fail(Problem problem) = 0;
    Clock &clock() const { return m_clock; }
    const Wake &wake() const { return m_wake; }
    void report(const Problem &problem) const { m_report(problem); }
    /// Changes the figures in one step, so that fates add up at every snapshot.
    void publish(const std::function<void(TaskFigures &)> &change);
    void setState(NodeState state, std::optional<Problem> attention = {});

    /// The put of this phase: the first call starts it and gives nothing, the step after its end
    /// gets what became of it. The time in between counts as back-pressured.
    /// `from`: the stream that the records were read from, where they were.
    std::optional<Status> put(stream::DataStream &to, const stream::ProducerHandle &producer,
                              const record::BatchPtr &batch, const Bytes &progress,
                              const stream::DataStream *from = nullptr);
    /// Refusals that no repetition heals: a task stops with them.
    static bool isFinal(const Problem &refusal);
    /// No step before `pause` is over.
    TaskNext retryAfter(std::chrono::milliseconds pause);
    /// The same, for as long as the refusal says, else with growing pauses until succeeded(). What
    /// is Busy is free at once when the other one is done: it is asked every quarter second.
    TaskNext retryAfter(const Problem &refusal);
    void succeeded() { m_backOff.reset(); }

private:
    TaskNext guardedStep();
    void setBackPressured(bool on);

    Clock &m_clock;
    const Wake m_wake;
    const Report m_report;
    BackOff m_backOff;
    std::optional<MonoTime> m_retryAt;

    std::atomic<bool> m_begun = false;
    std::atomic<bool> m_inFlight = false;
    mutable std::mutex m_mutex; ///< guards what follows
    TaskFigures m_figures;
    std::optional<MonoTime> m_waitingSince;
    std::optional<Status> m_result; ///< of the put that was under way
};

} // namespace millrace::runtime
