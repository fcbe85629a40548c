// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/damage.h"

#include "core/base/problem_codes.h"

#include <charconv>

namespace millrace::log {

std::optional<Ordinal> behindDamage(const Problem &problem, Ordinal at)
{
    if (problem.code() != Code::Corrupt)
        return {};
    const std::string_view text = problem.argument("next");
    std::uint64_t next = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), next);
    if (error != std::errc() || end != text.data() + text.size() || Ordinal(next) <= at)
        return {};
    return Ordinal(next);
}

} // namespace millrace::log
