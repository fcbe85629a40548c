// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::sql {

/// A stretch of SQL text: bytes [begin, end), and where begin stands for a reader, both from 1,
/// columns counted in characters.
struct SourceSpan {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend bool operator==(const SourceSpan &, const SourceSpan &) = default;

    std::string toString() const; ///< "line 3, column 14": the place of a Problem
};

enum class TokenKind : std::uint8_t {
    End = 1,
    Word,       ///< a keyword or a plain name; `text` as written
    QuotedName, ///< `name`; `text` without the quotes
    String,     ///< 'text'; `text` without the quotes
    Number,     ///< 12, 1.5, .5, 1e3
    Symbol,     ///< an operator or a bracket
    Invalid,    ///< reported by the lexer already
};

struct Token {
    TokenKind kind = TokenKind::End;
    SourceSpan span;
    std::string text;

    bool isSymbol(std::string_view symbol) const
    {
        return kind == TokenKind::Symbol && text == symbol;
    }
    /// True for this word in any case. `upper` is in upper case.
    bool isWord(std::string_view upper) const;
};

bool equalsIgnoreCase(std::string_view a, std::string_view b); ///< ASCII letters only
std::string upperAscii(std::string_view text);

} // namespace millrace::sql
