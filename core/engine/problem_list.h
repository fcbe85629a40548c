// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <deque>
#include <mutex>

namespace millrace::engine {

/// The problem, placed at the node unless its place names a node already: a problem of one step is
/// met by the end of the chain that it is part of.
Problem atNode(Problem problem, const NodeId &node);

/// The problems of a run: the same code at the same place is one entry that counts up. Every report
/// is an event, too.
///
/// Both are bounded. A new problem takes the place of the one that has been silent for longest, of
/// those that no longer hold where there are some; ProblemsDropped then ends the list with their
/// number. Of events the oldest go; EventsDropped comes first the next time.
/// Thread-safety: every function may be called from any thread.
class ProblemList
{
public:
    static constexpr std::size_t kMaxEntries = 500;
    static constexpr std::size_t kMaxEvents = 2000;

    void report(const Problem &problem, WallTime now);
    void clear();
    /// All entries, newest first, once more with those that hold at this moment: one that was not
    /// holding before, nor reported or holding in the last 5 s, counts up. What is neither among
    /// them nor recent is not active.
    std::vector<runtime::ProblemEntry> entries(const std::vector<Problem> &holding, WallTime now);
    std::vector<Event> takeEvents();

private:
    void add(const Problem &problem, WallTime now); ///< with m_mutex held

    std::mutex m_mutex; ///< guards all below
    std::vector<runtime::ProblemEntry> m_entries;
    std::vector<Problem> m_holding; ///< at the last call of entries()
    std::deque<Event> m_events;
    std::uint64_t m_entriesDropped = 0; ///< since clear()
    WallTime m_lastDrop{};
    std::uint64_t m_eventsDropped = 0; ///< since takeEvents()
};

} // namespace millrace::engine
