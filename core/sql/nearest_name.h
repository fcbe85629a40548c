// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace millrace::sql {

/// The candidate that `name` most likely was meant to be: the fewest edits (without regard to
/// case), at most a third of its length. Empty when none is near.
std::string_view nearestName(std::string_view name, std::span<const std::string_view> candidates);

} // namespace millrace::sql
