// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/runtime/fate.h"
#include "core/runtime/sink.h"
#include "core/runtime/snapshot.h"

#include <functional>
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
};

/// What a task tells the outside: a copy is taken for each snapshot.
struct TaskFigures {
    std::vector<NodeMeter> nodes; ///< in the order of the chain
    NodeState state = NodeState::Running;
    std::optional<Problem> attention;
    std::vector<Cursor> cursors; ///< committed; empty for producers
    std::uint64_t busyNanos = 0;
    std::uint64_t waitNanos = 0; ///< back-pressured: for the stream or destination behind
};

/// One thing that workers run in steps: a producer with its stream, or a fragment.
///
/// step() never waits for disk acknowledgements of streams, other tasks or time: it returns and
/// is called again after `wake`. A sink's own transaction runs inside a step.
/// Thread-safety: step() and close() by one thread at a time; figures() by any.
class Task
{
public:
    using Wake = std::function<void()>; ///< from any thread, must not block
    using Report = std::function<void(const Problem &)>;

    virtual ~Task() = default;
    /// Measures and runs one step.
    TaskNext run(Clock &clock);
    /// In good order: what was flushed late is flushed. No step follows.
    virtual void close() = 0;
    /// True while a put is under way whose callback refers to this task: not to be destroyed.
    virtual bool inFlight() const = 0;
    virtual void setPace(double factor) { (void)factor; }
    TaskFigures figures() const;

protected:
    virtual TaskNext step() = 0;
    /// Changes the figures in one step, so that fates add up at every snapshot.
    void publish(const std::function<void(TaskFigures &)> &change);
    void setState(NodeState state, std::optional<Problem> attention = {});
    /// The time from now until it is called with false counts as back-pressured.
    void setBackPressured(Clock &clock, bool on);

private:
    mutable std::mutex m_mutex; ///< guards the two below
    TaskFigures m_figures;
    std::optional<MonoTime> m_waitingSince;
};

/// Waiting times between tries: 50 ms, doubling to 5 s.
class BackOff
{
public:
    std::chrono::milliseconds next();
    void reset() { m_next = kFirst; }

private:
    static constexpr std::chrono::milliseconds kFirst{50};
    static constexpr std::chrono::milliseconds kLast{5000};
    std::chrono::milliseconds m_next = kFirst;
};

/// How long to wait before a refused put is tried again: what the refusal says, else `backOff`.
std::chrono::milliseconds retryAfter(const Problem &problem, BackOff &backOff);

} // namespace millrace::runtime
