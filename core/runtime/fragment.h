// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/runtime/checkpoints.h"
#include "core/runtime/dead_letters.h"
#include "core/runtime/fragment_reader.h"
#include "core/runtime/task.h"

namespace millrace::runtime {

/// A fragment's operators, made once the schema of its source is known.
struct Operators {
    std::vector<std::shared_ptr<const Transform>> transforms; ///< one for each FragmentSpec::nodes
    std::unique_ptr<Sink> sink; ///< exactly when FragmentSpec::sink is set
    /// Equal for operators that fail on the same records. Dead letters that stand are those of an
    /// earlier run only when it worked with the same.
    Bytes identity;
};

/// Where a fragment begins.
struct Beginning {
    std::vector<Cursor> cursors; ///< of the source; shards without one begin at the trim horizon
    std::vector<Problem> notices;
};

/// What a fragment is: a fused chain from a stream through transforms to one durable end.
struct FragmentSpec {
    /// Names the fragment for ever, in its end and in the dead-letter stream; made of project, last
    /// node and source stream, so that editing the chain before it keeps its progress.
    std::string id;
    std::shared_ptr<stream::DataStream> source;
    std::vector<NodeId> nodes;                  ///< of the transforms, in order
    std::optional<NodeId> sink;                 ///< its node, when it ends in a destination
    std::shared_ptr<stream::DataStream> target; ///< when it ends in a stream
    std::shared_ptr<stream::DataStream> deadLetters;
    /// Makes the operators; nothing while the schema is not known yet. Fails with the problem that
    /// stops the node.
    std::function<Result<std::optional<Operators>>()> make;
    /// Where to begin, given the cursors with the source that the end has, if it has any; null:
    /// there, or else at the trim horizon. What fails is asked again when it heals (Busy, Io,
    /// DiskFull), else stops the fragment.
    std::function<Result<Beginning>(const std::vector<Cursor> &known)> begin;
    /// Keeps the progress of a sink that keeps none itself; null for every other end.
    Checkpoints *checkpoints = nullptr;
    bool merged = false; ///< records by (arrival, shard, ordinal): virtual time
};

/// Runs a fragment: gathers records, works, commits dead letters, then the end with the progress.
///
/// At most one commit is under way. Progress over records that gave nothing to commit is committed
/// with the next output, or alone after kPassedAtMost. A refused or failed commit is tried again
/// with the same content; progress moves only when it stands. Restarted, it goes on where its end
/// says.
class Fragment final : public Task
{
public:
    Fragment(FragmentSpec spec, Clock &clock, Wake wake, Report report);
    ~Fragment() override;

    void close() override;
    bool midway() const override { return m_work.has_value(); }
    const FragmentSpec &spec() const { return m_spec; }
    /// True when everything the source holds now is processed and committed.
    bool caughtUp() const;

protected:
    TaskNext step() override;
    TaskNext fail(Problem problem) override;

private:
    enum class Phase : std::uint8_t {
        Preparing = 1, ///< waits for the schema, opens the end
        Reading,
        DeadLetters, ///< the dead letters of m_work are being committed
        Committing,  ///< the end of m_work is being committed
        Over,
    };
    /// One batch on its way.
    struct Work {
        std::vector<Piece> pieces;
        std::vector<Chunk> out;
        DeadLetters dead;
        record::BatchPtr deadBatch;
        record::BatchPtr outBatch;     ///< for a stream end
        std::vector<NodeMeter> meters; ///< as they are once this batch stands
        std::uint64_t expired = 0;     ///< to be reported then
        std::size_t outBytes = 0;      ///< payloads and keys in `out`
        FragmentProgress progress;
        std::optional<Problem> unchecked; ///< the destination could not be asked about all rows
    };

    /// The next rows of a piece on their way: nothing of it counts before all of them are through.
    struct Trial {
        Chunk in;             ///< may become fewer
        bool complete = true; ///< false: what they make fills the memory, fewer must be tried
        std::vector<NodeMeter> meters;
        struct Dead {
            NodeId node;
            record::BatchPtr batch; ///< as the node saw it
            DeadRow row;
        };
        std::vector<Dead> dead;
        std::size_t largestBytes = 0;     ///< of what the transforms made
        std::optional<Problem> unchecked; ///< as in Work
    };

    TaskNext prepare();
    Status openEnd();
    TaskNext read();
    TaskNext commitPassed();
    void publishInFlight(const std::vector<NodeMeter> &meters);
    Status process(Work &work);
    Result<std::size_t> processSome(const Piece &piece, std::size_t begin, Work &work);
    Result<Chunk> transform(Trial &trial);
    void check(Chunk &chunk, Trial &trial);
    TaskNext commitDeadLetters();
    TaskNext commitEnd();
    TaskNext finishWork();
    /// Reports it, but once for as long as it lasts.
    void tell(const Problem &problem);
    TaskNext retry(const Problem &problem);
    TaskNext reopen(const Problem &problem);
    Bytes encodeDetails(const std::vector<NodeMeter> &meters) const;
    void decodeDetails(ByteView details);

    const FragmentSpec m_spec;
    FragmentReader m_reader;
    Operators m_operators;
    std::vector<std::unique_ptr<TransformState>> m_states;
    stream::DataStream::Subscription m_subscription;
    stream::ProducerHandle m_targetProducer;
    stream::ProducerHandle m_deadProducer;
    std::vector<NodeMeter> m_meters; ///< committed
    /// With what was passed since without giving anything to commit (a filter that drops all).
    std::vector<NodeMeter> m_passed;
    std::uint64_t m_passedExpired = 0;     ///< of that
    std::optional<MonoTime> m_passedSince; ///< when the oldest of that came; none: nothing
    Phase m_phase = Phase::Preparing;
    std::optional<Work> m_work;
    /// The end refused rows that check() had let pass. Until the next commit the sink's dead rows
    /// are written though dead letters stand up to there: twice is better than not at all.
    bool m_rowsRefused = false;
    /// Of the batch under way: what the stream behind takes at once; nothing: whatever comes.
    std::optional<stream::PutSize> m_putSize;
    std::size_t m_rowsAtOnce;               ///< sent through the transforms
    std::optional<MonoTime> m_stalledSince; ///< the reader of standard output, in this batch
    std::vector<Problem> m_told; ///< since a batch was committed, or there was nothing to do
};

} // namespace millrace::runtime
