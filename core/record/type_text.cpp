// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/record/decimal.h"
#include "core/record/schema.h"
#include "core/record/schema_problems.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <simdjson.h>

namespace millrace::record {
namespace {

bool isWordStart(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isWordPart(char c)
{
    return isWordStart(c) || (c >= '0' && c <= '9');
}

constexpr std::size_t kFoundBytes = 40; ///< of what stands where something else is expected

/// A cursor over the text of types and of lists of fields.
class TypeReader
{
public:
    TypeReader(std::string_view text, std::size_t at)
        : m_text(text)
        , m_at(at)
    {}

    std::size_t position() const { return m_at; }
    bool atEnd()
    {
        skipSpace();
        return m_at == m_text.size();
    }

    Problem expected(std::string what)
    {
        skipSpace();
        const std::string found =
            m_at < m_text.size() ? "\"" + shortened(nextToken(), kFoundBytes) + '"' : "the end";
        return invalidArgument("expected " + std::move(what) + ", found " + found, place());
    }
    /// The character that is next, for problems.
    std::string place() const
    {
        return "column " + std::to_string(characterCount(m_text.substr(0, m_at)) + 1);
    }

    bool accept(char c)
    {
        skipSpace();
        if (m_at == m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }

    bool acceptWord(std::string_view upper)
    {
        const std::size_t before = m_at;
        if (word() == upper)
            return true;
        m_at = before;
        return false;
    }

    Result<DataType> type(int depth);
    /// A list of fields up to `close`, or up to the end of the text where that is '\0'. Where
    /// there are `problems`, they are what is wrong with it, and the result is worth nothing then.
    Result<std::vector<Field>> fields(char close, int depth,
                                      std::vector<Problem> *problems = nullptr);

private:
    void skipSpace()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t' ||
                                        m_text[m_at] == '\n' || m_text[m_at] == '\r'))
            ++m_at;
    }

    std::string word()
    {
        skipSpace();
        std::string out;
        if (m_at == m_text.size() || !isWordStart(m_text[m_at]))
            return out;
        for (; m_at < m_text.size() && isWordPart(m_text[m_at]); ++m_at) {
            const char c = m_text[m_at];
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
        return out;
    }

    /// The word, the name in backticks or the one character that is next.
    std::string_view nextToken() const
    {
        const std::string_view rest = m_text.substr(m_at);
        if (rest.starts_with('`'))
            return rest.substr(0, std::min(rest.find('`', 1), rest.size() - 1) + 1);
        std::size_t end = 0;
        while (end < rest.size() && (isWordPart(rest[end]) || (rest[end] & 0x80) != 0))
            ++end;
        return rest.substr(0, std::max<std::size_t>(end, 1));
    }

    /// From the beginning of a field to the comma behind it, or to the end.
    void skipField()
    {
        int inside = 0;
        bool quoted = false;
        for (; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '`')
                quoted = !quoted;
            else if (quoted)
                continue;
            else if (c == '<' || c == '(')
                ++inside;
            else if (c == '>' || c == ')')
                --inside;
            else if (c == ',' && inside <= 0)
                return;
        }
    }

    Result<Field> field(const std::vector<Field> &before, char close, int depth);
    Result<std::string> name();
    Result<std::optional<int>> number(char close);
    Result<DataType> decimal();
    Result<DataType> timestamp();
    Result<DataType> milliseconds(DataType type);
    Result<DataType> lengthed(DataType type);

    std::string_view m_text;
    std::size_t m_at = 0;
};

Result<std::string> TypeReader::name()
{
    skipSpace();
    if (m_at < m_text.size() && m_text[m_at] == '`') {
        std::string out;
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] != '`') {
                out += m_text[m_at];
            } else if (m_at + 1 < m_text.size() && m_text[m_at + 1] == '`') {
                out += m_text[m_at++];
            } else {
                ++m_at;
                return out;
            }
        }
        return expected("a closing `");
    }
    const std::size_t begin = m_at;
    if (word().empty())
        return expected("a name");
    return std::string(m_text.substr(begin, m_at - begin));
}

