// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace millrace::nodes {

/// Chooses which of a generator's keys record n gets: rank 0 is the hot key, 1 to keys - 1 the
/// others, the more popular the lower.
///
/// `skew` 0 gives every key the same share; 1 gives the hot key everything. In between the hot key
/// has 1/keys + skew·(1 - 1/keys) of the records, spread evenly over them, and the others follow a
/// power law that grows steeper with the skew. A pure function of (seed, n).
/// Thread-safety: immutable after construction.
class KeyPicker
{
public:
    KeyPicker(std::uint64_t seed, std::uint64_t keys, double skew);

    std::uint64_t rank(std::uint64_t record) const;

private:
    std::uint64_t m_seed;
    std::uint64_t m_others;
    double m_exponent;
    std::uint64_t m_hotBelow; ///< share of the hot key × 2⁶⁴, saturated
    bool m_onlyHot;
};

} // namespace millrace::nodes
