// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::reference {

/// Numbers for tests: the same for the same seed.
class Dice
{
public:
    explicit Dice(std::uint64_t seed)
        : m_state(seed)
    {}
    std::uint64_t below(std::uint64_t bound); ///< bound at least 1
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    template <class List>
    const auto &pick(const List &list)
    {
        return list[below(std::size(list))];
    }

private:
    std::uint64_t m_state;
};

/// Over the readings of the generator's sensors. The last three fail for some records: a division
/// by zero, a text that is no number.
inline constexpr std::array<std::string_view, 8> kConditions = {
    "rssi > -70",
    "site IN ('roof', 'yard', 'boiler')",
    "ok",
    "battery_percent % 2 = 0",
    "partition_key LIKE 'sensor-%'",
    "100 / (rssi + 60) > -9",
    "rssi < -55 OR CAST(site AS INT) > 0",
    "100 / (battery_percent - 40) <> 1",
};
/// New partition keys; empty keeps the old one, the last is missing for some records.
inline constexpr std::array<std::string_view, 5> kKeys = {
    "", "", "site", "CAST(battery_percent AS STRING)",
    "CASE WHEN rssi < -80 THEN NULL ELSE site END"};

/// `prefix` of three letters, with a number.
NodeId makeId(const std::string &prefix, int number);
graph::Node makeNode(const NodeId &id, const std::string &kind);

} // namespace millrace::reference
