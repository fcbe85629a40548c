// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <deque>
#include <mutex>

namespace millrace::engine {

/// The problem, placed at the node unless its place names a node already: a problem of one step is
/// met by the end of the chain that it is part of.
Problem atNode(Problem problem, const NodeId &node);

/// The problems of a run: the same code at the same place is one entry that counts up. Nothing
/// expires by itself. Every report is an event, too.
/// Thread-safety: every function may be called from any thread.
class ProblemList
{
public:
    void report(const Problem &problem, WallTime now);
    void clear();
    /// All entries, newest first, once more with those that hold at this moment: one that was not
    /// holding before counts up. What is neither among them nor recent is not active.
    std::vector<runtime::ProblemEntry> entries(const std::vector<Problem> &holding, WallTime now);
    std::vector<Event> takeEvents();

private:
    void add(const Problem &problem, WallTime now); ///< with m_mutex held

    static constexpr std::size_t kMaxEntries = 500;
    static constexpr std::size_t kMaxEvents = 2000;
    std::mutex m_mutex; ///< guards all below
    std::vector<runtime::ProblemEntry> m_entries;
    std::vector<Problem> m_holding; ///< at the last call of entries()
    std::deque<Event> m_events;
};

} // namespace millrace::engine
