// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/similar.h"

#include "core/base/utf8.h"
#include "core/sql/kernels.h"
#include "core/sql/token.h"

#include <algorithm>
#include <array>

namespace millrace::sql {
namespace {

/// The characters with a meaning, which an escape may stand before.
constexpr std::string_view kSpecial = "[]()|^-+*_%?{}";
constexpr std::string_view kRegexSpecial = "[]()|^-+*?{}$\\.#";

struct CharacterClass {
    std::string_view name;
    std::string_view regex; ///< inside brackets
};

constexpr std::array kClasses{
    CharacterClass{"ALPHA", "[:alpha:]"}, CharacterClass{"UPPER", "[:upper:]"},
    CharacterClass{"LOWER", "[:lower:]"}, CharacterClass{"DIGIT", "[:digit:]"},
    CharacterClass{"SPACE", " "},         CharacterClass{"WHITESPACE", "\\s"},
    CharacterClass{"ALNUM", "[:alnum:]"},
};

/// Walks along a pattern once and writes the regular expression.
class Translation
{
public:
    Translation(std::string_view pattern, std::string_view escape)
        : m_pattern(pattern)
        , m_escape(escape)
    {}

    bool run()
    {
        while (m_at < m_pattern.size()) {
            const char c = m_pattern[m_at];
            if (atEscape()) {
                if (!escaped())
                    return false;
            } else if (c == '[') {
                if (!enumeration())
                    return false;
            } else if (c == ']') {
                return wrong("a ] without its [");
            } else if (c == '(' && m_pattern.substr(m_at + 1).starts_with('?')) {
                return wrong("a ? with nothing before it");
            } else {
                ++m_at;
                plain(c);
            }
        }
        return true;
    }

    std::string &regex() { return m_regex; }
    const std::string &problem() const { return m_problem; }

private:
    bool wrong(std::string_view what)
    {
        m_problem = "pattern '" + std::string(m_pattern) + "', character " +
                    std::to_string(characterCount(m_pattern.substr(0, m_at)) + 1) + ": " +
                    std::string(what);
        return false;
    }
    bool atEscape() const
    {
        return !m_escape.empty() && m_pattern.substr(m_at).starts_with(m_escape);
    }
    void plain(char c)
    {
        switch (c) {
        case '_':
            m_regex += '.';
            break;
        case '%':
            m_regex += "(?s:.*)";
            break;
        case '\\':
        case '$':
            m_regex += '\\';
            [[fallthrough]];
        default:
            m_regex += c;
        }
    }
    void literal(std::string_view text)
    {
        if (text.size() == 1 && kRegexSpecial.find(text.front()) != std::string_view::npos)
            m_regex += '\\';
        m_regex += text;
    }
    /// The escape and what stands behind it.
    bool escaped()
    {
        const std::string_view behind = m_pattern.substr(m_at + m_escape.size());
        const bool itself = behind.starts_with(m_escape);
        if (!itself && (behind.empty() || kSpecial.find(behind.front()) == std::string_view::npos))
            return wrong("the escape character must stand before one of " + std::string(kSpecial) +
                         " or itself");
        literal(itself ? m_escape : behind.substr(0, 1));
        m_at += m_escape.size() + (itself ? m_escape.size() : 1);
        return true;
    }
    bool characterClass()
    {
        const std::string_view rest = m_pattern.substr(m_at + 2);
        for (const CharacterClass &one : kClasses) {
            const std::string_view behind = rest.substr(std::min(one.name.size(), rest.size()));
            if (equalsIgnoreCase(rest.substr(0, one.name.size()), one.name) &&
                behind.starts_with(":]")) {
                m_regex += one.regex;
                m_at += one.name.size() + 4;
                return true;
            }
        }
        return false;
    }
    bool enumeration()
    {
        m_regex += m_pattern[m_at++];
        while (m_at < m_pattern.size() && m_pattern[m_at] != ']') {
            const char c = m_pattern[m_at];
            if (atEscape()) {
                if (!escaped())
                    return false;
            } else if (m_pattern.substr(m_at).starts_with("[:")) {
                if (!characterClass())
                    return wrong("the classes are [:ALPHA:], [:UPPER:], [:LOWER:], [:DIGIT:], "
                                 "[:SPACE:], [:WHITESPACE:] and [:ALNUM:]");
            } else if (c != '-' && c != '^' && kSpecial.find(c) != std::string_view::npos) {
                return wrong("this character needs an escape between [ and ]");
            } else {
                m_regex += c == '\\' ? "\\\\" : std::string(1, c);
                ++m_at;
            }
        }
        if (m_at == m_pattern.size())
            return wrong("a [ without its ]");
        m_regex += m_pattern[m_at++];
        return true;
    }

    std::string_view m_pattern;
    std::string_view m_escape;
    std::size_t m_at = 0;
    std::string m_regex;
    std::string m_problem;
};

bool similar(RowCall &call, std::string_view text, std::string_view pattern)
{
    const auto &prepared = call.data<SimilarData>();
    RegexMemory &memory = call.context().regexMemory();
    const Regex *regex = prepared.regex.get();
    std::string problem;
    if (regex == nullptr) {
        if (const auto made = similarRegex(pattern, prepared.escape, problem))
            regex = memory.compiled(*made, problem, RegexPart::Whole);
        if (regex == nullptr) {
            call.fail("SIMILAR TO: " + problem);
            return false;
        }
    }
    const RegexOutcome outcome = memory.search(*regex, text);
    if (outcome == RegexOutcome::GaveUp)
        call.fail("the pattern of SIMILAR TO takes too many steps on this text");
    return outcome == RegexOutcome::Match;
}

} // namespace

std::optional<std::string> similarRegex(std::string_view pattern, std::string_view escape,
                                        std::string &problem)
{
    Translation translation(pattern, escape);
    if (translation.run())
        return std::move(translation.regex());
    problem = translation.problem();
    return {};
}

Kernel similarKernel()
{
    return rowKernel<similar>;
}

} // namespace millrace::sql
