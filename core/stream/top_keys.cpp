// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/top_keys.h"

#include <algorithm>

namespace millrace::stream {

void TopKeys::add(std::string_view key, std::uint64_t hash)
{
    m_total += 1;
    if (const auto found = m_byHash.find(hash); found != m_byHash.end()) {
        m_counters[found->second].entry.count += 1;
        return;
    }
    if (m_counters.size() < kCounters) {
        m_byHash.emplace(hash, static_cast<std::uint32_t>(m_counters.size()));
        m_counters.push_back({hash, {std::string(key), 1, 0}});
        return;
    }
    const auto least =
        std::min_element(m_counters.begin(), m_counters.end(), [](const auto &a, const auto &b) {
            return a.entry.count < b.entry.count;
        });
    m_byHash.erase(least->hash);
    m_byHash.emplace(hash, static_cast<std::uint32_t>(least - m_counters.begin()));
    least->hash = hash;
    least->entry.key.assign(key);
    least->entry.error = least->entry.count;
    least->entry.count += 1;
}

void TopKeys::age(MonoTime now)
{
    while (now - m_halvedAt >= kHalfLife) {
        m_halvedAt += kHalfLife;
        m_total /= 2;
        for (auto &counter : m_counters) {
            counter.entry.count /= 2;
            counter.entry.error /= 2;
        }
        if (m_total < 0.5) {
            // Nothing for long: no need to catch up half-life by half-life.
            m_counters.clear();
            m_byHash.clear();
            m_total = 0;
            m_halvedAt = now;
        }
    }
}

std::vector<TopKeys::Entry> TopKeys::top(std::size_t most) const
{
    std::vector<Entry> out;
    for (const auto &counter : m_counters)
        out.push_back(counter.entry);
    const std::size_t n = std::min(most, out.size());
    std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n), out.end(),
                      [](const Entry &a, const Entry &b) {
                          return a.count != b.count ? a.count > b.count : a.key < b.key;
                      });
    out.resize(n);
    return out;
}

} // namespace millrace::stream
