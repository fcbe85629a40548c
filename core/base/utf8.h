// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace {

/// Characters are Unicode code points. Java, and so Flink, counts UTF-16 units: the two differ
/// beyond U+FFFF only. Bytes that are no UTF-8 count as one character each or join the one before.

inline bool isContinuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

inline std::size_t characterCount(std::string_view text)
{
    std::size_t count = 0;
    for (const char c : text)
        count += isContinuation(c) ? 0U : 1U;
    return count;
}

/// The first and the last `bytes` bytes of `text`, or up to three less: never a part of a
/// character.
std::string_view firstBytes(std::string_view text, std::size_t bytes);
std::string_view lastBytes(std::string_view text, std::size_t bytes);

/// `text` cut to about `bytes` bytes, never inside a character, with "…" where something is
/// missing: for messages that quote what stands in a file or a record.
std::string shortened(std::string_view text, std::size_t bytes = 80);

} // namespace millrace
