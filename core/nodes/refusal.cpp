// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/refusal.h"

#include "core/graph/place.h"

namespace millrace::nodes {

Problem refusal(std::vector<Problem> problems, const graph::Node &node, std::string_view parameter,
                const runtime::NodeContext &context)
{
    const std::string place = graph::parameterPlace(node.id, parameter);
    for (Problem &problem : problems)
        problem = std::move(problem).at(place);
    if (context.furtherProblems != nullptr)
        context.furtherProblems->insert(context.furtherProblems->end(), problems.begin() + 1,
                                        problems.end());
    return std::move(problems.front());
}

} // namespace millrace::nodes
