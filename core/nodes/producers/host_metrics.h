// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Measures this computer: one record each interval with processor, memory, load, network and disk
/// figures from /proc [proc(5)]. Rates are differences to the measurement before, so the first
/// record comes one interval after the start. What a system does not tell is null.
///
/// Progress: u8 version 1, varint records so far. Nothing of the past can be measured again: after
/// a stop it goes on with the present.
/// Errors: NodeFileUnreadable when there is no /proc/stat.
runtime::NodeFactory makeHostMetrics();

} // namespace millrace::nodes
