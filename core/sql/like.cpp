// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/like.h"

#include "core/sql/kernels.h"

namespace millrace::sql {
namespace {

/// Bytes of the UTF-8 character that begins with `lead`.
std::size_t characterBytes(char lead)
{
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

bool like(RowCall &call, std::string_view text, std::string_view pattern)
{
    const auto &prepared = call.data<LikeData>();
    if (prepared.pattern)
        return prepared.pattern->matches(text);
    const auto made = LikePattern::parse(pattern, prepared.escape);
    if (!made) {
        call.fail("LIKE: the escape character must stand before %, _ or itself");
        return false;
    }
    return made->matches(text);
}

std::string_view concat(RowCall &call, std::string_view a, std::string_view b)
{
    if (!call.mayMake(a.size() + b.size()))
        return {};
    char *out = call.arena().allocate(a.size() + b.size());
    std::memcpy(out, a.data(), a.size());
    std::memcpy(out + a.size(), b.data(), b.size());
    return {out, a.size() + b.size()};
}

} // namespace

std::optional<LikePattern> LikePattern::parse(std::string_view pattern, std::string_view escape)
{
    LikePattern out;
    std::string literal;
    const auto flush = [&] {
        if (!literal.empty())
            out.m_parts.push_back({Part::Kind::Literal, std::move(literal)});
        literal.clear();
    };
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!escape.empty() && pattern.substr(i, escape.size()) == escape) {
            i += escape.size();
            const bool itself = pattern.substr(i, escape.size()) == escape;
            if (!itself && (i >= pattern.size() || (pattern[i] != '%' && pattern[i] != '_')))
                return {};
            literal += itself ? escape : pattern.substr(i, 1);
            i += itself ? escape.size() - 1 : 0;
        } else if (pattern[i] == '%') {
            flush();
            if (out.m_parts.empty() || out.m_parts.back().kind != Part::Kind::Any)
                out.m_parts.push_back({Part::Kind::Any, {}});
        } else if (pattern[i] == '_') {
            flush();
            out.m_parts.push_back({Part::Kind::One, {}});
        } else {
            literal += pattern[i];
        }
    }
    flush();
    return out;
}

bool LikePattern::matches(std::string_view text) const
{
    // Greedy with one point to return to: the last % seen. Linear in text × parts.
    std::size_t part = 0;
    std::size_t at = 0;
    std::size_t anyPart = m_parts.size();
    std::size_t anyAt = 0;
    for (;;) {
        bool matched = false;
        if (part < m_parts.size()) {
            const Part &next = m_parts[part];
            if (next.kind == Part::Kind::Any) {
                if (part + 1 == m_parts.size())
                    return true;
                anyPart = part++;
                anyAt = at;
                continue;
            }
            if (next.kind == Part::Kind::One) {
                matched = at < text.size();
                at += matched ? characterBytes(text[at]) : 0;
            } else {
                matched = text.substr(std::min(at, text.size())).starts_with(next.text);
                at += matched ? next.text.size() : 0;
            }
            part += matched ? 1 : 0;
        } else if (at >= text.size()) {
            return true;
        }
        if (matched)
            continue;
        if (anyPart == m_parts.size() || anyAt >= text.size())
            return false;
        const Part &behind = m_parts[anyPart + 1];
        anyAt += characterBytes(text[anyAt]);
        if (behind.kind == Part::Kind::Literal) {
            anyAt = text.find(behind.text, anyAt);
            if (anyAt == std::string_view::npos)
                return false;
        }
        at = anyAt;
        part = anyPart + 1;
    }
}

Kernel likeKernel()
{
    return rowKernel<like>;
}

Kernel concatKernel()
{
    return rowKernel<concat>;
}

} // namespace millrace::sql
