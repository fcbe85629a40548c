// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/letter_case.h"

#include "core/sql/utf8.h"

#include <clocale>
#include <cwctype>
#include <locale.h>

namespace millrace::sql {
namespace {

/// glibc 2.35 and newer have this locale built in; without it only ASCII letters change.
locale_t unicodeLocale()
{
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
}

bool isWordLetter(wint_t c)
{
    const locale_t locale = unicodeLocale();
    if (locale == nullptr)
        return c >= 0x80 || std::iswalnum(c) != 0;
    return iswalnum_l(c, locale) != 0;
}

wint_t changed(wint_t c, bool upper)
{
    if (c < 0x80) {
        if (upper)
            return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
        return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    }
    const locale_t locale = unicodeLocale();
    if (locale == nullptr)
        return c;
    return upper ? towupper_l(c, locale) : towlower_l(c, locale);
}

/// The code point of well-formed UTF-8, else 0xFFFFFFFF.
std::uint32_t decode(std::string_view bytes)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    switch (bytes.size()) {
    case 1:
        return byte(0) < 0x80 ? byte(0) : 0xFFFFFFFFU;
    case 2:
        return ((byte(0) & 0x1FU) << 6U) | (byte(1) & 0x3FU);
    case 3:
        return ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
    case 4:
        return ((byte(0) & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) |
               (byte(3) & 0x3FU);
    default:
        return 0xFFFFFFFFU;
    }
}

void encode(std::uint32_t code, std::string &out)
{
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | (code >> 12U));
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        out += static_cast<char>(0xF0U | (code >> 18U));
        out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

} // namespace

std::string changeCase(std::string_view text, LetterCase letterCase)
{
    std::string out;
    out.reserve(text.size());
    bool inWord = false;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t next = at + 1;
        while (next < text.size() && next < at + 4 && isContinuation(text[next]))
            ++next;
        const std::string_view bytes = text.substr(at, next - at);
        at = next;
        const std::uint32_t code = decode(bytes);
        if (code > 0x10FFFF) {
            out += bytes;
            continue;
        }
        const bool upper =
            letterCase == LetterCase::Upper || (letterCase == LetterCase::Words && !inWord);
        inWord = isWordLetter(static_cast<wint_t>(code));
        encode(static_cast<std::uint32_t>(changed(static_cast<wint_t>(code), upper)), out);
    }
    return out;
}

} // namespace millrace::sql
