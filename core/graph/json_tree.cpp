// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/json_tree.h"

#include "core/base/json_syntax.h"
#include "core/base/problem_codes.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

namespace millrace::graph {

namespace {

/// Hands the text to the lexer character by character and counts them, which is the only way to
/// know where an event of the SAX parser stands.
class CountingIterator
{
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char *;
    using reference = const char &;

    CountingIterator(const char *at, std::size_t *consumed)
        : m_at(at)
        , m_consumed(consumed)
    {}
    reference operator*() const { return *m_at; }
    CountingIterator &operator++()
    {
        ++m_at;
        ++*m_consumed;
        return *this;
    }
    friend bool operator==(const CountingIterator &a, const CountingIterator &b)
    {
        return a.m_at == b.m_at;
    }

private:
    const char *m_at;
    std::size_t *m_consumed;
};

/// "line 3, column 14" of the byte `at`; columns count characters.
std::string lineAndColumn(std::string_view text, std::size_t at)
{
    const std::string_view before = text.substr(0, std::min(at, text.size()));
    const auto lineStart = before.rfind('\n');
    const std::string_view inLine =
        lineStart == std::string_view::npos ? before : before.substr(lineStart + 1);
    const auto column = std::ranges::count_if(
        inLine, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    return fmt::format("line {}, column {}", std::ranges::count(before, '\n') + 1, column + 1);
}

/// Receives the parser's events and builds the tree. Its function names are nlohmann's.
class TreeBuilder
{
public:
    TreeBuilder(std::string_view text, const std::size_t &consumed, std::size_t maxDepth,
                std::size_t maxValues)
        : m_text(text)
        , m_consumed(consumed)
        , m_maxDepth(maxDepth)
        , m_maxValues(maxValues)
    {}

    bool null() { return add(JsonNode::Kind::Null); }
    bool boolean(bool value)
    {
        JsonNode node;
        node.boolean = value;
        return add(JsonNode::Kind::Boolean, std::move(node));
    }
    bool number_integer(std::int64_t value)
    {
        JsonNode node;
        node.integer = value;
        node.real = static_cast<double>(value);
        node.text = std::to_string(value);
        return add(JsonNode::Kind::Integer, std::move(node));
    }
    bool number_unsigned(std::uint64_t value)
    {
        if (std::in_range<std::int64_t>(value))
            return number_integer(static_cast<std::int64_t>(value));
        return number_float(static_cast<double>(value), std::to_string(value));
    }
    bool number_float(double /*value*/, const std::string &spelling)
    {
        JsonNode node;
        node.text = spelling;
        // The lexer puts the decimal point of the process's locale into the spelling.
        std::ranges::replace_if(
            node.text,
            [](char c) { return std::string_view("0123456789+-eE").find(c) == std::string::npos; },
            '.');
        std::from_chars(node.text.data(), node.text.data() + node.text.size(), node.real);
        return add(JsonNode::Kind::Real, std::move(node));
    }
    bool string(std::string &value)
    {
        JsonNode node;
        node.text = std::move(value);
        return add(JsonNode::Kind::Text, std::move(node));
    }
    bool binary(nlohmann::json::binary_t & /*value*/) { return false; } // not in JSON text
    bool start_object(std::size_t /*count*/) { return open(JsonNode::Kind::Object); }
    bool end_object() { return close(); }
    bool start_array(std::size_t /*count*/) { return open(JsonNode::Kind::Array); }
    bool end_array() { return close(); }
    bool key(std::string &name)
    {
        m_keys.back() = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string & /*token*/,
                     const nlohmann::json::exception & /*error*/)
    {
        return refuse(position == 0 ? 0 : position - 1);
    }
    /// Says what is wrong with the text, which is not read behind the byte `at`.
    bool refuse(std::size_t at)
    {
        if (const auto fault = findJsonFault(m_text))
            m_problem = Problem(Code::DocumentSyntax, {{"reason", fault->reason}},
                                fmt::format("line {}, column {}", fault->line, fault->column));
        else // JSON, but more than a parser takes
            m_problem = Problem(Code::DocumentSyntax, {{"reason", "a number is too large"}},
                                lineAndColumn(m_text, at));
        return false;
    }

    Result<JsonNode> result(bool parsed) &&
    {
        if (m_problem)
            return std::move(*m_problem);
        MILLRACE_ASSERT(parsed);
        return std::move(m_root);
    }

private:
    bool add(JsonNode::Kind kind, JsonNode node = {})
    {
        if (m_values == m_maxValues)
            return fail(Problem(Code::DocumentTooLarge,
                                {{"found", "more than " + std::to_string(m_maxValues)},
                                 {"unit", "values"},
                                 {"limit", std::to_string(m_maxValues)}}));
        ++m_values;
        node.kind = kind;
        node.line = currentLine();
        place(std::move(node));
        return true;
    }

    bool fail(Problem problem)
    {
        m_problem = std::move(problem).at(lineAndColumn(m_text, m_consumed - 1));
        return false;
    }

    /// Puts the value where the parser is: into the innermost open list or object, or as root.
    void place(JsonNode node)
    {
        if (m_open.empty()) {
            m_root = std::move(node);
            m_last = &m_root;
            return;
        }
        JsonNode &parent = *m_open.back();
        if (parent.kind == JsonNode::Kind::Object) {
            parent.members.push_back({m_keys.back(), std::move(node)});
            m_last = &parent.members.back().value;
        } else {
            m_last = &parent.items.emplace_back(std::move(node));
        }
    }

    bool open(JsonNode::Kind kind)
    {
        if (m_open.size() == m_maxDepth)
            return fail(Problem(Code::DocumentTooDeep, {{"limit", std::to_string(m_maxDepth)}}));
        if (!add(kind))
            return false;
        // The pointer stays good: a parent's vector only grows after this child was closed.
        m_open.push_back(m_last);
        m_keys.emplace_back();
        return true;
    }

    bool close()
    {
        m_open.pop_back();
        m_keys.pop_back();
        return true;
    }

    /// The line of the token just read. The lexer is then at the token's last character, or one
    /// beyond it after a number, so that newlines before that character are all that count.
    std::size_t currentLine()
    {
        for (; m_counted + 1 < m_consumed; ++m_counted) {
            if (m_text[m_counted] == '\n')
                ++m_line;
        }
        return m_line;
    }

    std::string_view m_text;
    const std::size_t &m_consumed;
    std::size_t m_maxDepth;
    std::size_t m_maxValues;
    std::size_t m_values = 0;
    std::size_t m_counted = 0;
    std::size_t m_line = 1;
    JsonNode m_root;
    JsonNode *m_last = nullptr; ///< the value added last
    std::vector<JsonNode *> m_open;
    std::vector<std::string> m_keys; ///< beside m_open: the name the next member gets
    std::optional<Problem> m_problem;
};

} // namespace

const JsonNode *JsonNode::find(std::string_view name) const
{
    const auto found = std::ranges::find(members, name, &Member::name);
    return found == members.end() ? nullptr : &found->value;
}

std::string_view JsonNode::kindName() const
{
    switch (kind) {
    case Kind::Null:
        return "null";
    case Kind::Boolean:
        return boolean ? "true" : "false";
    case Kind::Integer:
    case Kind::Real:
        return "a number";
    case Kind::Text:
        return "a text";
    case Kind::Array:
        return "a list";
    case Kind::Object:
        return "an object";
    }
    return "";
}

std::string JsonNode::toText() const
{
    std::string out;
    switch (kind) {
    case Kind::Null:
        return "null";
    case Kind::Boolean:
        return boolean ? "true" : "false";
    case Kind::Integer:
    case Kind::Real:
        return text;
    case Kind::Text:
        appendJsonText(out, text);
        return out;
    case Kind::Array:
        for (const JsonNode &item : items)
            out += (out.empty() ? "[" : ", ") + item.toText();
        return out.empty() ? "[]" : out + "]";
    case Kind::Object:
        std::vector<const Member *> sorted;
        for (const Member &member : members)
            sorted.push_back(&member);
        std::ranges::stable_sort(sorted, {}, [](const Member *m) { return m->name; });
        for (const Member *member : sorted) {
            out += out.empty() ? "{" : ", ";
            appendJsonText(out, member->name);
            out += ": " + member->value.toText();
        }
        return out.empty() ? "{}" : out + "}";
    }
    return out;
}

Result<JsonNode> parseJson(std::string_view text, std::size_t maxDepth, std::size_t maxValues)
{
    std::size_t consumed = 0;
    TreeBuilder builder(text, consumed, maxDepth, maxValues);
    const bool parsed =
        nlohmann::json::sax_parse(CountingIterator(text.data(), &consumed),
                                  CountingIterator(text.data() + text.size(), &consumed), &builder);
    // The lexer takes a NUL byte for the end of the text, whatever stands behind it.
    if (const auto nul = text.find('\0'); parsed && nul != std::string_view::npos)
        builder.refuse(nul);
    return std::move(builder).result(parsed);
}

void appendJsonText(std::string &out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
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
            if (static_cast<unsigned char>(c) < 0x20U)
                out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
            else
                out += c;
        }
    }
    out += '"';
}

} // namespace millrace::graph
