// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/impossible_place.h"

#include "core/base/problem_codes.h"

namespace millrace::nodes {

std::string whyImpossible(const Problem &problem)
{
    switch (problem.code()) {
    case Code::AlreadyExists:
        return "a part of the path is no folder";
    case Code::InvalidArgument:
        return std::string(problem.argument("what"));
    case Code::PermissionDenied:
        return "there is no permission to " + std::string(problem.argument("operation"));
    default:
        return {};
    }
}

std::string whyNoFolder(const Problem &problem)
{
    // Below a file, and below what the system itself fills, as /proc.
    return problem.code() == Code::NotFound ? "a part of the path is no folder"
                                            : whyImpossible(problem);
}

} // namespace millrace::nodes
