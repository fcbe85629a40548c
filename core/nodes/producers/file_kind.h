// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/node_kind.h"

#include <string_view>

namespace millrace::nodes {

/// Title of the parameter that says whether a CSV file has a header, for sentences that name it.
inline constexpr std::string_view kHeaderTitle = "First line names the columns";

/// The description of the file producer. Thread-safety: immutable.
const graph::NodeKind &fileKind();

} // namespace millrace::nodes
