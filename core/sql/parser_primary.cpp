// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/record/decimal.h"
#include "core/record/schema_problems.h"
#include "core/record/timestamp_text.h"
#include "core/sql/expression_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace millrace::sql {
namespace {

using record::TypeKind;
using record::Value;

/// Words that never are a column without backticks, because the grammar needs them.
constexpr std::array<std::string_view, 29> kReserved{
    "AND",    "OR",      "NOT",     "IN",       "IS",    "LIKE",  "BETWEEN", "CASE",
    "WHEN",   "THEN",    "ELSE",    "END",      "AS",    "NULL",  "TRUE",    "FALSE",
    "CAST",   "FROM",    "FOR",     "SELECT",   "WHERE", "GROUP", "ORDER",   "HAVING",
    "ESCAPE", "SIMILAR", "UNKNOWN", "DISTINCT", "UNION"};

bool isReserved(const Token &token)
{
    return std::any_of(kReserved.begin(), kReserved.end(),
                       [&](std::string_view word) { return token.isWord(word); });
}

struct Unit {
    std::string_view name;
    bool months;
    std::int64_t size; ///< milliseconds, or months
};

constexpr std::array kUnits{
    Unit{"YEAR", true, 12},
    Unit{"MONTH", true, 1},
    Unit{"DAY", false, record::kMillisPerDay},
    Unit{"HOUR", false, record::kMillisPerHour},
    Unit{"MINUTE", false, record::kMillisPerMinute},
    Unit{"SECOND", false, record::kMillisPerSecond},
};

std::optional<std::size_t> unitOf(const Token &token)
{
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        if (token.isWord(kUnits[i].name))
            return i;
    }
    return {};
}

/// Reads "1-6", "2 03:04:05.678" from unit `first` to unit `last`; what the numbers must be is
/// each unit's own. Empty when the text does not fit.
std::optional<std::int64_t> intervalValue(std::string_view text, std::size_t first,
                                          std::size_t last)
{
    std::size_t at = 0;
    const auto skip = [&](std::string_view any) {
        if (at < text.size() && any.find(text[at]) != std::string_view::npos)
            return text[at++];
        return '\0';
    };
    const bool negative = skip("+-") == '-';
    std::int64_t total = 0;
    for (std::size_t unit = first; unit <= last; ++unit) {
        if (unit > first && skip("- :") == '\0')
            return {};
        std::int64_t count = 0;
        const auto [end, error] =
            std::from_chars(text.data() + at, text.data() + text.size(), count);
        if (error != std::errc() || count < 0)
            return {};
        at = static_cast<std::size_t>(end - text.data());
        std::int64_t part = 0;
        if (__builtin_mul_overflow(count, kUnits[unit].size, &part) ||
            __builtin_add_overflow(total, part, &total))
            return {};
    }
    if (kUnits[last].name == "SECOND" && skip(".") != '\0') {
        std::int64_t scale = 100;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            total += (text[at] - '0') * scale;
    }
    if (at != text.size())
        return {};
    return negative ? -total : total;
}

} // namespace

ExpressionPtr ExpressionParser::textLiteral(std::string text, const SourceSpan &at)
{
    auto out = node(ExpressionKind::Literal, at);
    out->value = Value(std::move(text));
    out->type = TypeKind::String;
    return out;
}

ExpressionPtr ExpressionParser::primary()
{
    const Token &token = peek();
    switch (token.kind) {
    case TokenKind::Number:
        return numberLiteral(false);
    case TokenKind::String: {
        const SourceSpan at = token.span;
        return textLiteral(take().text, at);
    }
    case TokenKind::QuotedName: {
        auto out = node(ExpressionKind::Name, token.span);
        out->text = take().text;
        return out;
    }
    case TokenKind::Word:
        return wordPrimary();
    case TokenKind::Invalid:
        take();
        return invalid();
    default:
        break;
    }
    if (acceptSymbol("(")) {
        ExpressionPtr inner = expression(0);
        if (peek().isSymbol(",")) {
            expected("\")\"");
            while (acceptSymbol(","))
                expression(0);
        }
        expectSymbol(")");
        inner->parenthesised = true;
        return inner;
    }
    expected("an expression");
    // An operator without its left side is left to the caller, which reads its right side.
    if (!atListEnd() && !atBinaryOperator())
        synchronise();
    return invalid();
}

