// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/reference_engine.h"

#include "core/record/schema.h"
#include "core/runtime/source.h"

namespace millrace::reference {

/// All that a producer ever makes.
struct Produced {
    std::vector<Record> records;
    std::vector<runtime::DeadInput> dead;
    record::Schema schema;
};

/// Reads what a producer is made to read, or makes what it makes, from one end to the other: no
/// pace, no stop, no restart. A log is read part by part, as if each were a file of its own.
/// Thread-safety: pure function.
Produced producedBy(const graph::Node &producer, const Inputs &inputs);

} // namespace millrace::reference
