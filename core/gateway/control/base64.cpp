// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/base64.h"

#include <array>
#include <cstdint>

namespace millrace::gateway {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kForeign = 0xFF;

constexpr std::array<std::uint8_t, 256> makeReverse()
{
    std::array<std::uint8_t, 256> reverse{};
    reverse.fill(kForeign);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        reverse[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    return reverse;
}
constexpr auto kReverse = makeReverse();

std::uint32_t byteAt(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

} // namespace

std::string toBase64(std::string_view bytes)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    const auto digit = [&](std::uint32_t group, unsigned shift) {
        out += kAlphabet[(group >> shift) & 63U];
    };
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        const std::uint32_t group =
            byteAt(bytes, at) << 16U | byteAt(bytes, at + 1) << 8U | byteAt(bytes, at + 2);
        digit(group, 18);
        digit(group, 12);
        digit(group, 6);
        digit(group, 0);
    }
    if (const std::size_t rest = bytes.size() - at; rest > 0) {
        const std::uint32_t group =
            byteAt(bytes, at) << 16U | (rest == 2 ? byteAt(bytes, at + 1) << 8U : 0U);
        digit(group, 18);
        digit(group, 12);
        if (rest == 2)
            digit(group, 6);
        out.append(3 - rest, '=');
    }
    return out;
}

std::optional<std::string> fromBase64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return {};
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    const std::size_t digits = text.size() - padding;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const std::uint8_t value = kReverse[static_cast<unsigned char>(text[i])];
        if (value == kForeign)
            return {};
        group = group << 6U | value;
        if (i % 4 != 3)
            continue;
        out += static_cast<char>(group >> 16U & 0xFFU);
        out += static_cast<char>(group >> 8U & 0xFFU);
        out += static_cast<char>(group & 0xFFU);
        group = 0;
    }
    if (padding == 1) { // 3 digits: 16 bits and 2 that must be 0
        if ((group & 3U) != 0)
            return {};
        out += static_cast<char>(group >> 10U & 0xFFU);
        out += static_cast<char>(group >> 2U & 0xFFU);
    } else if (padding == 2) { // 2 digits: 8 bits and 4 that must be 0
        if ((group & 15U) != 0)
            return {};
        out += static_cast<char>(group >> 4U & 0xFFU);
    }
    return out;
}

} // namespace millrace::gateway