/// `negative`: the token before is its sign.
ExpressionPtr ExpressionParser::numberLiteral(bool negative)
{
    const Token &token = take();
    auto out = node(ExpressionKind::Literal, negative ? m_tokens[m_at - 2].span : token.span);
    const std::string text = (negative ? "-" : "") + token.text;
    out->span.end = token.span.end;
    if (token.text.find_first_of("eE") != std::string::npos) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc())
            report(Code::SqlBadLiteral, out->span, {{"what", text + " does not fit into DOUBLE"}});
        out->value = Value(value);
        out->type = TypeKind::Double;
        return out;
    }
    std::int64_t integer = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
    if (error == std::errc() && end == text.data() + text.size()) {
        const bool small = integer >= std::numeric_limits<std::int32_t>::min() &&
                           integer <= std::numeric_limits<std::int32_t>::max();
        out->value = Value(integer);
        out->type = small ? TypeKind::Int : TypeKind::BigInt;
        return out;
    }
    const auto decimal = record::parseDecimal(text);
    if (!decimal) {
        report(Code::SqlBadLiteral, out->span, {{"what", text + " has more than 38 digits"}});
        out->kind = ExpressionKind::Invalid;
        return out;
    }
    int digits = 1;
    while (digits < record::kMaxDecimalPrecision &&
           !record::fitsPrecision(decimal->unscaled, digits))
        ++digits;
    out->value = Value(*decimal);
    out->type = record::DataType::decimal(std::max(digits, decimal->scale), decimal->scale);
    return out;
}

ExpressionPtr ExpressionParser::wordPrimary()
{
    const Token &token = peek();
    const SourceSpan at = token.span;
    const auto constant = [&](Value value, TypeKind kind) {
        take();
        auto out = node(ExpressionKind::Literal, at);
        out->value = std::move(value);
        out->type = kind;
        return out;
    };
    if (token.isWord("NULL"))
        return constant(Value(), TypeKind::Null);
    if (token.isWord("TRUE") || token.isWord("FALSE"))
        return constant(Value(token.isWord("TRUE")), TypeKind::Boolean);
    if (token.isWord("CASE"))
        return caseExpression();
    if (peek(1).isSymbol("(")) {
        if (token.isWord("CAST") || token.isWord("TRY_CAST"))
            return castExpression();
        if (!isReserved(token))
            return call();
    }
    if (peek(1).kind == TokenKind::String) {
        if (token.isWord("TIMESTAMP") || token.isWord("TIMESTAMP_LTZ") || token.isWord("DATE"))
            return timeLiteral();
        if (token.isWord("TIME")) {
            report(Code::SqlBadLiteral, at,
                   {{"what", "there is no type TIME; use a text, or a TIMESTAMP with a day"}});
            take();
            take();
            return invalid();
        }
        if (token.isWord("INTERVAL"))
            return intervalLiteral();
    }
    if (token.isWord("CURRENT_TIMESTAMP") || token.isWord("LOCALTIMESTAMP") ||
        token.isWord("CURRENT_DATE")) {
        auto out = node(ExpressionKind::Call, at);
        out->text = take().text;
        return out;
    }
    if (isReserved(token)) {
        expected("an expression");
        if (!atBinaryOperator())
            synchronise();
        return invalid();
    }
    auto out = node(ExpressionKind::Name, at);
    out->text = take().text;
    return out;
}

/// TIMESTAMP '…', TIMESTAMP_LTZ '…' or DATE '…'.
ExpressionPtr ExpressionParser::timeLiteral()
{
    const Token &word = take();
    const Token &text = take();
    auto out = node(ExpressionKind::Literal, word.span);
    out->span.end = text.span.end;
    const bool date = word.isWord("DATE");
    out->type = date                       ? TypeKind::Date
                : word.isWord("TIMESTAMP") ? TypeKind::Timestamp
                                           : TypeKind::TimestampLtz;
    const auto millis = date ? record::parseDate(text.text) : record::parseTimestamp(text.text);
    if (!millis) {
        report(Code::SqlBadLiteral, text.span,
               {{"what", '\'' + text.text +
                             (date ? "' is not a day such as '2026-01-31'"
                                   : "' is not a time such as '2026-01-31 08:05:00.123'")}});
        out->kind = ExpressionKind::Invalid;
        return out;
    }
    out->value = Value(*millis);
    return out;
}

