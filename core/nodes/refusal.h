// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

#include <string_view>
#include <vector>

namespace millrace::nodes {

/// What a factory refuses with when the text of a parameter has these problems (at least one): the
/// first, and the others as further problems of the context, all placed at the parameter.
Problem refusal(std::vector<Problem> problems, const graph::Node &node, std::string_view parameter,
                const runtime::NodeContext &context);

} // namespace millrace::nodes
