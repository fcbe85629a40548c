// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::sql {

enum class LetterCase : std::uint8_t { Upper = 1, Lower, Words };

/// `text` in capital or small letters, or each word with a capital. Letter by letter (glibc's
/// C.UTF-8 tables), so that "ß" stays; what is no UTF-8 stays as it is.
std::string changeCase(std::string_view text, LetterCase letterCase);

} // namespace millrace::sql
