// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/lexer.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"

#include <algorithm>
#include <array>

namespace millrace::sql {
namespace {

bool isLetter(char c)
{
    // Bytes from 0x80 are parts of UTF-8 letters: names in any script need no quotes.
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

class Lexer
{
public:
    explicit Lexer(std::string_view text)
        : m_text(text)
    {}

    LexedText run()
    {
        if (m_text.size() > kMaxTextBytes) {
            m_out.problems.add(here(), Code::SqlTooComplex,
                               {{"what", "the text is longer than 1 MiB"}});
            m_text = {};
        }
        while (skipSpaceAndComments())
            token();
        m_out.tokens.push_back({TokenKind::End, here(), {}});
        return std::move(m_out);
    }

private:
    char peek(std::size_t ahead = 0) const
    {
        return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0';
    }

    void advance()
    {
        const char c = m_text[m_at++];
        if (c == '\n') {
            ++m_line;
            m_column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) {
            ++m_column; // a UTF-8 continuation byte is no character of its own
        }
    }

    SourceSpan here() const
    {
        const auto at = static_cast<std::uint32_t>(m_at);
        return {at, at, m_line, m_column};
    }

    void problem(const SourceSpan &span, std::string expected, std::string found)
    {
        m_out.problems.addSyntax(span, std::move(expected), std::move(found));
    }

    void push(TokenKind kind, SourceSpan span, std::string text)
    {
        span.end = static_cast<std::uint32_t>(m_at);
        m_out.tokens.push_back({kind, span, std::move(text)});
    }

    /// False at the end of the text.
    bool skipSpaceAndComments()
    {
        while (m_at < m_text.size()) {
            const char c = peek();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                advance();
            } else if (c == '-' && peek(1) == '-') {
                while (m_at < m_text.size() && peek() != '\n')
                    advance();
            } else if (c == '/' && peek(1) == '*') {
                skipBlockComment();
            } else {
                return true;
            }
        }
        return false;
    }

    void skipBlockComment()
    {
        const SourceSpan begin = here();
        advance();
        advance();
        while (m_at < m_text.size() && !(peek() == '*' && peek(1) == '/'))
            advance();
        if (m_at == m_text.size()) {
            problem(begin, "*/ at the end of the comment", "the end of the text");
            return;
        }
        advance();
        advance();
    }

    void token()
    {
        const char c = peek();
        if (c == '\'')
            return quoted('\'', TokenKind::String);
        if (c == '`')
            return quoted('`', TokenKind::QuotedName);
        if (c == '"') {
            problem(here(), "a text in 'single quotes' or a name in `backticks`", "\"");
            return quoted('"', TokenKind::QuotedName);
        }
        if (isLetter(c)) {
            const SourceSpan span = here();
            while (isLetter(peek()) || isDigit(peek()) || peek() == '$')
                advance();
            return push(TokenKind::Word, span,
                        std::string(m_text.substr(span.begin, m_at - span.begin)));
        }
        if (isDigit(c) || (c == '.' && isDigit(peek(1))))
            return number();
        symbol();
    }

    void quoted(char quote, TokenKind kind)
    {
        const SourceSpan span = here();
        std::string text;
        for (advance(); m_at < m_text.size(); advance()) {
            if (peek() == quote) {
                if (peek(1) != quote) {
                    advance();
                    return push(kind, span, std::move(text));
                }
                advance();
            }
            text += peek();
        }
        problem(span, std::string("a closing ") + quote, "the end of the text");
        push(TokenKind::Invalid, span, std::move(text));
    }

    void number()
    {
        const SourceSpan span = here();
        while (isDigit(peek()))
            advance();
        if (peek() == '.' && !isLetter(peek(1))) {
            advance();
            while (isDigit(peek()))
                advance();
        }
        if (peek() == 'e' || peek() == 'E') {
            const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
            if (isDigit(peek(1 + sign))) {
                for (std::size_t i = 0; i <= sign; ++i)
                    advance();
                while (isDigit(peek()))
                    advance();
            }
        }
        if (isLetter(peek())) {
            while (isLetter(peek()) || isDigit(peek()))
                advance();
            const std::string found = shortened(m_text.substr(span.begin, m_at - span.begin));
            problem(span, "a number, or a name in `backticks`", '"' + found + '"');
            return push(TokenKind::Invalid, span, {});
        }
        push(TokenKind::Number, span, std::string(m_text.substr(span.begin, m_at - span.begin)));
    }

    void symbol()
    {
        static constexpr std::array<std::string_view, 5> kPairs{"<>", "!=", "<=", ">=", "||"};
        static constexpr std::string_view kSingles = "+-*/%=<>(),.[];";
        const SourceSpan span = here();
        const std::string_view pair = m_text.substr(m_at, 2);
        if (std::find(kPairs.begin(), kPairs.end(), pair) != kPairs.end()) {
            advance();
            advance();
            return push(TokenKind::Symbol, span, std::string(pair));
        }
        const char c = peek();
        advance();
        if (c != '\0' && kSingles.find(c) != std::string_view::npos)
            return push(TokenKind::Symbol, span, std::string(1, c));
        problem(span, "a name, a value or an operator",
                c >= ' ' && c < '\x7f' ? std::string("\"") + c + '"' : "an unprintable character");
        push(TokenKind::Invalid, span, {});
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::uint32_t m_line = 1;
    std::uint32_t m_column = 1;
    LexedText m_out;
};

} // namespace

std::string SourceSpan::toString() const
{
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

bool equalsIgnoreCase(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int(c); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

std::string upperAscii(std::string_view text)
{
    std::string out(text);
    for (char &c : out)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

bool Token::isWord(std::string_view upper) const
{
    return kind == TokenKind::Word && equalsIgnoreCase(text, upper);
}

LexedText lex(std::string_view text)
{
    return Lexer(text).run();
}

} // namespace millrace::sql
