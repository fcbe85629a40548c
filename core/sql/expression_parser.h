// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/lexer.h"
#include "core/sql/parser.h"

#include <optional>

namespace millrace::sql {

/// The recursive-descent (Pratt) parser behind parser.h, and what the statement parser will use
/// for the expressions inside a statement. Works on one text; used once.
class ExpressionParser
{
public:
    explicit ExpressionParser(std::string_view text);

    ParsedExpression expressionOnly();
    ParsedSelectList selectList();

private:
    // Tokens.
    const Token &peek(std::size_t ahead = 0) const;
    const Token &take();
    bool acceptSymbol(std::string_view symbol);
    bool acceptWord(std::string_view upper);
    bool atListEnd() const; ///< at a comma, a closing bracket or the end
    bool atBinaryOperator() const;

    // Problems.
    void report(Code code, const SourceSpan &span, std::vector<Problem::Argument> arguments);
    void expected(std::string what);
    void expectSymbol(std::string_view symbol);
    void expectWord(std::string_view upper);
    void synchronise();

    // Nodes.
    ExpressionPtr node(ExpressionKind kind, const SourceSpan &operation) const;
    ExpressionPtr invalid();
    ExpressionPtr operation(Operator op, const SourceSpan &at, std::vector<ExpressionPtr> children);
    /// Sets span and depth from the children and the last token taken.
    enum class NewChildren : std::uint8_t { All = 1, Last };
    ExpressionPtr finish(ExpressionPtr node, NewChildren added = NewChildren::All);
    ExpressionPtr textLiteral(std::string text, const SourceSpan &at);

    // The grammar.
    ExpressionPtr expression(int minPower);
    ExpressionPtr prefix();
    ExpressionPtr postfix(ExpressionPtr base);
    ExpressionPtr primary();
    ExpressionPtr infix(ExpressionPtr left, bool negated);
    ExpressionPtr isOperator(ExpressionPtr left);
    ExpressionPtr inList(ExpressionPtr left, const SourceSpan &at);
    ExpressionPtr wordPrimary();
    ExpressionPtr numberLiteral(bool negative);
    ExpressionPtr timeLiteral();
    ExpressionPtr intervalLiteral();
    ExpressionPtr caseExpression();
    ExpressionPtr castExpression();
    ExpressionPtr call();
    void callArguments(Expression &call, std::string_view upper);
    void trimArguments(Expression &call);
    void keywordArgument(Expression &call);
    void existsClause(Expression &call);
    void jsonClauses(Expression &call, bool query);
    std::optional<JsonFallback> jsonFallback(bool query, ExpressionPtr &defaultValue);
    bool type(record::DataType &out);

    std::string_view m_text;
    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    std::uint32_t m_nesting = 0;
    std::size_t m_lastReported = SIZE_MAX; ///< token of the last problem: one problem a token
    ProblemList m_problems;
};

} // namespace millrace::sql
