// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::nodes {

/// A moment as data files spell it, in milliseconds since 1970, UTC where no zone is given:
/// "2026-01-31T08:05:00.123Z" and its kin (record::parseTimestamp), "2001/01/01 00:47[:05]", and
/// whole or decimal numbers: seconds since 1970 below 10¹¹, else milliseconds. Empty when it is
/// none of these.
std::optional<std::int64_t> parseMoment(std::string_view text);
std::optional<std::int64_t> momentFromNumber(double number);

} // namespace millrace::nodes