/// The number in front of `close` or a comma; empty when there is none.
Result<std::optional<int>> TypeReader::number(char close)
{
    skipSpace();
    int out = 0;
    const auto [end, error] =
        std::from_chars(m_text.data() + m_at, m_text.data() + m_text.size(), out);
    if (error != std::errc() || out < 0)
        return expected("a number");
    m_at = static_cast<std::size_t>(end - m_text.data());
    skipSpace();
    if (m_at == m_text.size() || (m_text[m_at] != close && m_text[m_at] != ','))
        return expected(std::string("\"") + close + '"');
    return std::optional<int>(out);
}

Result<DataType> TypeReader::decimal()
{
    int precision = 10; // Flink's default
    int scale = 0;
    if (accept('(')) {
        auto first = number(')');
        if (!first)
            return std::move(first).error();
        precision = first->value_or(precision);
        if (accept(',')) {
            auto second = number(')');
            if (!second)
                return std::move(second).error();
            scale = second->value_or(scale);
        }
        if (!accept(')'))
            return expected("\")\"");
    }
    if (precision < 1 || precision > kMaxDecimalPrecision || scale > precision)
        return invalidArgument("DECIMAL(p, s) needs 1 <= p <= 38 and s <= p", place());
    return DataType::decimal(precision, scale);
}

Result<DataType> TypeReader::lengthed(DataType type)
{
    if (accept('(')) {
        MILLRACE_TRY(number(')'));
        if (!accept(')'))
            return expected("\")\"");
    }
    return type;
}

/// A time, with or without the precision that all have.
Result<DataType> TypeReader::milliseconds(DataType type)
{
    if (!accept('('))
        return type;
    skipSpace();
    const std::size_t begin = m_at;
    const auto precision = number(')');
    if (!precision)
        return precision.error();
    if (*precision != 3) {
        m_at = begin;
        return expected(std::string(kTimePrecision));
    }
    if (!accept(')'))
        return expected("\")\"");
    return type;
}

Result<DataType> TypeReader::timestamp()
{
    MILLRACE_TRY(milliseconds(TypeKind::Timestamp));
    if (acceptWord("WITH")) {
        if (acceptWord("LOCAL") && acceptWord("TIME") && acceptWord("ZONE"))
            return DataType(TypeKind::TimestampLtz);
        return expected("LOCAL TIME ZONE");
    }
    if (acceptWord("WITHOUT") && !(acceptWord("TIME") && acceptWord("ZONE")))
        return expected("TIME ZONE");
    return DataType(TypeKind::Timestamp);
}

/// One field with what ends it next, which must not be the name of one of those `before`.
Result<Field> TypeReader::field(const std::vector<Field> &before, char close, int depth)
{
    auto fieldName = name();
    if (!fieldName)
        return std::move(fieldName).error();
    for (const Field &other : before) {
        if (other.name == *fieldName)
            return invalidArgument("the name " + quotedName(*fieldName) + " is used twice",
                                   place());
    }
    auto fieldType = type(depth + 1);
    if (!fieldType)
        return std::move(fieldType).error();
    Field out{*std::move(fieldName), *std::move(fieldType), true};
    if (acceptWord("NOT")) {
        if (!acceptWord("NULL"))
            return expected("NULL");
        out.nullable = false;
    } else {
        acceptWord("NULL");
    }
    const bool ends = atEnd() ? close == '\0' : m_text[m_at] == ',' || m_text[m_at] == close;
    if (!ends)
        return expected(close == '\0' ? "\",\"" : "\",\" or \">\"");
    return out;
}

Result<std::vector<Field>> TypeReader::fields(char close, int depth, std::vector<Problem> *problems)
{
    std::vector<Field> out;
    const auto atClose = [&] { return close == '\0' ? atEnd() : accept(close); };
    if (atClose())
        return out;
    for (;;) {
        const std::size_t begin = m_at;
        auto next = field(out, close, depth);
        if (next) {
            out.push_back(*std::move(next));
        } else if (problems == nullptr) {
            return std::move(next).error();
        } else {
            problems->push_back(std::move(next).error());
            m_at = begin;
            skipField();
        }
        if (atClose())
            return out;
        (void)accept(','); // all that may be there
    }
}

