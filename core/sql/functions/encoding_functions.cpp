// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/md5.h"
#include "core/sql/functions/function.h"
#include "core/sql/utf8.h"

#include <algorithm>
#include <array>
#include <openssl/sha.h>

namespace millrace::sql {
namespace {

using Text = std::string_view;

Text hex(RowCall &call, std::span<const std::uint8_t> bytes)
{
    static constexpr Text kDigits = "0123456789abcdef";
    char *out = call.arena().allocate(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[i * 2] = kDigits[bytes[i] >> 4U];
        out[i * 2 + 1] = kDigits[bytes[i] & 15U];
    }
    return {out, bytes.size() * 2};
}

Text md5Hex(RowCall &call, Text text)
{
    return hex(call, md5(text));
}

Text sha256Hex(RowCall &call, Text text)
{
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char *>(text.data()), text.size(), digest.data());
    return hex(call, digest);
}

constexpr Text kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Text toBase64(RowCall &call, Text text)
{
    const std::size_t size = (text.size() + 2) / 3 * 4;
    if (!call.mayMake(size))
        return {};
    char *out = call.arena().allocate(size);
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
    };
    for (std::size_t i = 0, o = 0; i < text.size(); i += 3, o += 4) {
        const unsigned bits = (byte(i) << 16U) | (byte(i + 1) << 8U) | byte(i + 2);
        out[o] = kAlphabet[bits >> 18U];
        out[o + 1] = kAlphabet[(bits >> 12U) & 63U];
        out[o + 2] = i + 1 < text.size() ? kAlphabet[(bits >> 6U) & 63U] : '=';
        out[o + 3] = i + 2 < text.size() ? kAlphabet[bits & 63U] : '=';
    }
    return {out, size};
}

/// [Java, Base64.getDecoder: = only to fill the last four characters up, no other character and no
/// line ends; what is no base64 stops Flink's job]
Text fromBase64(RowCall &call, Text text)
{
    const std::size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
    const Text digits = text.substr(0, text.size() - padding);
    const std::size_t last = digits.size() % 4;
    bool good = last != 1 && (padding == 0 || (padding < 3 && last + padding == 4));
    char *out = call.arena().allocate(digits.size());
    std::size_t size = 0;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : digits) {
        const std::size_t value = kAlphabet.find(c);
        good = good && value != Text::npos;
        bits = (bits << 6U) | static_cast<unsigned>(value & 63U);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[size++] = static_cast<char>((bits >> count) & 0xFFU);
        }
    }
    if (!good)
        call.fail("FROM_BASE64: the text is not base64");
    return {out, size};
}

/// [Flink, StringCallGen: the first byte of the UTF-8 as Java's signed byte]
std::int64_t ascii(RowCall &, Text text)
{
    return text.empty() ? 0 : static_cast<signed char>(text.front());
}

/// [Flink, SqlFunctionUtils.chr]
Text chr(RowCall &call, std::int64_t code)
{
    constexpr std::int64_t kCharacters = 256;
    return code < 0 ? Text{} : call.text(latinCharacter(static_cast<unsigned>(code % kCharacters)));
}

} // namespace

std::span<const Function> encodingFunctions()
{
    constexpr FunctionGroup kText = FunctionGroup::Text;
    static const std::vector<Function> table{
        {"ASCII",
         kText,
         "The number of the first byte, -128 to 127; 0 for an empty text",
         {{"STRING -> INT", rowKernel<ascii>}}},
        {"CHR",
         kText,
         "The Latin-1 character of a number, modulo 256; nothing below 0",
         {{"BIGINT -> STRING", rowKernel<chr>}}},
        {"FROM_BASE64",
         kText,
         "The text behind a base64 text",
         {{"STRING -> STRING", rowKernel<fromBase64>}}},
        {"MD5", kText, "The MD5 sum in hexadecimal", {{"STRING -> STRING", rowKernel<md5Hex>}}},
        {"SHA256",
         kText,
         "The SHA-256 sum in hexadecimal",
         {{"STRING -> STRING", rowKernel<sha256Hex>}}},
        {"TO_BASE64", kText, "The text in base64", {{"STRING -> STRING", rowKernel<toBase64>}}},
    };
    return table;
}

} // namespace millrace::sql
