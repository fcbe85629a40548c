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

/// The project of a problem that is found in one; null for what is in no document, such as a
/// stream's log.
Uuid projectOf(const Problem &problem, const Uuid &project)
{
    return graph::parsePlace(problem.place()) ? project : Uuid();
}

bool among(const std::vector<Problem> &problems, const Problem &one)
{
    return std::any_of(problems.begin(), problems.end(),
                       [&](const Problem &problem) { return same(problem, one); });
}

} // namespace

Problem atNode(Problem problem, const NodeId &node)
{
    const auto place = graph::parsePlace(problem.place());
    return place && place->node ? problem : std::move(problem).at(graph::nodePlace(node));
}

void ProblemList::setProject(const Uuid &project)
{
    const std::lock_guard guard(m_mutex);
    if (project != m_project)
        m_holding.clear();
    m_project = project;
}

ProblemList::Key ProblemList::keyOf(const Problem &problem, const Uuid &project)
{
    return {static_cast<std::uint16_t>(problem.code()), std::string(problem.place()), project};
}

void ProblemList::report(const Problem &problem, WallTime now, const std::optional<Uuid> &project)
{
    const std::lock_guard guard(m_mutex);
    const Uuid in = projectOf(problem, project.value_or(m_project));
    add(problem, now, in);
    m_reported.insert_or_assign(keyOf(problem, in), Event{now, problem});
}

void ProblemList::add(const Problem &problem, WallTime now, const Uuid &project)
{
    m_events.push_back({now, problem});
    if (m_events.size() > kMaxEvents) {
        m_events.pop_front();
        ++m_eventsDropped;
    }
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const auto &entry) {
        return same(entry.problem, problem) && entry.project == project;
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
        m_entries.push_back({problem, now, now, 1, true, project});
        return;
    }
    found->problem = problem; // the newest arguments
    found->last = now;
    ++found->count;
}

bool ProblemList::holds(const runtime::ProblemEntry &entry) const
{
    return entry.project == projectOf(entry.problem, m_project) && among(m_holding, entry.problem);
}

void ProblemList::clear()
{
    const std::lock_guard guard(m_mutex);
    m_entries.clear();
    m_holding.clear();
    m_reported.clear();
    m_entriesDropped = 0;
}

void ProblemList::hold(const std::vector<Problem> &holding, WallTime now)
{
    const std::lock_guard guard(m_mutex);
    std::erase_if(m_reported, [&](const auto &one) { return now - one.second.at > kRecent; });
    for (const Problem &problem : holding) {
        // Who reports what then holds has said it already.
        const Uuid project = projectOf(problem, m_project);
        const auto reported = m_reported.find(keyOf(problem, project));
        const bool told = reported != m_reported.end() && reported->second.problem == problem;
        if (!among(m_holding, problem) && !told)
            add(problem, now, project);
    }
    m_holding = holding;
    for (auto &entry : m_entries) {
        if (holds(entry))
            entry.last = now;
    }
}

std::vector<runtime::ProblemEntry> ProblemList::entries(WallTime now)
{
    const std::lock_guard guard(m_mutex);
    for (auto &entry : m_entries)
        entry.active = holds(entry) || now - entry.last <= kRecent;
    std::vector<runtime::ProblemEntry> out = m_entries;
    std::stable_sort(out.begin(), out.end(),
                     [](const auto &a, const auto &b) { return a.last > b.last; });
    if (m_entriesDropped > 0)
        out.push_back(
            {Problem(Code::ProblemsDropped, {{"count", std::to_string(m_entriesDropped)}}),
             m_lastDrop,
             m_lastDrop,
             m_entriesDropped,
             false,
             {}});
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
