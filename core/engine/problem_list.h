// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

namespace millrace::engine {

/// The problem, placed at the node unless its place names a node already: a problem of one step is
/// met by the end of the chain that it is part of.
Problem atNode(Problem problem, const NodeId &node);

/// The problems of a run: the same code at the same place of the same project is one entry that
/// counts up. Every report is an event, too.
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

    /// Whose documents the places are in from now on: what held before holds no more.
    void setProject(const Uuid &project);
    /// `project`: of the document that the place is in, where it is not the one of setProject().
    void report(const Problem &problem, WallTime now, const std::optional<Uuid> &project = {});
    void clear();
    /// What holds of setProject()'s at this moment: a problem that did not before, and was not just
    /// reported, counts up and is an event.
    void hold(const std::vector<Problem> &holding, WallTime now);
    /// All entries, newest first. What neither holds nor is recent is not active.
    std::vector<runtime::ProblemEntry> entries(WallTime now);
    std::vector<Event> takeEvents();

private:
    using Key = std::tuple<std::uint16_t, std::string, Uuid>; ///< code, place, project
    static Key keyOf(const Problem &problem, const Uuid &project);
    void add(const Problem &problem, WallTime now, const Uuid &project); ///< with m_mutex held
    bool holds(const runtime::ProblemEntry &entry) const;                ///< likewise

    std::mutex m_mutex; ///< guards all below
    Uuid m_project;
    std::vector<runtime::ProblemEntry> m_entries;
    std::vector<Problem> m_holding;  ///< at the last call of hold(), all of m_project
    std::map<Key, Event> m_reported; ///< recent ones
    std::deque<Event> m_events;
    std::uint64_t m_entriesDropped = 0; ///< since clear()
    WallTime m_lastDrop{};
    std::uint64_t m_eventsDropped = 0; ///< since takeEvents()
};

} // namespace millrace::engine
