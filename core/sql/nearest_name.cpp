// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/nearest_name.h"

#include "core/sql/token.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace millrace::sql {
namespace {

/// Levenshtein's distance, two rows at a time.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::string_view nearestName(std::string_view name, std::span<const std::string_view> candidates)
{
    constexpr std::size_t kLongest = 64; // a longer name is no slip of the finger
    if (name.size() > kLongest)
        return {};
    const std::string wanted = upperAscii(name);
    std::string_view best;
    std::size_t least = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        if (candidate.size() > kLongest)
            continue;
        const std::size_t edits = distance(wanted, upperAscii(candidate));
        if (edits < least) {
            least = edits;
            best = candidate;
        }
    }
    return best;
}

} // namespace millrace::sql
