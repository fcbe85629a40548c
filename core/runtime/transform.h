// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/record/record_batch.h"
#include "core/record/schema.h"

#include <memory>
#include <vector>

namespace millrace::runtime {

/// Some rows of a batch, in order: what goes from operator to operator.
struct Chunk {
    record::BatchPtr batch;
    std::vector<std::uint32_t> rows; ///< rising

    static Chunk all(record::BatchPtr batch);
    std::size_t count() const { return rows.size(); }
};

/// A record a node could not process. It goes to the pipeline's dead-letter stream with the
/// payload and key the node saw, the record's origin, the node and the reason.
struct DeadRow {
    std::uint32_t row = 0; ///< of the chunk's batch
    Problem reason;
};

/// What a transform made of one chunk. Every input row taken is in exactly one of: passed on (it
/// has one or more output rows), `filtered`, `dead`, `late`.
struct TransformOutput {
    /// Input rows that this tells of, from the first on. Fewer than there were when the output is
    /// so many times as large as the input that it would fill the memory; at least one. The others
    /// are not touched: they come again.
    std::size_t taken = 0;
    Chunk chunk;                 ///< output rows; their batch may be the input's (a filter)
    std::uint64_t processed = 0; ///< input rows that were passed on
    std::uint64_t filtered = 0;
    std::uint64_t late = 0;
    std::vector<DeadRow> dead; ///< rows of the input chunk's batch
};

/// The mutable side of a transform: scratch memory, and for stateful kinds what is checkpointed.
/// Owned by one fragment, used by one thread at a time.
class TransformState
{
public:
    virtual ~TransformState() = default;
};

/// One step of a fragment: rows in, rows out. Output keeps the input's order and each output row
/// carries its input row's origin.
///
/// Immutable after construction; all that changes is in the state, so that one transform can be
/// used by many fragments and replays at once. Must be a function of its input: the same rows give
/// the same output whatever the batches are (time and chance come from the record).
class Transform
{
public:
    virtual ~Transform() = default;
    virtual std::unique_ptr<TransformState> newState() const = 0;
    /// Processes `in`, which is not empty, or its first rows: see TransformOutput::taken. Fails
    /// only for a problem of the node, not of a record; the fragment then stops with it.
    virtual Result<TransformOutput> process(const Chunk &in, TransformState &state) const = 0;
    /// The payload schema of the output when it is known before the first record (a select list).
    virtual std::optional<record::Schema> outputSchema() const { return {}; }
};

} // namespace millrace::runtime
