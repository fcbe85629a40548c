// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/deployment.h"
#include "core/engine/problem_list.h"
#include "core/runtime/metrics_history.h"

namespace millrace::engine {

/// Makes snapshots of a deployment, with rates over the last whole second, and feeds the metrics
/// history. Keeps the totals of a second ago.
/// Thread-safety: one thread at a time, with the owner's lock on the deployment.
class SnapshotBuilder
{
public:
    SnapshotBuilder(stream::StreamStore &store, runtime::MetricsHistory &history, Clock &clock);

    /// When a second ends of which rates are taken. In virtual time somebody may look at any
    /// moment, but equal runs must come to equal figures and messages: its seconds end when it is
    /// said.
    enum class Tick : std::uint8_t {
        ByTheClock = 1, ///< after a second; in virtual time never
        Now,
    };
    runtime::SnapshotPtr build(const Deployment &deployment, ProblemList &problems,
                               runtime::RunState state, double pace, Tick tick = Tick::ByTheClock);

private:
    /// Totals of a shard, a task or a node of a task at the last tick, of what this incarnation
    /// did.
    struct Totals {
        std::uint64_t recordsIn = 0;
        std::uint64_t bytesIn = 0;
        std::uint64_t recordsOut = 0;
        std::uint64_t bytesOut = 0;
        std::uint64_t refused = 0;
        std::uint64_t dead = 0;
        std::uint64_t busyNanos = 0;
        std::uint64_t waitNanos = 0;
        std::uint64_t restored = 0; ///< what earlier incarnations took; tells them apart
    };
    struct Rates {
        double recordsIn = 0;
        double bytesIn = 0;
        double recordsOut = 0;
        double bytesOut = 0;
        double refused = 0;
        double dead = 0;
        double busy = 0;
        double wait = 0;
    };

    void beginProject(const Uuid &project);
    /// The rates of `key` since the last tick; at a tick they are taken anew from `now`.
    Rates rates(const std::string &key, const Totals &now);
    void addStream(const Deployment &deployment, const NodeId &node, runtime::Snapshot &out);
    void addTasks(const Deployment &deployment, runtime::Snapshot &out);
    void addWires(const Deployment &deployment, runtime::Snapshot &out);
    void remember(const runtime::Snapshot &snapshot);
    std::uint64_t residentBytes();

    stream::StreamStore &m_store;
    runtime::MetricsHistory &m_history;
    Clock &m_clock;
    Uuid m_project; ///< whose nodes the totals are of
    std::uint64_t m_generation = 0;
    std::optional<MonoTime> m_startedAt;
    MonoTime m_tickAt{};
    double m_elapsed = 1; ///< seconds between the last two ticks
    bool m_ticking = false;
    std::map<std::string, WallTime> m_oldestUnread; ///< by task, of the last tick
    std::map<std::string, Totals> m_totals;
    std::map<std::string, Rates> m_rates;
    std::map<NodeId, double> m_dead; ///< dead letters per second, for the history
};

} // namespace millrace::engine
