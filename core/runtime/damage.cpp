// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/damage.h"

#include <charconv>

namespace millrace::runtime {

std::optional<Ordinal> behindDamage(const Problem &problem, Ordinal at)
{
    const std::string_view text = problem.argument("next");
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem.code() != Code::Corrupt || error != std::errc() ||
        end != text.data() + text.size() || Ordinal(value) <= at)
        return {};
    return Ordinal(value);
}

} // namespace millrace::runtime
