// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Makes a new payload of each record: a JSON object with the fields of a select list. Exactly one
/// record comes out for each that goes in, or a dead row where an expression fails.
///
/// Partition key, explicit hash key, attributes and origin stay. With a partition key expression
/// the key is its value as text and the explicit hash key goes; a NULL, empty or overlong key (more
/// than record::kMaxKeyChars) is a dead row.
runtime::NodeFactory makeMap();

} // namespace millrace::nodes
