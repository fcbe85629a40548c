// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/value.h"
#include "core/sql/token.h"

#include <memory>
#include <vector>

namespace millrace::sql {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

enum class ExpressionKind : std::uint8_t {
    Invalid = 1, ///< a place where the parser reported a problem; binds to nothing, silently
    Literal,     ///< `value` of `type`
    Name,        ///< `text`: a column, or the first part of a path
    Star,        ///< * of a select list
    Keyword,     ///< `text` in upper case: the unit of EXTRACT, BOTH of TRIM
    Operator,    ///< `op` over children
    Call,        ///< function `text` (as written) over children
    Case,        ///< [operand], then condition and result in turns, then [else]
    Cast,        ///< children[0] AS `type`
};

enum class Operator : std::uint8_t {
    Or = 1, ///< two or more children
    And,    ///< two or more children
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Negate,
    Concat,
    Like,             ///< text, pattern, [escape]
    Similar,          ///< likewise: SIMILAR TO
    In,               ///< value, then the list
    Between,          ///< value, low, high
    BetweenSymmetric, ///< likewise, the bounds in either order
    IsNull,           ///< IS NOT … is Not over these
    IsTrue,
    IsFalse,
    IsUnknown,
    IsDistinctFrom,
    Field,   ///< children[0] . `text`
    Element, ///< children[0] [ children[1] ]
};

/// What JSON_VALUE and JSON_QUERY do when there is nothing, or something that does not fit.
enum class JsonFallback : std::uint8_t { Null = 1, Error, Default, EmptyArray, EmptyObject };
enum class JsonWrapper : std::uint8_t { None = 1, Conditional, Always };

/// The clauses behind the arguments of JSON_VALUE, JSON_QUERY and JSON_EXISTS.
struct JsonClauses {
    bool hasReturning = false;
    record::DataType returning = record::TypeKind::String;
    JsonWrapper wrapper = JsonWrapper::None;
    JsonFallback onEmpty = JsonFallback::Null;
    JsonFallback onError = JsonFallback::Null;
    ExpressionPtr emptyDefault; ///< of Default
    ExpressionPtr errorDefault;
};

/// A node of the syntax tree, before any schema is known. NOT IN, IS NOT NULL and the like are Not
/// over the positive operator; EXTRACT, TRIM, SUBSTRING … FROM and their kin are Calls whose
/// keywords are Keyword children.
///
/// Ownership: a node owns its children. Thread-safety: a plain value.
struct Expression {
    ExpressionKind kind = ExpressionKind::Invalid;
    SourceSpan span;      ///< the whole expression
    SourceSpan operation; ///< the operator or the function's name: where its problems point to
    Operator op = Operator::Or;
    std::string text;
    record::Value value;
    record::DataType type;
    bool tryCast = false;    ///< Cast: TRY_CAST
    bool hasOperand = false; ///< Case: CASE x WHEN …
    bool hasElse = false;    ///< Case
    bool parenthesised = false;
    std::uint32_t depth = 1; ///< levels below, itself included
    std::vector<ExpressionPtr> children;
    std::unique_ptr<JsonClauses> json; ///< JSON_VALUE, JSON_QUERY, JSON_EXISTS
};

/// One entry of a select list.
struct SelectItem {
    ExpressionPtr expression; ///< kind Star for *
    std::string alias;        ///< empty when there is no AS
    SourceSpan aliasSpan;
};

} // namespace millrace::sql
