// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>

namespace millrace {

/// Wall time in milliseconds since 1970-01-01T00:00:00Z; what a record's arrival is written in.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
/// Time that never goes back and has no calendar; for pace, rates and durations.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// The only road to time in core: whoever needs it is handed a Clock.
/// Thread-safety: every function may be called from any thread.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;
    virtual MonoTime mono() const = 0;
    /// True when time only moves by somebody's hand (tests, replay, `run --virtual`): whoever
    /// would wait asks for the next moment instead of sleeping.
    virtual bool isVirtual() const = 0;
};

class SystemClock final : public Clock
{
public:
    WallTime wall() const override;
    MonoTime mono() const override;
    bool isVirtual() const override { return false; }
};

/// A clock moved by hand. Wall and mono advance together.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(WallTime start = WallTime(std::chrono::milliseconds(1'767'225'600'000)));
    WallTime wall() const override;
    MonoTime mono() const override;
    bool isVirtual() const override { return true; }
    void advance(std::chrono::nanoseconds by);

private:
    WallTime m_start;
    std::atomic<std::int64_t> m_elapsedNanos = 0;
};

/// The only road to chance in core, handed in like the clock.
/// Thread-safety: every function may be called from any thread.
class RandomSource
{
public:
    virtual ~RandomSource() = default;
    virtual void fill(std::span<std::byte> out) = 0;
};

/// getrandom(2).
class SystemRandom final : public RandomSource
{
public:
    void fill(std::span<std::byte> out) override;
};

/// The same bytes for the same seed (SplitMix64), for tests.
class SeededRandom final : public RandomSource
{
public:
    explicit SeededRandom(std::uint64_t seed)
        : m_state(seed)
    {}
    void fill(std::span<std::byte> out) override;

private:
    std::atomic<std::uint64_t> m_state;
};

/// One step of SplitMix64 (Steele, Lea, Flood 2014): a well-mixed function of `x`.
constexpr std::uint64_t mix64(std::uint64_t x)
{
    x += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

} // namespace millrace
