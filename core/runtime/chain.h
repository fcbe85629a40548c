// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/dead_letters.h"
#include "core/runtime/fragment_reader.h"
#include "core/runtime/sink.h"
#include "core/runtime/task.h"
#include "core/runtime/transform.h"

#include <memory>
#include <optional>
#include <vector>

namespace millrace::runtime {

/// A fragment's operators, made once the schema of its source is known.
struct Operators {
    std::vector<std::shared_ptr<const Transform>> transforms; ///< one for each FragmentSpec::nodes
    std::unique_ptr<Sink> sink; ///< exactly when FragmentSpec::sink is set
    /// Equal for operators that fail on the same records. Dead letters that stand are those of an
    /// earlier run only when it worked with the same.
    Bytes identity;
};

/// One batch on its way.
struct Work {
    std::vector<Piece> pieces;
    std::vector<Chunk> out;
    DeadLetters dead;                 ///< those that do not stand yet
    std::vector<NodeMeter> meters;    ///< as they are once this batch stands
    std::uint64_t expired = 0;        ///< to be reported then
    std::size_t outBytes = 0;         ///< payloads and keys in `out`
    std::optional<Problem> unchecked; ///< the destination could not be asked about all rows

    // What is committed of it.
    record::BatchPtr deadBatch; ///< null: no dead letters
    record::BatchPtr outBatch;  ///< for a stream end
    FragmentProgress progress;
};

/// The operators of a fragment, and what they are at with each batch.
/// Thread-safety: one thread at a time.
class Chain
{
public:
    /// `nodes` are those of the transforms; `sink` is the node of the destination, if there is one.
    Chain(Operators operators, std::vector<NodeId> nodes, std::optional<NodeId> sink);

    Sink *sink() const { return m_operators.sink.get(); } ///< null: the chain ends in a stream
    const Bytes &identity() const { return m_operators.identity; }

    struct Limits {
        /// What the stream behind takes at once; nothing: whatever comes.
        std::optional<stream::PutSize> putSize;
        /// Dead letters of the sink are written though dead letters stand up to there.
        bool sinkLettersAnew = false;
    };
    /// Runs the pieces, or as many as their output allows (the others are taken out), and fills
    /// `out`, `dead` and what goes with them; `meters` and `expired` go on from what they are.
    /// Errors: as Transform::process, with the node.
    Status process(Work &work, const Limits &limits);

private:
    struct Trial;
    Result<std::size_t> processSome(const Piece &piece, std::size_t begin, const Limits &limits,
                                    Work &work);
    Result<Chunk> transform(Trial &trial);
    void check(Chunk &chunk, Trial &trial);

    Operators m_operators;
    const std::vector<NodeId> m_nodes;
    const std::optional<NodeId> m_sink;
    std::vector<std::unique_ptr<TransformState>> m_states;
    std::size_t m_rowsAtOnce; ///< sent through the transforms
};

} // namespace millrace::runtime
