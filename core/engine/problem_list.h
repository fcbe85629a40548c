// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <deque>
#include <mutex>

namespace millrace::engine {

/// The problems of a run: the same code at the same place is one entry that counts up. Nothing
/// expires by itself. Every report is an event, too.
/// Thread-safety: every function may be called from any thread.
class ProblemList
{
public:
    void report(const Problem &problem, WallTime now);
    void clear();
    /// Newest first. `current` are those that hold at this moment; the others are not active.
    std::vector<runtime::ProblemEntry> entries(const std::vector<Problem> &current,
                                               WallTime now) const;
    std::vector<Event> takeEvents();

private:
    static constexpr std::size_t kMaxEntries = 500;
    static constexpr std::size_t kMaxEvents = 2000;
    mutable std::mutex m_mutex; ///< guards the two below
    std::vector<runtime::ProblemEntry> m_entries;
    std::deque<Event> m_events;
};

} // namespace millrace::engine
