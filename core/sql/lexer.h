// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/problem_list.h"

#include <vector>

namespace millrace::sql {

/// Text longer than this is refused: a bound for everything that grows with it.
inline constexpr std::size_t kMaxTextBytes = 1U << 20U;

struct LexedText {
    std::vector<Token> tokens; ///< always ends in a token of kind End
    ProblemList problems;
};

/// Cuts SQL text into tokens and drops spaces and comments (`-- to the end of the line`,
/// `/* … */`). Never fails: what it cannot read becomes an Invalid token and a Problem
/// (SqlSyntax), and it goes on behind it.
/// Thread-safety: pure function.
LexedText lex(std::string_view text);

} // namespace millrace::sql