Result<DataType> TypeReader::type(int depth)
{
    constexpr int kMaxDepth = 32;
    if (depth > kMaxDepth)
        return invalidArgument("types are nested more than 32 deep");
    struct Simple {
        std::string_view name;
        TypeKind kind;
    };
    static constexpr std::array kSimple{
        Simple{"BOOLEAN", TypeKind::Boolean}, Simple{"INT", TypeKind::Int},
        Simple{"INTEGER", TypeKind::Int},     Simple{"SMALLINT", TypeKind::Int},
        Simple{"TINYINT", TypeKind::Int},     Simple{"BIGINT", TypeKind::BigInt},
        Simple{"FLOAT", TypeKind::Double},    Simple{"STRING", TypeKind::String},
        Simple{"BYTES", TypeKind::Bytes},     Simple{"DATE", TypeKind::Date},
    };
    static constexpr std::array kLengthed{
        Simple{"VARCHAR", TypeKind::String},
        Simple{"CHAR", TypeKind::String},
        Simple{"VARBINARY", TypeKind::Bytes},
        Simple{"BINARY", TypeKind::Bytes},
    };
    skipSpace();
    const std::size_t begin = m_at;
    const std::string upper = word();
    for (const Simple &simple : kSimple) {
        if (simple.name == upper)
            return DataType(simple.kind);
    }
    for (const Simple &simple : kLengthed) {
        if (simple.name == upper)
            return lengthed(simple.kind);
    }
    if (upper == "DOUBLE") {
        acceptWord("PRECISION");
        return DataType(TypeKind::Double);
    }
    if (upper == "DECIMAL" || upper == "NUMERIC" || upper == "DEC")
        return decimal();
    if (upper == "TIMESTAMP")
        return timestamp();
    if (upper == "TIMESTAMP_LTZ")
        return milliseconds(TypeKind::TimestampLtz);
    if (upper == "ROW" || upper == "ARRAY") {
        if (!accept('<'))
            return expected("\"<\"");
        if (upper == "ROW") {
            auto inner = fields('>', depth);
            if (!inner)
                return std::move(inner).error();
            return DataType::row(*std::move(inner));
        }
        auto element = type(depth + 1);
        if (!element)
            return element;
        DataType out = DataType::array(*std::move(element));
        if (acceptWord("NOT")) {
            if (!acceptWord("NULL"))
                return expected("NULL");
            out.children.front().nullable = false;
        }
        if (!accept('>'))
            return expected("\">\"");
        return out;
    }
    m_at = begin;
    if (upper == "TIME")
        return expected("a type other than TIME (use STRING, or TIMESTAMP(3) with a day)");
    return expected("a type such as BIGINT, DOUBLE, STRING or TIMESTAMP(3)");
}

/// Names stand in JSON, too, which holds nothing else.
Status checkUtf8(std::string_view text)
{
    if (!simdjson::validate_utf8(text.data(), text.size()))
        return invalidArgument("A schema is UTF-8 text; this one has other bytes in it");
    return Done{};
}

} // namespace

std::string quotedName(std::string_view name)
{
    bool plain = !name.empty() && isWordStart(name.front());
    for (const char c : name)
        plain = plain && isWordPart(c);
    if (plain)
        return std::string(name);
    std::string out = "`";
    for (const char c : name)
        out.append(c == '`' ? 2 : 1, c);
    return out + '`';
}

Result<DataType> parseTypeAt(std::string_view text, std::size_t &position)
{
    TypeReader reader(text, position);
    auto type = reader.type(0);
    if (type)
        position = reader.position();
    return type;
}

Result<DataType> parseType(std::string_view text)
{
    TypeReader reader(text, 0);
    auto type = reader.type(0);
    if (type && !reader.atEnd())
        return reader.expected("the end of the type");
    return type;
}

Result<Schema> parseSchema(std::string_view text)
{
    MILLRACE_TRY(checkUtf8(text));
    TypeReader reader(text, 0);
    auto fields = reader.fields('\0', 0);
    if (!fields)
        return std::move(fields).error();
    return Schema{*std::move(fields)};
}

std::vector<Problem> schemaProblems(std::string_view text)
{
    if (auto checked = checkUtf8(text); !checked)
        return {std::move(checked).error()};
    std::vector<Problem> out;
    TypeReader reader(text, 0);
    (void)reader.fields('\0', 0, &out); // every one of its problems is in `out`
    return out;
}

} // namespace millrace::record
