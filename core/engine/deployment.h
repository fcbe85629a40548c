// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/chain_register.h"
#include "core/engine/field_watch.h"
#include "core/engine/plan.h"
#include "core/engine/scheduler.h"
#include "core/engine/schema_keeper.h"
#include "core/runtime/fragment.h"
#include "core/runtime/node_factory.h"
#include "core/runtime/producer_task.h"

#include <set>

namespace millrace::engine {

/// What of the world a deployment uses; all of it outlives the deployment.
struct DeploymentServices {
    stream::StreamStore *store = nullptr;
    Scheduler *scheduler = nullptr;
    SchemaKeeper *schemas = nullptr;
    runtime::Checkpoints *checkpoints = nullptr;
    ChainRegister *chains = nullptr;
    FileSystem *fileSystem = nullptr;
    Clock *clock = nullptr;
    RandomSource *random = nullptr;
    int outputDescriptor = 1;   ///< of standard output
    LogSink report;             ///< for the problems list
    std::function<void()> pump; ///< commits, when the owner drives; null: committers do
    bool merged = false;        ///< virtual time: records in merged order
};

/// A task of the deployment, running or stopped.
struct DeployedTask {
    std::string key;
    std::vector<NodeId> nodes; ///< whose figures the task gives, in its order
    stream::StreamPtr source;  ///< of a fragment; null for producers
    stream::StreamPtr target;  ///< null for destinations
    NodeId head;               ///< first node of a fragment, or the stream it copies into
    std::shared_ptr<runtime::Task> task;
    std::shared_ptr<runtime::Fragment> fragment; ///< the same, or null
    Scheduler::SlotPtr slot;                     ///< null when stopped
};

/// The document that is deployed, its plan and its tasks.
/// Thread-safety: the owner's lock.
class Deployment
{
public:
    explicit Deployment(DeploymentServices services)
        : m_services(std::move(services))
    {}
    ~Deployment();

    /// Takes over a checked document: makes missing streams, and while running starts, restarts
    /// and stops exactly the tasks whose plan differs. Errors: those of the store, before anything
    /// has changed but streams that were made.
    Status deploy(graph::Document document, Path documentFolder);
    /// Starts what does not run. A node that cannot be made is Failed and says why; the rest runs.
    void start();
    void stop();
    void setPace(double factor);
    /// While paused, time passes generators and paced files by. That no step runs is the
    /// scheduler's.
    void setPaused(bool paused);
    bool deployed() const { return m_deployed; }

    const graph::Document &document() const { return m_document; }
    const Plan &plan() const { return m_plan; }
    const std::vector<DeployedTask> &tasks() const { return m_tasks; }
    stream::StreamPtr streamOf(const NodeId &streamNode) const;

    /// While it runs, the streams that something reads by their schema, each once.
    std::vector<WatchedStream> readBySchema() const;

    /// Restarts what reads a stream whose schema became another one.
    void restartReaders(const std::string &stream);
    /// Ids of the fragments that have committed since they began: a crash does not take that back,
    /// in a stream of durability `memory` either, where a fragment's puts wait for the disk.
    std::vector<std::string> committedFragments() const;
    /// Frees what every reader of an implicit stream has passed.
    void trimWires();
    /// Every source finished, everything processed.
    bool drained() const;

    runtime::NodeContext nodeContext() const;

private:
    Status ensureStreams(const Plan &plan);
    std::set<std::string> unchanged(const graph::Document &document, const Plan &plan) const;
    using MadeSource = Result<std::unique_ptr<runtime::Source>>;
    MadeSource makeSource(const PlannedProducer &producer);
    void startProducer(const PlannedProducer &producer, MadeSource source);
    void startFragment(const PlannedFragment &fragment);
    /// Until when whatever stops now may take for its last batch, all of it together.
    MonoTime lastBatches() const;
    void stopTask(DeployedTask &task, MonoTime giveUp);
    double presentPace() const { return m_paused ? 0 : m_pace; }
    void tellPace();
    Status keepChains(const graph::Document &document, const Plan &plan);
    std::uint64_t unread(const stream::DataStream &wire) const;
    bool keepsNoProgress(const PlannedFragment &fragment) const;
    std::vector<runtime::Cursor> lastingCursors(const PlannedFragment &fragment) const;
    runtime::Task::Report reportFor(const NodeId &node) const;
    /// What a fragment's operators are made of: copies, because they are made on a worker's thread
    /// while the document may become another one.
    struct Recipe {
        std::vector<graph::Node> transforms;
        std::optional<graph::Node> sink;
        runtime::NodeContext context;
        std::string writer; ///< as which the target's schema is brought
        stream::StreamPtr source;
        stream::StreamPtr target;
    };
    static Bytes identityOf(const Recipe &recipe, const record::Schema &schema);
    static Result<std::optional<runtime::Operators>> makeOperators(const Recipe &recipe,
                                                                   SchemaKeeper &schemas);

    DeploymentServices m_services;
    bool m_deployed = false;
    bool m_running = false;
    double m_pace = 1;
    bool m_paused = false;
    graph::Document m_document;
    Path m_documentFolder;
    Plan m_plan;
    std::vector<DeployedTask> m_tasks;
};

} // namespace millrace::engine
