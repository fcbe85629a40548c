// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/runtime/chain.h"
#include "core/runtime/checkpoints.h"
#include "core/runtime/task.h"

#include <atomic>

namespace millrace::runtime {

/// Where a fragment begins.
struct Beginning {
    std::vector<Cursor> cursors; ///< of the source; shards without one begin at the trim horizon
    std::vector<Problem> notices;
    bool progressLost = false; ///< it had committed before, of which its end knows nothing
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
    /// How often the schema of the source became another one. A record that is put under a new
    /// schema is put behind that: whoever looks here behind the record knows of it, and makes the
    /// operators anew. Null: it never does.
    std::shared_ptr<const std::atomic<std::uint64_t>> schemaChanges = {};
    /// Where to begin, given the cursors with the source that the end has, if it has any; null:
    /// there, or else at the trim horizon. What fails is asked again when it heals (Busy, Io,
    /// DiskFull), else stops the fragment.
    std::function<Result<Beginning>(const std::vector<Cursor> &known)> begin;
    /// What the end keeps of the fragment, without opening it: for the figures of one that cannot
    /// be opened. Null: that is not known.
    std::function<Result<FragmentProgress>()> standing = {};
    /// Keeps the progress of a sink that keeps none itself; null for every other end.
    Checkpoints *checkpoints = nullptr;
    bool merged = false; ///< records by (arrival, shard, ordinal): virtual time
    /// Asked before about so many bytes are written to the place of a sink: why there is no room
    /// for them. Null: that is nobody's concern.
    std::function<std::optional<Problem>(const Path &place, std::uint64_t bytes)> room = {};
    /// Called when that is written, or never will be. Null exactly when `room` is.
    std::function<void()> written = {};
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
        Refused,     ///< it refused rows; that is being noted beside the dead letters
        Over,
    };

    TaskNext prepare();
    Status openEnd();
    void showStanding();
    TaskNext read();
    std::optional<Problem> askForRoom(const std::vector<Piece> &pieces) const;
    TaskNext commitPassed();
    void publishInFlight(const std::vector<NodeMeter> &meters);
    Status process(Work &work);
    TaskNext commitDeadLetters();
    TaskNext noteRefusal();
    TaskNext commitEnd();
    TaskNext finishWork();
    /// Reports it, but once for as long as it lasts.
    void tell(const Problem &problem);
    TaskNext retry(const Problem &problem);
    TaskNext reopen(const Problem &problem);
    bool schemaChanged() const;
    TaskNext bindAnew();
    void dropWork();
    void leaveRoom() const;
    Bytes lettersDetails(bool refused) const;
    Bytes encodeDetails(const std::vector<NodeMeter> &meters) const;
    void decodeDetails(ByteView details);

    const FragmentSpec m_spec;
    FragmentReader m_reader;
    std::optional<Chain> m_chain; ///< from the end of Preparing on
    stream::DataStream::Subscription m_subscription;
    stream::ProducerHandle m_targetProducer;
    stream::ProducerHandle m_deadProducer;
    std::vector<NodeMeter> m_meters; ///< committed
    /// With what was passed since without giving anything to commit (a filter that drops all).
    std::vector<NodeMeter> m_passed;
    std::uint64_t m_passedExpired = 0;     ///< of that
    std::optional<MonoTime> m_passedSince; ///< when the oldest of that came; none: nothing
    std::uint64_t m_schemaChanges = 0;     ///< before the operators were made
    Phase m_phase = Phase::Preparing;
    std::optional<Work> m_work;
    std::optional<Problem> m_refusal; ///< while it is noted
    /// Until the next commit the sink's dead rows are written though dead letters stand up to
    /// there: twice is better than not at all.
    bool m_sinkRefused = false;
    /// Of the batch under way: what the stream behind takes at once; nothing: whatever comes.
    std::optional<stream::PutSize> m_putSize;
    std::optional<MonoTime> m_stalledSince; ///< the reader of standard output, in this batch
    std::vector<Problem> m_told; ///< since a batch was committed, or there was nothing to do
};

} // namespace millrace::runtime
