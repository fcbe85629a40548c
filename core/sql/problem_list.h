// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/sql/token.h"

#include <utility>
#include <vector>

namespace millrace::sql {

/// The problems of one text, with their places, in the order of the text.
class ProblemList
{
public:
    void add(const SourceSpan &span, Code code, std::vector<Problem::Argument> arguments);
    void addSyntax(const SourceSpan &span, std::string expected, std::string found);
    void append(ProblemList other);

    bool empty() const { return m_problems.empty(); }
    /// All of them, sorted by place; the list is empty afterwards.
    std::vector<Problem> take();

private:
    std::vector<std::pair<std::uint32_t, Problem>> m_problems; ///< with the byte they are about
};

} // namespace millrace::sql
