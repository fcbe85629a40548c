// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace millrace {

/// MD5 (RFC 1321) of `text`, 16 bytes in the order of the RFC's hex form. This is what AWS maps a
/// partition key to a shard with; it protects nothing here.
/// Thread-safety: pure function.
std::array<std::uint8_t, 16> md5(std::string_view text);

} // namespace millrace
