// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/expression.h"
#include "core/sql/problem_list.h"

#include <vector>

namespace millrace::sql {

/// Nesting beyond this is refused, so that no text overflows a stack.
inline constexpr std::uint32_t kMaxExpressionDepth = 200;

struct ParsedExpression {
    ExpressionPtr expression; ///< never null; has Invalid nodes when there are problems
    ProblemList problems;
};

struct ParsedSelectList {
    std::vector<SelectItem> items;
    ProblemList problems;
};

/// Reads one expression, or a select list `expr [AS name], …`. The grammar is Flink's, with its
/// precedences [Calcite, SqlStdOperatorTable]. A problem does not end the parse: the parser goes
/// on at the next comma, bracket or connective, so that one text yields all its problems.
///
/// Problems: SqlSyntax (what was expected and found), SqlBadLiteral, SqlTooComplex; the place is
/// "line L, column C".
/// Thread-safety: pure functions.
ParsedExpression parseExpression(std::string_view text);
ParsedSelectList parseSelectList(std::string_view text);

} // namespace millrace::sql
