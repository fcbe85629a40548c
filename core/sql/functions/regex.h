// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace millrace::sql {

/// What a match must take of the text.
enum class RegexPart : std::uint8_t { Any = 1, Whole };

/// A compiled regular expression (PCRE2, JIT where there is one, UTF-8). Java's and PCRE's syntax
/// agree in what people use; possessive quantifiers and look-around are in both.
/// Thread-safety: immutable; matching uses a RegexMemory of the thread.
class Regex
{
public:
    /// Empty when it is none; `problem` then says what and where.
    static std::shared_ptr<const Regex> compile(std::string_view pattern, std::string &problem,
                                                RegexPart part = RegexPart::Any);
    ~Regex();
    Regex(const Regex &) = delete;
    Regex &operator=(const Regex &) = delete;

    const void *code() const { return m_code; }
    std::uint32_t groups() const { return m_groups; }

private:
    Regex(void *code, std::uint32_t groups);
    void *m_code;
    std::uint32_t m_groups;
};

enum class RegexOutcome : std::uint8_t { Match = 1, NoMatch, GaveUp };

/// What matching works in: match data, limits, the last pattern that was not constant. A match
/// that takes too many steps (a hostile pattern) gives up.
/// Thread-safety: one thread.
class RegexMemory
{
public:
    RegexMemory();
    ~RegexMemory();
    RegexMemory(const RegexMemory &) = delete;
    RegexMemory &operator=(const RegexMemory &) = delete;

    /// Searches from byte `from` on. After Match, group() tells where.
    RegexOutcome search(const Regex &regex, std::string_view text, std::size_t from = 0);
    /// Begin and end byte of a group of the last match; group 0 is the whole. Empty when the group
    /// took no part.
    std::optional<std::pair<std::size_t, std::size_t>> group(std::uint32_t number) const;

    /// Compiles a pattern that changes from row to row; remembers the last.
    const Regex *compiled(std::string_view pattern, std::string &problem,
                          RegexPart part = RegexPart::Any);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace millrace::sql
