// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/key_picker.h"

#include "core/base/clock.h"

#include <algorithm>
#include <cmath>

namespace millrace::nodes {
namespace {

/// 2⁶⁴ divided by the golden ratio: multiples of it, modulo 2⁶⁴, lie as evenly as can be (Weyl
/// sequence), so that the hot key's share holds in every second and not only on the average.
constexpr std::uint64_t kGoldenStep = 0x9E3779B97F4A7C15ULL;
/// Steepness of the power law per unit of skew; see the default clickstream in its test.
constexpr double kSteepness = 4;

} // namespace

KeyPicker::KeyPicker(std::uint64_t seed, std::uint64_t keys, double skew)
    : m_seed(mix64(seed ^ 0x6B657973ULL))
    , m_others(std::max<std::uint64_t>(keys, 1) - 1)
    , m_exponent(1 + kSteepness * skew)
{
    const double even = 1 / static_cast<double>(m_others + 1);
    const double hot = even + std::clamp(skew, 0.0, 1.0) * (1 - even);
    m_onlyHot = m_others == 0 || hot >= 1;
    m_hotBelow = m_onlyHot ? ~0ULL : static_cast<std::uint64_t>(std::ldexp(hot, 64));
}

std::uint64_t KeyPicker::rank(std::uint64_t record) const
{
    if (m_onlyHot || m_seed + record * kGoldenStep < m_hotBelow)
        return 0;
    const double even = std::ldexp(static_cast<double>(mix64(m_seed ^ record) >> 11), -53);
    const double skewed = m_exponent == 1 ? even : std::pow(even, m_exponent);
    const auto other = static_cast<std::uint64_t>(skewed * static_cast<double>(m_others));
    return 1 + std::min(other, m_others - 1);
}

} // namespace millrace::nodes
