// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace millrace {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4; "123456789" gives 0xE3069283). `seed` is the CRC of
/// the bytes before, so that crc32c(b, crc32c(a)) is the CRC of a followed by b.
/// Thread-safety: pure function. Uses SSE 4.2 where the processor has it.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

} // namespace millrace
