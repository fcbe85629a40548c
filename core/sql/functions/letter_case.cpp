// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/letter_case.h"

#include "core/sql/utf8.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <clocale>
#include <cstdint>
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

bool isCased(std::uint32_t c)
{
    const locale_t locale = unicodeLocale();
    if (locale == nullptr)
        return c < 0x80 && std::isalpha(static_cast<int>(c)) != 0;
    return iswupper_l(static_cast<wint_t>(c), locale) != 0 ||
           iswlower_l(static_cast<wint_t>(c), locale) != 0;
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

/// A letter that several take the place of in capitals.
struct Expansion {
    std::uint32_t letter;
    std::array<std::uint32_t, 3> capitals; ///< 0: none
};

// [Unicode 14, SpecialCasing.txt, the mappings without a condition]
constexpr std::array<Expansion, 102> kExpansions{{
    {0x00DF, {0x0053, 0x0053, 0}},      {0x0149, {0x02BC, 0x004E, 0}},
    {0x01F0, {0x004A, 0x030C, 0}},      {0x0390, {0x0399, 0x0308, 0x0301}},
    {0x03B0, {0x03A5, 0x0308, 0x0301}}, {0x0587, {0x0535, 0x0552, 0}},
    {0x1E96, {0x0048, 0x0331, 0}},      {0x1E97, {0x0054, 0x0308, 0}},
    {0x1E98, {0x0057, 0x030A, 0}},      {0x1E99, {0x0059, 0x030A, 0}},
    {0x1E9A, {0x0041, 0x02BE, 0}},      {0x1F50, {0x03A5, 0x0313, 0}},
    {0x1F52, {0x03A5, 0x0313, 0x0300}}, {0x1F54, {0x03A5, 0x0313, 0x0301}},
    {0x1F56, {0x03A5, 0x0313, 0x0342}}, {0x1F80, {0x1F08, 0x0399, 0}},
    {0x1F81, {0x1F09, 0x0399, 0}},      {0x1F82, {0x1F0A, 0x0399, 0}},
    {0x1F83, {0x1F0B, 0x0399, 0}},      {0x1F84, {0x1F0C, 0x0399, 0}},
    {0x1F85, {0x1F0D, 0x0399, 0}},      {0x1F86, {0x1F0E, 0x0399, 0}},
    {0x1F87, {0x1F0F, 0x0399, 0}},      {0x1F88, {0x1F08, 0x0399, 0}},
    {0x1F89, {0x1F09, 0x0399, 0}},      {0x1F8A, {0x1F0A, 0x0399, 0}},
    {0x1F8B, {0x1F0B, 0x0399, 0}},      {0x1F8C, {0x1F0C, 0x0399, 0}},
    {0x1F8D, {0x1F0D, 0x0399, 0}},      {0x1F8E, {0x1F0E, 0x0399, 0}},
    {0x1F8F, {0x1F0F, 0x0399, 0}},      {0x1F90, {0x1F28, 0x0399, 0}},
    {0x1F91, {0x1F29, 0x0399, 0}},      {0x1F92, {0x1F2A, 0x0399, 0}},
    {0x1F93, {0x1F2B, 0x0399, 0}},      {0x1F94, {0x1F2C, 0x0399, 0}},
    {0x1F95, {0x1F2D, 0x0399, 0}},      {0x1F96, {0x1F2E, 0x0399, 0}},
    {0x1F97, {0x1F2F, 0x0399, 0}},      {0x1F98, {0x1F28, 0x0399, 0}},
    {0x1F99, {0x1F29, 0x0399, 0}},      {0x1F9A, {0x1F2A, 0x0399, 0}},
    {0x1F9B, {0x1F2B, 0x0399, 0}},      {0x1F9C, {0x1F2C, 0x0399, 0}},
    {0x1F9D, {0x1F2D, 0x0399, 0}},      {0x1F9E, {0x1F2E, 0x0399, 0}},
    {0x1F9F, {0x1F2F, 0x0399, 0}},      {0x1FA0, {0x1F68, 0x0399, 0}},
    {0x1FA1, {0x1F69, 0x0399, 0}},      {0x1FA2, {0x1F6A, 0x0399, 0}},
    {0x1FA3, {0x1F6B, 0x0399, 0}},      {0x1FA4, {0x1F6C, 0x0399, 0}},
    {0x1FA5, {0x1F6D, 0x0399, 0}},      {0x1FA6, {0x1F6E, 0x0399, 0}},
    {0x1FA7, {0x1F6F, 0x0399, 0}},      {0x1FA8, {0x1F68, 0x0399, 0}},
    {0x1FA9, {0x1F69, 0x0399, 0}},      {0x1FAA, {0x1F6A, 0x0399, 0}},
    {0x1FAB, {0x1F6B, 0x0399, 0}},      {0x1FAC, {0x1F6C, 0x0399, 0}},
    {0x1FAD, {0x1F6D, 0x0399, 0}},      {0x1FAE, {0x1F6E, 0x0399, 0}},
    {0x1FAF, {0x1F6F, 0x0399, 0}},      {0x1FB2, {0x1FBA, 0x0399, 0}},
    {0x1FB3, {0x0391, 0x0399, 0}},      {0x1FB4, {0x0386, 0x0399, 0}},
    {0x1FB6, {0x0391, 0x0342, 0}},      {0x1FB7, {0x0391, 0x0342, 0x0399}},
    {0x1FBC, {0x0391, 0x0399, 0}},      {0x1FC2, {0x1FCA, 0x0399, 0}},
    {0x1FC3, {0x0397, 0x0399, 0}},      {0x1FC4, {0x0389, 0x0399, 0}},
    {0x1FC6, {0x0397, 0x0342, 0}},      {0x1FC7, {0x0397, 0x0342, 0x0399}},
    {0x1FCC, {0x0397, 0x0399, 0}},      {0x1FD2, {0x0399, 0x0308, 0x0300}},
    {0x1FD3, {0x0399, 0x0308, 0x0301}}, {0x1FD6, {0x0399, 0x0342, 0}},
    {0x1FD7, {0x0399, 0x0308, 0x0342}}, {0x1FE2, {0x03A5, 0x0308, 0x0300}},
    {0x1FE3, {0x03A5, 0x0308, 0x0301}}, {0x1FE4, {0x03A1, 0x0313, 0}},
    {0x1FE6, {0x03A5, 0x0342, 0}},      {0x1FE7, {0x03A5, 0x0308, 0x0342}},
    {0x1FF2, {0x1FFA, 0x0399, 0}},      {0x1FF3, {0x03A9, 0x0399, 0}},
    {0x1FF4, {0x038F, 0x0399, 0}},      {0x1FF6, {0x03A9, 0x0342, 0}},
    {0x1FF7, {0x03A9, 0x0342, 0x0399}}, {0x1FFC, {0x03A9, 0x0399, 0}},
    {0xFB00, {0x0046, 0x0046, 0}},      {0xFB01, {0x0046, 0x0049, 0}},
    {0xFB02, {0x0046, 0x004C, 0}},      {0xFB03, {0x0046, 0x0046, 0x0049}},
    {0xFB04, {0x0046, 0x0046, 0x004C}}, {0xFB05, {0x0053, 0x0054, 0}},
    {0xFB06, {0x0053, 0x0054, 0}},      {0xFB13, {0x0544, 0x0546, 0}},
    {0xFB14, {0x0544, 0x0535, 0}},      {0xFB15, {0x0544, 0x053B, 0}},
    {0xFB16, {0x054E, 0x0546, 0}},      {0xFB17, {0x0544, 0x053D, 0}},
}};

const Expansion *expansionOf(std::uint32_t letter)
{
    const auto *found = std::lower_bound(
        kExpansions.begin(), kExpansions.end(), letter,
        [](const Expansion &one, std::uint32_t wanted) { return one.letter < wanted; });
    return found != kExpansions.end() && found->letter == letter ? found : nullptr;
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

/// One character of a text: its bytes and, where they are UTF-8, its code point.
struct Character {
    std::string_view bytes;
    std::uint32_t code;
    bool valid() const { return code <= 0x10FFFF; }
};

Character characterAt(std::string_view text, std::size_t at)
{
    std::size_t next = at + 1;
    while (next < text.size() && next < at + 4 && isContinuation(text[next]))
        ++next;
    const std::string_view bytes = text.substr(at, next - at);
    return {bytes, decode(bytes)};
}

/// Marks that may stand inside a word beside its letters [Unicode, Case_Ignorable; the common
/// ones].
bool isCaseIgnorable(std::uint32_t c)
{
    return c == '\'' || c == '.' || c == ':' || c == 0xAD || c == 0xB7 || c == 0x2019 ||
           (c >= 0x300 && c <= 0x36F);
}

/// Whether a word goes on behind byte `at`, so that a Σ in front of it is not its last letter.
bool wordGoesOn(std::string_view text, std::size_t at)
{
    while (at < text.size()) {
        const Character one = characterAt(text, at);
        if (!isCaseIgnorable(one.code))
            return one.valid() && isCased(one.code);
        at += one.bytes.size();
    }
    return false;
}

} // namespace

std::string upperCase(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Character one = characterAt(text, at);
        at += one.bytes.size();
        if (!one.valid()) {
            out += one.bytes;
        } else if (const Expansion *expansion = expansionOf(one.code)) {
            for (const std::uint32_t capital : expansion->capitals) {
                if (capital != 0)
                    encode(capital, out);
            }
        } else {
            encode(static_cast<std::uint32_t>(changed(static_cast<wint_t>(one.code), true)), out);
        }
    }
    return out;
}

