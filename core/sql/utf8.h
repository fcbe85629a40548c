// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/utf8.h"

#include <string>

namespace millrace::sql {

// Parts of a text by characters, as core/base/utf8.h counts them; nothing here reads past it.

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

/// A character of Latin-1 (0 to 255), which is the code point of that number, in UTF-8.
inline std::string latinCharacter(unsigned code)
{
    if (code < 0x80)
        return {static_cast<char>(code)};
    return {static_cast<char>(0xC0U | (code >> 6U)), static_cast<char>(0x80U | (code & 0x3FU))};
}

} // namespace millrace::sql
