// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace::sql {

/// Characters are Unicode code points. Java, and so Flink, counts UTF-16 units: the two differ
/// beyond U+FFFF only. Bytes that are no UTF-8 count as one character each or join the one before;
/// nothing here reads past the text.

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

/// The byte where character `index` (from 0) begins, or the size when there are fewer.
inline std::size_t characterOffset(std::string_view text, std::size_t index)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (!isContinuation(text[at]) && index-- == 0)
            break;
    }
    return at;
}

/// `count` characters from character `start`.
inline std::string_view characters(std::string_view text, std::size_t start, std::size_t count)
{
    const std::string_view rest = text.substr(characterOffset(text, start));
    return rest.substr(0, characterOffset(rest, count));
}

} // namespace millrace::sql
