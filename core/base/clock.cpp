// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include "core/base/assert.h"

#include <cstring>
#include <sys/random.h>

namespace millrace {

WallTime SystemClock::wall() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

MonoTime SystemClock::mono() const
{
    return std::chrono::steady_clock::now();
}

ManualClock::ManualClock(WallTime start)
    : m_start(start)
{}

WallTime ManualClock::wall() const
{
    return m_start + std::chrono::floor<std::chrono::milliseconds>(
                         std::chrono::nanoseconds(m_elapsedNanos.load()));
}

MonoTime ManualClock::mono() const
{
    return MonoTime(std::chrono::nanoseconds(m_elapsedNanos.load()));
}

void ManualClock::advance(std::chrono::nanoseconds by)
{
    m_elapsedNanos += by.count();
}

void SystemRandom::fill(std::span<std::byte> out)
{
    while (!out.empty()) {
        const auto n = getrandom(out.data(), out.size(), 0);
        if (n < 0)
            continue; // interrupted: getrandom fails in no other way once the kernel is up
        out = out.subspan(static_cast<std::size_t>(n));
    }
}

void SeededRandom::fill(std::span<std::byte> out)
{
    for (std::size_t i = 0; i < out.size(); i += 8) {
        const std::uint64_t word = mix64(m_state.fetch_add(0x9E3779B97F4A7C15ULL));
        std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, out.size() - i));
    }
}

} // namespace millrace
