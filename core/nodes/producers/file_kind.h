// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/node_kind.h"

namespace millrace::nodes {

/// The description of the file producer. Thread-safety: immutable.
const graph::NodeKind &fileKind();

} // namespace millrace::nodes