ExpressionPtr ExpressionParser::intervalLiteral()
{
    auto out = node(ExpressionKind::Literal, take().span);
    const Token &text = take();
    const auto first = unitOf(peek());
    if (!first) {
        expected("a unit: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND");
        return invalid();
    }
    const auto skipPrecision = [&] {
        if (acceptSymbol("(")) {
            take();
            expectSymbol(")");
        }
    };
    take();
    skipPrecision();
    auto last = first;
    if (acceptWord("TO")) {
        last = unitOf(peek());
        if (!last || *last < *first || kUnits[*first].months != kUnits[*last].months) {
            expected("a smaller unit");
            return invalid();
        }
        take();
        skipPrecision();
    }
    out->type = kUnits[*first].months ? TypeKind::MonthInterval : TypeKind::DayInterval;
    const auto value = intervalValue(text.text, *first, *last);
    if (!value) {
        report(Code::SqlBadLiteral, text.span,
               {{"what", '\'' + text.text + "' is not an interval of this unit, such as '10'"}});
        out->kind = ExpressionKind::Invalid;
        return out;
    }
    out->value = Value(*value);
    return finish(std::move(out));
}

ExpressionPtr ExpressionParser::caseExpression()
{
    auto out = node(ExpressionKind::Case, take().span);
    if (!peek().isWord("WHEN")) {
        out->hasOperand = true;
        out->children.push_back(expression(0));
    }
    if (!peek().isWord("WHEN")) {
        expected("WHEN");
        synchronise();
    }
    while (acceptWord("WHEN")) {
        out->children.push_back(expression(0));
        expectWord("THEN");
        out->children.push_back(expression(0));
        if (!peek().isWord("WHEN") && !peek().isWord("ELSE") && !peek().isWord("END")) {
            expected("WHEN, ELSE or END");
            synchronise();
        }
    }
    if (acceptWord("ELSE")) {
        out->hasElse = true;
        out->children.push_back(expression(0));
    }
    if (!acceptWord("END")) {
        expected("END");
        synchronise();
        acceptWord("END");
    }
    const std::size_t least = (out->hasOperand ? 1U : 0U) + 2U;
    if (out->children.size() < least)
        return invalid();
    return finish(std::move(out));
}

namespace {

/// Types that a schema may name and that are kept as a wider one; a cast to them would have to cut
/// or refuse [Flink: CAST], which the wider one does not.
bool narrows(const Token &type, const Token &bracket, const Token &length)
{
    constexpr std::array kNarrow = {"TINYINT", "SMALLINT", "FLOAT", "CHAR", "BINARY"};
    constexpr std::string_view kLongest = "2147483647";
    if (std::any_of(kNarrow.begin(), kNarrow.end(), [&](const char *n) { return type.isWord(n); }))
        return true;
    return (type.isWord("VARCHAR") || type.isWord("VARBINARY")) &&
           !(bracket.isSymbol("(") && length.text == kLongest);
}

bool isTimeWithPrecision(const Token &type, const Token &bracket, const Token &precision)
{
    return (type.isWord("TIMESTAMP") || type.isWord("TIMESTAMP_LTZ")) && bracket.isSymbol("(") &&
           precision.kind == TokenKind::Number;
}

} // namespace

bool ExpressionParser::type(record::DataType &out)
{
    // Types are read from the text by the one reader core/record has; tokens follow.
    const SourceSpan at = peek().span;
    std::size_t position = at.begin;
    if (narrows(peek(), peek(1), peek(2))) {
        expected("a type whose values are kept as they are: INT for TINYINT and SMALLINT, DOUBLE "
                 "for FLOAT, STRING for CHAR(n) and VARCHAR(n), BYTES for BINARY(n)");
        synchronise();
        return false;
    }
    auto parsed = record::parseTypeAt(m_text, position);
    if (!parsed && isTimeWithPrecision(peek(), peek(1), peek(2)) && peek(2).text != "3") {
        report(Code::SqlSyntax, peek(2).span,
               {{"expected", std::string(record::kTimePrecision)},
                {"found", '"' + shortened(peek(2).text) + '"'}});
        synchronise();
        return false;
    }
    if (!parsed && peek().isWord("TIME")) {
        expected("a type other than TIME: STRING, or TIMESTAMP(3) with a day");
        synchronise();
        return false;
    }
    if (!parsed) {
        expected("a type such as BIGINT, DOUBLE, STRING or DECIMAL(10, 2)");
        synchronise();
        return false;
    }
    while (peek().kind != TokenKind::End && peek().span.begin < position)
        take();
    out = *std::move(parsed);
    return true;
}

ExpressionPtr ExpressionParser::castExpression()
{
    auto out = node(ExpressionKind::Cast, peek().span);
    out->tryCast = take().isWord("TRY_CAST");
    expectSymbol("(");
    out->children.push_back(expression(0));
    if (!acceptWord("AS")) {
        expected("AS and a type");
        synchronise();
        if (!acceptWord("AS")) {
            acceptSymbol(")");
            return invalid();
        }
    }
    const bool known = type(out->type);
    expectSymbol(")");
    return known ? finish(std::move(out)) : invalid();
}

} // namespace millrace::sql
