// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/parser.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/sql/expression_parser.h"

#include <algorithm>
#include <array>
#include <optional>

namespace millrace::sql {
namespace {

// Binding powers, from Calcite's SqlStdOperatorTable.
constexpr int kOr = 22;
constexpr int kAnd = 24;
constexpr int kNot = 26;
constexpr int kIs = 28;
constexpr int kCompare = 30;
constexpr int kRange = 32; // IN, BETWEEN, LIKE, SIMILAR TO
constexpr int kSum = 40;
constexpr int kProduct = 60;
constexpr int kSign = 80;

struct Infix {
    std::string_view text;
    Operator op;
    int power;
};

constexpr std::array kSymbols{
    Infix{"=", Operator::Equal, kCompare},         Infix{"<>", Operator::NotEqual, kCompare},
    Infix{"!=", Operator::NotEqual, kCompare},     Infix{"<", Operator::Less, kCompare},
    Infix{"<=", Operator::LessEqual, kCompare},    Infix{">", Operator::Greater, kCompare},
    Infix{">=", Operator::GreaterEqual, kCompare}, Infix{"+", Operator::Add, kSum},
    Infix{"-", Operator::Subtract, kSum},          Infix{"*", Operator::Multiply, kProduct},
    Infix{"/", Operator::Divide, kProduct},        Infix{"%", Operator::Modulo, kProduct},
    Infix{"||", Operator::Concat, kProduct},
};

constexpr std::array kWords{
    Infix{"OR", Operator::Or, kOr},
    Infix{"AND", Operator::And, kAnd},
    Infix{"IS", Operator::IsNull, kIs},
    Infix{"IN", Operator::In, kRange},
    Infix{"BETWEEN", Operator::Between, kRange},
    Infix{"LIKE", Operator::Like, kRange},
    Infix{"SIMILAR", Operator::Similar, kRange},
};

std::optional<Infix> infixOf(const Token &token)
{
    if (token.kind == TokenKind::Symbol) {
        for (const Infix &infix : kSymbols) {
            if (infix.text == token.text)
                return infix;
        }
    } else if (token.kind == TokenKind::Word) {
        for (const Infix &infix : kWords) {
            if (token.isWord(infix.text))
                return infix;
        }
    }
    return {};
}

std::string describeToken(const Token &token)
{
    switch (token.kind) {
    case TokenKind::End:
        return "the end of the text";
    case TokenKind::String:
        return '\'' + shortened(token.text) + '\'';
    default:
        return '"' + shortened(token.text) + '"';
    }
}

} // namespace

ExpressionParser::ExpressionParser(std::string_view text)
    : m_text(text)
{
    LexedText lexed = lex(text);
    m_tokens = std::move(lexed.tokens);
    m_problems = std::move(lexed.problems);
}

const Token &ExpressionParser::peek(std::size_t ahead) const
{
    return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
}

const Token &ExpressionParser::take()
{
    const Token &token = peek();
    if (token.kind != TokenKind::End)
        ++m_at;
    return token;
}

bool ExpressionParser::acceptSymbol(std::string_view symbol)
{
    const bool found = peek().isSymbol(symbol);
    m_at += found ? 1 : 0;
    return found;
}

bool ExpressionParser::acceptWord(std::string_view upper)
{
    const bool found = peek().isWord(upper);
    m_at += found ? 1 : 0;
    return found;
}

bool ExpressionParser::atListEnd() const
{
    const Token &token = peek();
    return token.kind == TokenKind::End || token.isSymbol(",") || token.isSymbol(")") ||
           token.isSymbol("]") || token.isSymbol(";");
}

bool ExpressionParser::atBinaryOperator() const
{
    return infixOf(peek()).has_value();
}

void ExpressionParser::report(Code code, const SourceSpan &span,
                              std::vector<Problem::Argument> arguments)
{
    m_problems.add(span, code, std::move(arguments));
}

void ExpressionParser::expected(std::string what)
{
    // The lexer reported its Invalid tokens; a second problem at one token is only an echo.
    if (m_lastReported == m_at)
        return;
    m_lastReported = m_at;
    if (peek().kind != TokenKind::Invalid)
        report(Code::SqlSyntax, peek().span,
               {{"expected", std::move(what)}, {"found", describeToken(peek())}});
}

void ExpressionParser::expectSymbol(std::string_view symbol)
{
    if (acceptSymbol(symbol))
        return;
    expected('"' + std::string(symbol) + '"');
    synchronise();
    acceptSymbol(symbol);
}

void ExpressionParser::expectWord(std::string_view upper)
{
    if (!acceptWord(upper))
        expected(std::string(upper));
}

/// Moves to where parsing can go on: a comma, a closing bracket of this level, or a word that
/// begins the next part.
void ExpressionParser::synchronise()
{
    static constexpr std::array<std::string_view, 7> kNext{"AND",  "OR",  "WHEN", "THEN",
                                                           "ELSE", "END", "AS"};
    for (int level = 0; peek().kind != TokenKind::End; take()) {
        const Token &token = peek();
        if (token.isSymbol("(") || token.isSymbol("[")) {
            ++level;
        } else if (level > 0 && (token.isSymbol(")") || token.isSymbol("]"))) {
            --level;
        } else if (level == 0 &&
                   (atListEnd() || std::any_of(kNext.begin(), kNext.end(),
                                               [&](auto word) { return token.isWord(word); }))) {
            return;
        }
    }
}

ExpressionPtr ExpressionParser::node(ExpressionKind kind, const SourceSpan &operation) const
{
    auto out = std::make_unique<Expression>();
    out->kind = kind;
    out->span = operation;
    out->operation = operation;
    return out;
}

ExpressionPtr ExpressionParser::invalid()
{
    return node(ExpressionKind::Invalid, peek().span);
}

ExpressionPtr ExpressionParser::finish(ExpressionPtr out, NewChildren added)
{
    const std::size_t first = added == NewChildren::Last ? out->children.size() - 1 : 0;
    for (std::size_t i = first; i < out->children.size(); ++i) {
        const auto &child = out->children[i];
        out->depth = std::max(out->depth, child->depth + 1);
        if (child->span.begin < out->span.begin)
            out->span = child->span;
    }
    if (m_at > 0)
        out->span.end = std::max(out->span.end, m_tokens[m_at - 1].span.end);
    if (out->depth > kMaxExpressionDepth) {
        report(Code::SqlTooComplex, out->operation, {{"what", "it is nested more than 200 deep"}});
        return invalid();
    }
    return out;
}

ExpressionPtr ExpressionParser::operation(Operator op, const SourceSpan &at,
                                          std::vector<ExpressionPtr> children)
{
    auto out = node(ExpressionKind::Operator, at);
    out->op = op;
    out->children = std::move(children);
    return finish(std::move(out));
}

ExpressionPtr ExpressionParser::expression(int minPower)
{
    if (m_nesting >= kMaxExpressionDepth) {
        if (m_nesting == kMaxExpressionDepth)
            report(Code::SqlTooComplex, peek().span, {{"what", "it is nested more than 200 deep"}});
        m_at = m_tokens.size() - 1; // nothing behind this can be read in its context
        m_lastReported = m_at;
        return invalid();
    }
    ++m_nesting;
    ExpressionPtr left = prefix();
    for (;;) {
        const auto behindNot = peek().isWord("NOT") ? infixOf(peek(1)) : std::nullopt;
        const bool negated = behindNot && behindNot->power == kRange;
        const auto next = infixOf(peek(negated ? 1 : 0));
        if (!next || next->power < minPower)
            break;
        m_at += negated ? 1 : 0;
        left = infix(std::move(left), negated);
    }
    --m_nesting;
    return left;
}

ExpressionPtr ExpressionParser::prefix()
{
    const SourceSpan at = peek().span;
    const auto unary = [&](Operator op, int power) {
        take();
        std::vector<ExpressionPtr> children;
        children.push_back(expression(power));
        auto out = operation(op, at, std::move(children));
        out->span.begin = at.begin;
        out->span.line = at.line;
        out->span.column = at.column;
        return out;
    };
    if (peek().isWord("NOT"))
        return unary(Operator::Not, kNot);
    if (peek().isSymbol("-")) {
        if (peek(1).kind == TokenKind::Number && peek(1).span.begin == at.end) {
            take(); // -9223372036854775808 is a literal, not the negation of one
            return postfix(numberLiteral(true));
        }
        return unary(Operator::Negate, kSign);
    }
    if (acceptSymbol("+"))
        return expression(kSign);
    return postfix(primary());
}

ExpressionPtr ExpressionParser::postfix(ExpressionPtr base)
{
    for (;;) {
        const SourceSpan at = peek().span;
        if (acceptSymbol(".")) {
            auto out = node(ExpressionKind::Operator, at);
            out->op = Operator::Field;
            if (peek().kind != TokenKind::Word && peek().kind != TokenKind::QuotedName) {
                expected("the name of a field");
                return invalid();
            }
            out->operation = peek().span;
            out->text = take().text;
            out->children.push_back(std::move(base));
            base = finish(std::move(out));
        } else if (acceptSymbol("[")) {
            std::vector<ExpressionPtr> children;
            children.push_back(std::move(base));
            children.push_back(expression(0));
            expectSymbol("]");
            base = operation(Operator::Element, at, std::move(children));
        } else {
            return base;
        }
    }
}

ExpressionPtr ExpressionParser::infix(ExpressionPtr left, bool negated)
{
    const Token &token = take();
    const SourceSpan at = token.span;
    const Infix found = *infixOf(token);
    std::vector<ExpressionPtr> children;
    ExpressionPtr out;
    switch (found.op) {
    case Operator::IsNull:
        return isOperator(std::move(left));
    case Operator::In:
        out = inList(std::move(left), at);
        break;
    case Operator::Between: {
        const bool symmetric = acceptWord("SYMMETRIC");
        if (!symmetric)
            acceptWord("ASYMMETRIC");
        children.push_back(std::move(left));
        children.push_back(expression(kRange + 1));
        expectWord("AND");
        children.push_back(expression(kRange + 1));
        out = operation(symmetric ? Operator::BetweenSymmetric : Operator::Between, at,
                        std::move(children));
        break;
    }
    case Operator::Similar:
        expectWord("TO");
        [[fallthrough]];
    case Operator::Like:
        children.push_back(std::move(left));
        children.push_back(expression(kRange + 1));
        if (acceptWord("ESCAPE"))
            children.push_back(expression(kRange + 1));
        out = operation(found.op, at, std::move(children));
        break;
    case Operator::And:
    case Operator::Or: {
        // One node for a chain: thousands of terms need no depth.
        ExpressionPtr right = expression(found.power + 1);
        if (left->kind == ExpressionKind::Operator && left->op == found.op &&
            !left->parenthesised) {
            // To look at all of them again with each would take minutes for a long chain.
            left->children.push_back(std::move(right));
            return finish(std::move(left), NewChildren::Last);
        }
        children.push_back(std::move(left));
        children.push_back(std::move(right));
        return operation(found.op, at, std::move(children));
    }
    default:
        children.push_back(std::move(left));
        children.push_back(expression(found.power + 1));
        return operation(found.op, at, std::move(children));
    }
    if (!negated)
        return out;
    std::vector<ExpressionPtr> inner;
    inner.push_back(std::move(out));
    return operation(Operator::Not, at, std::move(inner));
}

ExpressionPtr ExpressionParser::isOperator(ExpressionPtr left)
{
    const SourceSpan at = peek().span;
    const bool negated = acceptWord("NOT");
    std::vector<ExpressionPtr> children;
    children.push_back(std::move(left));
    Operator op = Operator::IsNull;
    if (acceptWord("NULL")) {
        op = Operator::IsNull;
    } else if (acceptWord("TRUE")) {
        op = Operator::IsTrue;
    } else if (acceptWord("FALSE")) {
        op = Operator::IsFalse;
    } else if (acceptWord("UNKNOWN")) {
        op = Operator::IsUnknown;
    } else if (acceptWord("DISTINCT")) {
        op = Operator::IsDistinctFrom;
        expectWord("FROM");
        children.push_back(expression(kCompare + 1));
    } else {
        expected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM");
        synchronise();
        return invalid();
    }
    auto out = operation(op, at, std::move(children));
    if (!negated)
        return out;
    std::vector<ExpressionPtr> inner;
    inner.push_back(std::move(out));
    return operation(Operator::Not, at, std::move(inner));
}

ExpressionPtr ExpressionParser::inList(ExpressionPtr left, const SourceSpan &at)
{
    std::vector<ExpressionPtr> children;
    children.push_back(std::move(left));
    if (!acceptSymbol("(")) {
        expected("a list such as ('a', 'b')");
        synchronise();
        return invalid();
    }
    do {
        children.push_back(expression(0));
    } while (acceptSymbol(","));
    expectSymbol(")");
    return operation(Operator::In, at, std::move(children));
}

ParsedExpression ExpressionParser::expressionOnly()
{
    ParsedExpression out;
    out.expression = expression(0);
    while (peek().kind != TokenKind::End) {
        expected("an operator or the end of the expression");
        if (atListEnd() || !atBinaryOperator())
            take();
        // What follows is read for its own problems.
        if (peek().kind != TokenKind::End && !atListEnd())
            out.expression = atBinaryOperator() ? infix(invalid(), false) : expression(0);
    }
    out.problems = std::move(m_problems);
    return out;
}

ParsedSelectList ExpressionParser::selectList()
{
    ParsedSelectList out;
    do {
        SelectItem item;
        if (peek().isSymbol("*")) {
            item.expression = node(ExpressionKind::Star, take().span);
        } else {
            item.expression = expression(0);
            const bool named = acceptWord("AS");
            if (peek().kind == TokenKind::Word || peek().kind == TokenKind::QuotedName) {
                item.aliasSpan = peek().span;
                item.alias = take().text;
            } else if (named) {
                expected("a name");
            }
        }
        out.items.push_back(std::move(item));
        if (!atListEnd()) {
            expected("\",\", AS or the end of the select list");
            synchronise();
        }
        while (peek().kind != TokenKind::End && !peek().isSymbol(",")) {
            expected("\",\" or the end of the select list");
            take();
            synchronise();
        }
    } while (acceptSymbol(","));
    out.problems = std::move(m_problems);
    return out;
}

ParsedExpression parseExpression(std::string_view text)
{
    return ExpressionParser(text).expressionOnly();
}

ParsedSelectList parseSelectList(std::string_view text)
{
    return ExpressionParser(text).selectList();
}

} // namespace millrace::sql
