// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/dead_letters.h"
#include "core/runtime/source.h"
#include "core/runtime/task.h"

namespace millrace::runtime {

/// What a producer left in streams that it wrote to before.
struct ProducerBeginning {
    struct Left {
        std::string stream; ///< name
        Bytes progress;
    };
    std::vector<Left> left;
    std::vector<Problem> notices; ///< that go with it
};

/// A producer node and the stream it writes to.
struct ProducerSpec {
    std::string id; ///< producer id in the stream; made of project and node
    NodeId node;
    std::shared_ptr<stream::DataStream> target;
    std::shared_ptr<stream::DataStream> deadLetters;
    /// The producer goes on from the farthest of this and of what its stream has, so that what is
    /// behind gets nothing twice when it writes to another stream; null: its stream decides. What
    /// fails is asked again.
    std::function<Result<ProducerBeginning>()> begin;
};

/// Runs a source: takes what is due, stores it with the source's progress in one commit, goes on.
/// A refused put is tried again with the same records, with growing pauses.
class ProducerTask final : public Task
{
public:
    /// A source that could not be made is what the task fails with.
    ProducerTask(ProducerSpec spec, Result<std::unique_ptr<Source>> source, Clock &clock, Wake wake,
                 Report report);

    void close() override;
    bool midway() const override
    {
        return m_phase == Phase::DeadLetters || m_phase == Phase::Committing;
    }
    void setPace(double factor) override;
    const ProducerSpec &spec() const { return m_spec; }

protected:
    TaskNext step() override;
    TaskNext fail(Problem problem) override { return end(NodeState::Failed, std::move(problem)); }

private:
    enum class Phase : std::uint8_t { Opening = 1, Making, DeadLetters, Committing, Over };

    /// A pace holds from the moment it is set, not from the next step: that may come much later.
    struct Pace {
        double factor = 1;
        MonoTime since{};
    };

    TaskNext open();
    TaskNext make();
    TaskNext commitDeadLetters();
    TaskNext commit();
    TaskNext retry(const Problem &problem);
    TaskNext end(NodeState state, std::optional<Problem> problem);
    TaskNext afterCommit();
    std::vector<Pace> takePaces();
    Bytes encodeProgress() const;
    Status decodeProgress(ByteView bytes, Bytes &sourceProgress);

    const ProducerSpec m_spec;
    std::unique_ptr<Source> m_source;     ///< null: could not be made
    std::optional<Problem> m_whyNoSource; ///< then
    stream::ProducerHandle m_producer;
    stream::ProducerHandle m_deadProducer;
    std::uint64_t m_deadStored = 0; ///< dead inputs that stand in the dead-letter stream

    Phase m_phase = Phase::Opening;
    NodeMeter m_meter; ///< committed
    NodeMeter m_next;  ///< as it is once the batch under way stands
    SourceStep m_step; ///< of the batch under way
    record::RecordBatchBuilder m_builder;
    record::BatchPtr m_batch;
    record::BatchPtr m_deadBatch;
    std::mutex m_pacesMutex;   ///< guards what follows
    std::vector<Pace> m_paces; ///< that the source was not told yet, as they came
};

} // namespace millrace::runtime