std::string lowerCase(std::string_view text)
{
    constexpr std::uint32_t kCapitalSigma = 0x3A3;
    constexpr std::uint32_t kFinalSigma = 0x3C2;
    constexpr std::uint32_t kCapitalIWithDot = 0x130;
    std::string out;
    out.reserve(text.size());
    bool inWord = false;
    for (std::size_t at = 0; at < text.size();) {
        const Character one = characterAt(text, at);
        at += one.bytes.size();
        if (!one.valid())
            out += one.bytes;
        else if (one.code == kCapitalSigma && inWord && !wordGoesOn(text, at))
            encode(kFinalSigma, out);
        else if (one.code == kCapitalIWithDot)
            out += "i\u0307";
        else
            encode(static_cast<std::uint32_t>(changed(static_cast<wint_t>(one.code), false)), out);
        if (!isCaseIgnorable(one.code))
            inWord = one.valid() && isCased(one.code);
    }
    return out;
}

std::string initialCapitals(std::string_view text)
{
    std::string out(text);
    bool inWord = false;
    for (char &c : out) {
        const bool small = c >= 'a' && c <= 'z';
        const bool capital = c >= 'A' && c <= 'Z';
        if (small && !inWord)
            c = static_cast<char>(c - 'a' + 'A');
        else if (capital && inWord)
            c = static_cast<char>(c - 'A' + 'a');
        inWord = small || capital || (c >= '0' && c <= '9');
    }
    return out;
}

} // namespace millrace::sql
