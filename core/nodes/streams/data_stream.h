// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/node_factory.h"

namespace millrace::nodes {

/// A durable stream of shards. Only described here: the engine makes the stream itself, or finds
/// it in the catalog by its name. A factory without any of the three functions.
runtime::NodeFactory makeDataStream();

} // namespace millrace::nodes
