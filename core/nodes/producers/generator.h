// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// Makes up records: a shop's clicks, sensors, card payments or an application's log.
///
/// Record n is a pure function of the seed, n and the moment the generator started: what it holds
/// and when it says it happened never depend on batches, restarts or the pace. Its time is start +
/// n-th moment of the pattern, so after a stop it goes on where its own time stood. While it stands
/// still (a pause, or a stream that takes nothing) its time goes on without records: start moves by
/// as much, and stands in the progress of what is made from there on.
///
/// Progress, all integers little-endian or LEB128:
///
///     u8      version, 1
///     varint  n, the next record
///     varint  first record of the present pattern (changed settings begin a new one)
///     i64     start: wall time of that record, were there no standstills behind it, ms since 1970
///     u32     CRC-32C of the pattern's settings
runtime::NodeFactory makeGenerator();

} // namespace millrace::nodes
