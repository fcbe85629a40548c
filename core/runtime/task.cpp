// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/task.h"

#include <algorithm>
#include <charconv>

namespace millrace::runtime {

TaskNext Task::run(Clock &clock)
{
    const MonoTime begin = clock.mono();
    const TaskNext next = step();
    const auto spent = static_cast<std::uint64_t>((clock.mono() - begin).count());
    const std::lock_guard guard(m_mutex);
    m_figures.busyNanos += spent;
    return next;
}

TaskFigures Task::figures() const
{
    const std::lock_guard guard(m_mutex);
    return m_figures;
}

void Task::publish(const std::function<void(TaskFigures &)> &change)
{
    const std::lock_guard guard(m_mutex);
    change(m_figures);
}

void Task::setState(NodeState state, std::optional<Problem> attention)
{
    publish([&](TaskFigures &figures) {
        figures.state = state;
        figures.attention = std::move(attention);
    });
}

void Task::setBackPressured(Clock &clock, bool on)
{
    const std::lock_guard guard(m_mutex);
    const MonoTime now = clock.mono();
    if (m_waitingSince)
        m_figures.waitNanos += static_cast<std::uint64_t>((now - *m_waitingSince).count());
    m_waitingSince = on ? std::optional(now) : std::nullopt;
}

std::chrono::milliseconds BackOff::next()
{
    const auto now = m_next;
    m_next = std::min(kLast, m_next * 2);
    return now;
}

std::chrono::milliseconds retryAfter(const Problem &problem, BackOff &backOff)
{
    const std::string_view text = problem.argument("retryMs");
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (!text.empty() && error == std::errc() && ms > 0)
        return std::chrono::milliseconds(ms);
    return backOff.next();
}

} // namespace millrace::runtime
