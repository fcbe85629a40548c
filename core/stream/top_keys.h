// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace::stream {

/// The most frequent partition keys of a shard by Space-Saving (Metwally, Agrawal, El Abbadi 2005)
/// with kCounters counters: a key with more than 1/kCounters of the records is always among them,
/// and its count is too high by at most `error`. Counts halve every kHalfLife, so that a key that
/// was hot an hour ago is forgotten.
/// Thread-safety: the owner's lock.
class TopKeys
{
public:
    static constexpr std::size_t kCounters = 64;
    static constexpr std::chrono::seconds kHalfLife{30};

    struct Entry {
        std::string key;
        double count = 0;
        double error = 0; ///< of `count`, this much may belong to others
    };

    explicit TopKeys(MonoTime now)
        : m_halvedAt(now)
    {}

    /// `hash` is any 64 well-mixed bits of the key; the key itself is only kept for counters.
    void add(std::string_view key, std::uint64_t hash);
    /// Halves what is due. Call now and then, at least before reading.
    void age(MonoTime now);
    /// The `most` highest counts, falling.
    std::vector<Entry> top(std::size_t most) const;
    double total() const { return m_total; }

private:
    struct Counter {
        std::uint64_t hash = 0;
        Entry entry;
    };
    std::vector<Counter> m_counters;
    std::unordered_map<std::uint64_t, std::uint32_t> m_byHash; ///< index into m_counters
    double m_total = 0;
    MonoTime m_halvedAt;
};

} // namespace millrace::stream
