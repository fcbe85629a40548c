// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/random_nodes.h"
#include "tests/reference/reference_engine.h"

namespace millrace::reference {

struct RandomPipeline {
    graph::Document document;
    Inputs inputs;
};

/// What a random pipeline may be made of.
struct Wishes {
    bool tables = true;     ///< SQLite tables, with file and table named like the node
    bool generators = true; ///< without them files come first: what they give no clock decides
    bool memory = true;     ///< streams that acknowledge ahead of the disk
    bool logs = true;       ///< followed while they grow and rotate; such a pipeline never drains
};
/// Makes a pipeline of generators, files with damaged lines, streams of 1 to 5 shards, filters,
/// maps and destinations: chains, fan-out, fan-in, copies from stream to stream, disabled and
/// bypassed nodes, records nobody can read, more records than an enforced limit takes, streams that
/// acknowledge ahead of the disk. It always has something to run.
RandomPipeline randomPipeline(std::uint64_t seed, const Wishes &wishes);

} // namespace millrace::reference
