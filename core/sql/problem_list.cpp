// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/problem_list.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <iterator>

namespace millrace::sql {

void ProblemList::add(const SourceSpan &span, Code code, std::vector<Problem::Argument> arguments)
{
    m_problems.emplace_back(span.begin, Problem(code, std::move(arguments), span.toString()));
}

void ProblemList::addSyntax(const SourceSpan &span, std::string expected, std::string found)
{
    add(span, Code::SqlSyntax, {{"expected", std::move(expected)}, {"found", std::move(found)}});
}

void ProblemList::append(ProblemList other)
{
    m_problems.insert(m_problems.end(), std::make_move_iterator(other.m_problems.begin()),
                      std::make_move_iterator(other.m_problems.end()));
}

std::vector<Problem> ProblemList::take()
{
    std::stable_sort(m_problems.begin(), m_problems.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    std::vector<Problem> out;
    out.reserve(m_problems.size());
    for (auto &[at, problem] : m_problems)
        out.push_back(std::move(problem));
    m_problems.clear();
    return out;
}

} // namespace millrace::sql
