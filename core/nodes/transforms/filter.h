// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Passes on the records for which a BOOLEAN expression is TRUE; FALSE and NULL count as filtered,
/// a row error (a value that does not fit the schema, a division by zero) is dead. Records are
/// passed on as they are: the output rows are rows of the input's batch.
runtime::NodeFactory makeFilter();

} // namespace millrace::nodes
