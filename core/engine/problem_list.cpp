// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/problem_list.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace millrace::engine {
namespace {

/// A problem that came this recently counts as going on.
constexpr std::chrono::seconds kRecent{5};

bool same(const Problem &a, const Problem &b)
{
    return a.code() == b.code() && a.place() == b.place();
}

} // namespace

Problem atNode(Problem problem, const NodeId &node)
{
    const auto place = graph::parsePlace(problem.place());
    return place && place->node ? problem : std::move(problem).at(graph::nodePlace(node));
}

void ProblemList::report(const Problem &problem, WallTime now)
{
    const std::lock_guard guard(m_mutex);
    add(problem, now);
}

void ProblemList::add(const Problem &problem, WallTime now)
{
    m_events.push_back({now, problem});
    if (m_events.size() > kMaxEvents) {
        m_events.pop_front();
        ++m_eventsDropped;
    }
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const auto &entry) {
        return same(entry.problem, problem);
    });
    if (found == m_entries.end()) {
        if (m_entries.size() >= kMaxEntries) {
            m_entries.erase(std::min_element(
                m_entries.begin(), m_entries.end(), [](const auto &a, const auto &b) {
                    return std::tie(a.active, a.last) < std::tie(b.active, b.last);
                }));
            ++m_entriesDropped;
            m_lastDrop = now;
        }
        m_entries.push_back({problem, now, now, 1, true});
        return;
    }
    found->problem = problem; // the newest arguments
    found->last = now;
    ++found->count;
}

void ProblemList::clear()
{
    const std::lock_guard guard(m_mutex);
    m_entries.clear();
    m_holding.clear();
    m_entriesDropped = 0;
}

std::vector<runtime::ProblemEntry> ProblemList::entries(const std::vector<Problem> &holding,
                                                        WallTime now)
{
    const auto among = [](const std::vector<Problem> &problems, const Problem &one) {
        return std::any_of(problems.begin(), problems.end(),
                           [&](const Problem &p) { return same(p, one); });
    };
    const std::lock_guard guard(m_mutex);
    for (const Problem &problem : holding) {
        // Whoever waits for something reports it first: then it is no second event.
        const bool known = std::any_of(m_entries.begin(), m_entries.end(), [&](const auto &entry) {
            return same(entry.problem, problem) && now - entry.last <= kRecent;
        });
        if (!known && !among(m_holding, problem))
            add(problem, now);
    }
    m_holding = holding;
    for (auto &entry : m_entries) {
        const bool holds = among(holding, entry.problem);
        if (holds)
            entry.last = now;
        entry.active = holds || now - entry.last <= kRecent;
    }
    std::vector<runtime::ProblemEntry> out = m_entries;
    std::stable_sort(out.begin(), out.end(),
                     [](const auto &a, const auto &b) { return a.last > b.last; });
    if (m_entriesDropped > 0)
        out.push_back(
            {Problem(Code::ProblemsDropped, {{"count", std::to_string(m_entriesDropped)}}),
             m_lastDrop, m_lastDrop, m_entriesDropped, false});
    return out;
}

std::vector<Event> ProblemList::takeEvents()
{
    const std::lock_guard guard(m_mutex);
    std::vector<Event> out;
    if (const auto dropped = std::exchange(m_eventsDropped, 0); dropped > 0)
        out.push_back({m_events.front().at,
                       Problem(Code::EventsDropped, {{"count", std::to_string(dropped)}})});
    out.insert(out.end(), m_events.begin(), m_events.end());
    m_events.clear();
    return out;
}

} // namespace millrace::engine
