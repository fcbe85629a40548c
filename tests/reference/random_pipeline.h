// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/reference_engine.h"

#include <cstdint>

namespace millrace::reference {

/// Numbers for tests: the same for the same seed.
class Dice
{
public:
    explicit Dice(std::uint64_t seed)
        : m_state(seed)
    {}
    std::uint64_t below(std::uint64_t bound); ///< bound at least 1
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    template <class List>
    const auto &pick(const List &list)
    {
        return list[below(std::size(list))];
    }

private:
    std::uint64_t m_state;
};

struct RandomPipeline {
    graph::Document document;
    Inputs inputs;
};

/// Makes a pipeline of generators, streams of 1 to 5 shards, filters, maps and, `withTables`,
/// SQLite tables (file and table named like the node): chains, fan-out, fan-in, copies from stream
/// to stream, disabled and bypassed nodes, records nobody can read. It always has something to run.
RandomPipeline randomPipeline(std::uint64_t seed, bool withTables);

} // namespace millrace::reference
