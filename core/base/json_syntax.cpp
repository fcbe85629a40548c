// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_syntax.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace millrace {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kEnd = "the end";
constexpr std::size_t kShownBytes = 20; ///< of a word

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Bytes of the UTF-8 sequence at the beginning of `text` [RFC 3629]; 0 when it is none.
std::size_t sequenceBytes(std::string_view text)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80                     ? 1
                             : first >= 0xC2 && first < 0xE0  ? 2
                             : first >= 0xE0 && first < 0xF0  ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U)
            return 0;
    }
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    const bool beyond = first == 0xF4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : size;
}

/// Goes over a text once and stops at the first fault.
class SyntaxReader
{
public:
    explicit SyntaxReader(std::string_view text)
        : m_text(text)
    {
        if (text.starts_with(kByteOrderMark))
            m_at = kByteOrderMark.size();
    }

    std::optional<JsonFault> run()
    {
        while (m_next != Next::Nothing && step()) {
        }
        if (m_expected.empty())
            return {};
        const std::string_view before = m_text.substr(0, m_at);
        const std::size_t lineStart = before.rfind('\n') + 1; // 0 where there is none
        const std::string_view inLine = before.substr(lineStart);
        JsonFault fault;
        fault.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
        fault.column =
            inLine.size() -
            static_cast<std::size_t>(std::count_if(inLine.begin(), inLine.end(), isContinuation)) +
            1;
        fault.reason = "expected " + m_expected + ", found " + found();
        return fault;
    }

private:
    enum class Next : std::uint8_t { Value = 1, FirstElement, FirstName, Name, After, Nothing };

    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool atEnd() const { return m_at == m_text.size(); }

    void skipBlanks()
    {
        while (!atEnd() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos)
            ++m_at;
    }

    bool fail(std::string expected)
    {
        m_expected = std::move(expected);
        return false;
    }

    /// What stands where it should not.
    std::string found() const
    {
        if (atEnd())
            return std::string(kEnd);
        const std::string_view rest = m_text.substr(m_at);
        if (rest.front() == '\n' || rest.front() == '\r')
            return "a line end";
        std::size_t size = sequenceBytes(rest);
        if (size == 0 || static_cast<unsigned char>(rest.front()) < 0x20)
            return "byte " + std::to_string(static_cast<unsigned char>(rest.front()));
        while (isLetter(rest.front()) && size < rest.size() && size < kShownBytes &&
               (isLetter(rest[size]) || isDigit(rest[size])))
            ++size;
        return '"' + std::string(rest.substr(0, size)) + '"';
    }

    bool step()
    {
        skipBlanks();
        switch (m_next) {
        case Next::FirstElement:
            if (peek() == ']')
                return close();
            return value("a value or \"]\"");
        case Next::Value:
            return value("a value");
        case Next::FirstName:
            if (peek() == '}')
                return close();
            return name("a name in quotes or \"}\"");
        case Next::Name:
            return name("a name in quotes");
        case Next::After:
            return after();
        case Next::Nothing:
            break;
        }
        return false;
    }

    bool close()
    {
        ++m_at;
        m_open.pop_back();
        m_next = Next::After;
        return true;
    }

    bool open(Next next)
    {
        m_open.push_back(m_text[m_at++]);
        m_next = next;
        return true;
    }

    bool value(const char *expected)
    {
        m_next = Next::After;
        if (atEnd())
            return fail(expected);
        switch (peek()) {
        case '{':
            return open(Next::FirstName);
        case '[':
            return open(Next::FirstElement);
        case '"':
            return string();
        default:
            break;
        }
        if (peek() == '-' || isDigit(peek()))
            return number();
        for (const std::string_view word : {"true", "false", "null"}) {
            const std::string_view rest = m_text.substr(m_at);
            if (rest.starts_with(word) &&
                (rest.size() == word.size() || !isLetter(rest[word.size()]))) {
                m_at += word.size();
                return true;
            }
        }
        return fail(expected);
    }

    bool name(const char *expected)
    {
        if (peek() != '"')
            return fail(expected);
        if (!string())
            return false;
        skipBlanks();
        if (peek() != ':')
            return fail("\":\"");
        ++m_at;
        m_next = Next::Value;
        return true;
    }

    bool after()
    {
        if (m_open.empty()) {
            m_next = Next::Nothing;
            return atEnd() || fail(std::string(kEnd));
        }
        const bool object = m_open.back() == '{';
        if (peek() == (object ? '}' : ']'))
            return close();
        if (peek() != ',')
            return fail(object ? "\",\" or \"}\"" : "\",\" or \"]\"");
        ++m_at;
        m_next = object ? Next::Name : Next::Value;
        return true;
    }

    bool digits()
    {
        if (!isDigit(peek()))
            return fail("a digit");
        while (isDigit(peek()))
            ++m_at;
        return true;
    }

    bool number()
    {
        if (peek() == '-')
            ++m_at;
        if (peek() == '0')
            ++m_at; // no digit follows: a number has no leading zeros
        else if (!digits())
            return false;
        if (peek() == '.') {
            ++m_at;
            if (!digits())
                return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (peek() == '+' || peek() == '-')
                ++m_at;
            return digits();
        }
        return true;
    }

    bool string()
    {
        ++m_at;
        while (!atEnd() && peek() != '"') {
            if (static_cast<unsigned char>(peek()) < 0x20)
                return fail(peek() == '\n' || peek() == '\r' ? "the quote that ends the text"
                                                             : "an escape such as \\u001f");
            if (peek() == '\\') {
                ++m_at;
                if (!escape())
                    return false;
                continue;
            }
            const std::size_t size = sequenceBytes(m_text.substr(m_at));
            if (size == 0)
                return fail("UTF-8");
            m_at += size;
        }
        if (atEnd())
            return fail("the quote that ends the text");
        ++m_at;
        return true;
    }

    bool escape()
    {
        if (peek() != 'u') {
            if (atEnd() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos)
                return fail("one of \" \\ / b f n r t u behind the backslash");
            ++m_at;
            return true;
        }
        unsigned unit = 0;
        if (!hexadecimal(unit))
            return false;
        if (unit < 0xD800 || unit > 0xDFFF)
            return true;
        const bool second = unit >= 0xDC00 || !m_text.substr(m_at).starts_with("\\u");
        if (second)
            return fail("both halves of a surrogate pair, such as \\ud83d\\ude00");
        ++m_at;
        return hexadecimal(unit) && ((unit >= 0xDC00 && unit <= 0xDFFF) ||
                                     fail("both halves of a surrogate pair, such as "
                                          "\\ud83d\\ude00"));
    }

    bool hexadecimal(unsigned &unit)
    {
        ++m_at; // the u
        unit = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = peek();
            const int digit = isDigit(c)             ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0)
                return fail("four hexadecimal digits behind \\u");
            unit = unit * 16 + static_cast<unsigned>(digit);
            ++m_at;
        }
        return true;
    }

    const std::string_view m_text;
    std::size_t m_at = 0;
    Next m_next = Next::Value;
    std::vector<char> m_open; ///< '{' and '[' around m_at
    std::string m_expected;   ///< empty: no fault
};

} // namespace

std::optional<JsonFault> findJsonFault(std::string_view text)
{
    return SyntaxReader(text).run();
}

} // namespace millrace
