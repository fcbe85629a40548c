// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/json_text.h"

#include <algorithm>

namespace millrace::sql {

void appendJsonString(std::string &out, std::string_view text)
{
    static constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += "\\u00";
            out += kHex[c >> 4U];
            out += kHex[c & 15U];
        }
    }
    out.append(text, plain);
    out += '"';
}

bool isJsonBlank(std::string_view text)
{
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string wideIntegersAsReals(std::string_view json)
{
    constexpr std::size_t kNarrowDigits = 18; // always within 64 bits
    constexpr std::string_view kDigits = "0123456789";
    std::string out(json);
    for (std::size_t at = 0; at < out.size();) {
        if (out[at] == '"') {
            for (++at; at < out.size() && out[at] != '"'; ++at)
                at += out[at] == '\\' ? 1 : 0;
            ++at;
            continue;
        }
        const std::size_t end = std::min(out.find_first_not_of(kDigits, at), out.size());
        const std::size_t digits = end - at;
        const std::size_t behind =
            std::min(out.find_first_not_of("+-.eE0123456789", end), out.size());
        if (digits > kNarrowDigits && behind == end && out[at] != '0') {
            std::string real = out[at] + ("e" + std::to_string(digits - 1));
            real.resize(digits, ' ');
            out.replace(at, digits, real);
        }
        at = digits > 0 ? behind : at + 1;
    }
    return out;
}

} // namespace millrace::sql
