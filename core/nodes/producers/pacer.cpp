// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/pacer.h"

#include <algorithm>
#include <utility>

namespace millrace::nodes {
namespace {

/// About 30 years: further ahead nothing is meant.
constexpr double kFarthest = 1e18;

} // namespace

Pacer::Pacer(const Clock &clock)
    : m_clock(clock)
    , m_from(clock.mono())
{}

void Pacer::start(std::int64_t position)
{
    m_from = m_clock.mono();
    m_position = position;
    m_standstill = {};
}

std::int64_t Pacer::positionAt(MonoTime time) const
{
    const double passed = static_cast<double>((time - m_from).count()) * m_pace;
    return m_position + static_cast<std::int64_t>(std::min(passed, kFarthest));
}

std::int64_t Pacer::reached(std::int64_t next)
{
    const MonoTime now = m_clock.mono();
    std::int64_t position = positionAt(now);
    const auto most = static_cast<std::int64_t>(
        std::min(static_cast<double>(kMaximumLag.count()) * m_pace, kFarthest));
    if (!m_clock.isVirtual() && m_pace > 0 && position - next > most) {
        m_standstill += std::chrono::nanoseconds(
            static_cast<std::int64_t>(static_cast<double>(position - next - most) / m_pace));
        position = next + most;
        m_from = now;
        m_position = position;
    }
    return position;
}

MonoTime Pacer::wakeAt(std::int64_t position) const
{
    const MonoTime now = m_clock.mono();
    // At a standstill until somebody sets a pace.
    const double wait =
        m_pace > 0 ? static_cast<double>(position - positionAt(now)) / m_pace : kFarthest;
    const std::chrono::nanoseconds nanos(
        static_cast<std::int64_t>(std::clamp(wait, 0.0, kFarthest)) + 1);
    return now + std::max(nanos, kTick);
}

void Pacer::setPace(double factor, MonoTime since)
{
    if (!(factor >= 0))
        return;
    const MonoTime at = std::max(since, m_from); // it may have been set before the start
    if (m_pace == 0)
        m_standstill += at - m_from;
    m_position = positionAt(at);
    m_from = at;
    m_pace = factor;
}

std::chrono::nanoseconds Pacer::takeStandstill()
{
    return std::exchange(m_standstill, {});
}

} // namespace millrace::nodes
