// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/local_engine.h"

#include "core/base/problem_codes.h"
#include "core/base/thread.h"
#include "core/base/unsynced_file_system.h"
#include "core/engine/deployment.h"
#include "core/engine/document_check.h"
#include "core/engine/field_watch.h"
#include "core/engine/problem_list.h"
#include "core/engine/put_service.h"
#include "core/engine/record_pages.h"
#include "core/engine/request_queue.h"
#include "core/engine/snapshot_builder.h"
#include "core/engine/stream_info.h"

#include <algorithm>
#include <condition_variable>
#include <set>
#include <thread>

namespace millrace::engine {
namespace {

using runtime::RunState;
using runtime::SnapshotPtr;

constexpr std::chrono::milliseconds kPulse{100};
constexpr std::chrono::seconds kCheckpoint{1};
constexpr int kMetricsEvery = 10;          ///< checkpoints
constexpr std::chrono::seconds kSecond{1}; ///< of virtual time
constexpr double kMinPace = 0.1;
constexpr double kMaxPace = 100;

class LocalEngine final : public Engine
{
public:
    explicit LocalEngine(const LocalEngineOptions &options)
        : m_virtual(options.virtualTime)
        , m_virtualEnd(options.virtualFor
                           ? std::optional(m_manualClock.mono() + *options.virtualFor)
                           : std::nullopt)
        , m_fileSystem(options.fileSystem != nullptr ? *options.fileSystem
                       : options.virtualTime         ? static_cast<FileSystem &>(m_unsynced)
                                                     : posixFileSystem())
        , m_random(options.random != nullptr ? *options.random : m_systemRandom)
        , m_log(options.log)
    {
        m_snapshot = std::make_shared<runtime::Snapshot>();
    }
    ~LocalEngine() override;

    Status open(const LocalEngineOptions &options);

    SnapshotPtr snapshot() const override
    {
        const std::lock_guard guard(m_snapshotMutex);
        return m_snapshot;
    }
    std::vector<Event> takeEvents() override { return m_problems.takeEvents(); }
    Ticket request(Request request) override;
    std::optional<Reply> takeReply(Ticket ticket) override { return m_replies.take(ticket); }
    Reply wait(Ticket ticket) override { return m_replies.wait(ticket); }

private:
    void controlLoop(const std::stop_token &stop);
    void pagesLoop(const std::stop_token &stop);
    void pulseLoop(const std::stop_token &stop);
    void checkpointLoop(const std::stop_token &stop);
    void driveLoop(const std::stop_token &stop);
    bool driveOnce();

    void handle(QueuedRequest queued);
    void answer(Ticket ticket, Reply reply) { m_replies.put(ticket, std::move(reply)); }
    void report(const Problem &problem, const std::optional<Uuid> &project = {});
    void publish(SnapshotBuilder::Tick tick = SnapshotBuilder::Tick::ByTheClock);
    Status flushCheckpoints();
    void keepProgress();
    void flushHistory();
    void restartChangedReaders();
    std::vector<WatchedStream> watchedStreams();
    void lookAtFields();

    Reply deploy(DeployRequest request, Ticket ticket);
    Reply run(const RunRequest &request);
    Reply pause();
    Reply stopAll();
    Reply records(const RecordsRequest &request);
    Reply streams();
    Reply history(const HistoryRequest &request);

    const bool m_virtual;
    ManualClock m_manualClock;
    const std::optional<MonoTime> m_virtualEnd;
    SystemClock m_systemClock;
    SystemRandom m_systemRandom;
    UnsyncedFileSystem m_unsynced{posixFileSystem()};
    FileSystem &m_fileSystem;
    RandomSource &m_random;
    LogSink m_log;
    Clock &clock() { return m_virtual ? static_cast<Clock &>(m_manualClock) : m_systemClock; }

    ProblemList m_problems;
    std::unique_ptr<stream::StreamStore> m_store;
    std::unique_ptr<runtime::MetricsHistory> m_history;
    std::unique_ptr<runtime::Checkpoints> m_checkpoints;
    std::unique_ptr<ChainRegister> m_chains;
    std::unique_ptr<SchemaKeeper> m_schemas;
    std::unique_ptr<FieldWatch> m_fields;
    MonoTime m_nextTick{}; ///< of the driver: when the second ends of which rates are taken
    bool m_quiet = true;   ///< of the driver: nothing was done in that second so far
    std::unique_ptr<Scheduler> m_scheduler;

    std::mutex m_deployMutex; ///< guards the deployment and what a snapshot is made of
    std::unique_ptr<Deployment> m_deployment;
    Ticket m_deployedBy; ///< the request of the newest deploy that was done
    std::unique_ptr<SnapshotBuilder> m_builder;
    RunState m_state = RunState::Stopped;
    double m_pace = 1;

    std::mutex m_changedMutex; ///< guards m_changedSchemas
    std::set<std::string> m_changedSchemas;

    mutable std::mutex m_snapshotMutex; ///< guards m_snapshot
    SnapshotPtr m_snapshot;

    ReplyBox m_replies;
    std::atomic<std::uint64_t> m_nextTicket = 1;
    std::unique_ptr<PutService> m_puts; ///< asked by the control thread only
    RequestQueue m_control;
    RequestQueue m_pages;
    std::vector<std::jthread> m_threads;
};

LocalEngine::~LocalEngine()
{
    for (auto &thread : m_threads)
        thread.request_stop();
    m_threads.clear();
    m_deployment.reset(); // stops its tasks
    if (m_checkpoints)
        keepProgress();
    if (m_history)
        flushHistory();
    // The committers may still be in a callback that wakes a task: the scheduler goes after them.
    m_store.reset();
    m_scheduler.reset();
}

Status LocalEngine::open(const LocalEngineOptions &options)
{
    stream::StreamStoreOptions storeOptions;
    storeOptions.dataDirectory = options.dataDirectory;
    storeOptions.budgetBytes = options.budgetBytes;
    storeOptions.create = options.create;
    storeOptions.threads = !m_virtual;
    storeOptions.expire = !m_virtual;
    auto store = stream::StreamStore::open(storeOptions, m_fileSystem, clock(), m_random,
                                           [this](const Problem &p) { report(p); });
    if (!store)
        return std::move(store).error();
    m_store = *std::move(store);
    m_history = std::make_unique<runtime::MetricsHistory>(m_store->catalog());
    m_checkpoints = std::make_unique<runtime::Checkpoints>(m_store->catalog());
    m_chains = std::make_unique<ChainRegister>(m_store->catalog());
    m_schemas = std::make_unique<SchemaKeeper>(
        *m_store, clock(),
        [this](const std::string &stream) {
            const std::lock_guard guard(m_changedMutex);
            m_changedSchemas.insert(stream);
        },
        [this](const Problem &p) { report(p); });
    m_fields = std::make_unique<FieldWatch>([this](const Problem &p) { report(p); });
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    m_scheduler = std::make_unique<Scheduler>(clock(), m_virtual ? 0U : std::max(1U, cores - 1),
                                              [this](const Problem &p) { report(p); });
    DeploymentServices services;
    services.store = m_store.get();
    services.scheduler = m_scheduler.get();
    services.schemas = m_schemas.get();
    services.checkpoints = m_checkpoints.get();
    services.chains = m_chains.get();
    services.fileSystem = &m_fileSystem;
    services.clock = &clock();
    services.random = &m_random;
    services.outputDescriptor = options.outputDescriptor;
    services.report = [this](const Problem &p) { report(p); };
    if (m_virtual)
        services.pump = [this] { m_store->commitAll(); };
    services.merged = m_virtual;
    m_puts = std::make_unique<PutService>(*m_store, services.pump);
    m_deployment = std::make_unique<Deployment>(std::move(services));
    m_builder = std::make_unique<SnapshotBuilder>(*m_store, *m_history, clock());
    publish();
    const auto begin = [this](const char *name,
                              void (LocalEngine::*loop)(const std::stop_token &)) {
        m_threads.push_back(namedThread(
            name, [this](const Problem &p) { report(p); },
            [this, loop](const std::stop_token &stop) { (this->*loop)(stop); }));
    };
    if (m_virtual) {
        begin("driver", &LocalEngine::driveLoop);
    } else {
        begin("control", &LocalEngine::controlLoop);
        begin("pages", &LocalEngine::pagesLoop);
        begin("pulse", &LocalEngine::pulseLoop);
        begin("checkpoint", &LocalEngine::checkpointLoop);
    }
    return Done{};
}

void LocalEngine::report(const Problem &problem, const std::optional<Uuid> &project)
{
    m_problems.report(problem, clock().wall(), project);
    if (m_log)
        m_log(problem);
}

Ticket LocalEngine::request(Request request)
{
    RequestQueue &queue = isPageRequest(request) && !m_virtual ? m_pages : m_control;
    return queue.push(std::move(request), m_nextTicket);
}

void LocalEngine::controlLoop(const std::stop_token &stop)
{
    while (auto queued = m_control.pop(stop))
        handle(*std::move(queued));
}

void LocalEngine::pagesLoop(const std::stop_token &stop)
{
    while (auto queued = m_pages.pop(stop))
        handle(*std::move(queued));
}

void LocalEngine::pulseLoop(const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        restartChangedReaders();
        publish();
        wake.wait_for(lock, stop, kPulse, [] { return false; });
    }
}

/// What is done about once a second and may take its time: what the catalog takes, and a look at
/// new records. Nobody who runs records waits for it.
void LocalEngine::checkpointLoop(const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    for (int n = 1; !stop.stop_requested(); ++n) {
        wake.wait_for(lock, stop, kCheckpoint, [] { return false; });
        keepProgress();
        lookAtFields();
        if (n % kMetricsEvery == 0)
            flushHistory();
    }
}

/// Errors: those of Checkpoints::flush(). Progress stays in memory then, for the next time.
Status LocalEngine::flushCheckpoints()
{
    // Asked before: the cursor of an end that keeps none has to be in the catalog by then.
    std::vector<std::string> committed;
    Uuid project;
    {
        const std::lock_guard guard(m_deployMutex);
        if (m_deployment) {
            committed = m_deployment->committedFragments();
            project = m_deployment->document().project;
        }
    }
    MILLRACE_TRY(m_checkpoints->flush());
    for (const std::string &fragment : committed) {
        if (auto noted = m_chains->noteCommit(project, fragment); !noted)
            report(noted.error());
    }
    return Done{};
}

void LocalEngine::keepProgress()
{
    if (const auto flushed = flushCheckpoints(); !flushed)
        report(flushed.error());
}

void LocalEngine::flushHistory()
{
    if (auto ok = m_history->flush(); !ok)
        report(ok.error());
}

void LocalEngine::driveLoop(const std::stop_token &stop)
{
    m_nextTick = m_manualClock.mono() + kSecond;
    MonoTime published = m_systemClock.mono();
    MonoTime flushed = published;
    while (!stop.stop_requested()) {
        while (auto queued = m_control.tryPop())
            handle(*std::move(queued));
        const bool worked = driveOnce();
        // A person watches in real time, whatever the virtual clock does.
        if (const MonoTime now = m_systemClock.mono(); now - published >= kPulse || !worked) {
            published = now;
            publish();
            if (now - flushed >= kCheckpoint * kMetricsEvery) {
                flushed = now;
                keepProgress();
                flushHistory();
            }
        }
        if (!worked)
            m_control.waitFor(stop, kPulse);
    }
}

/// One round of virtual time: all that is due, then the clock moves to the next moment at which
/// something is, or to the end that was set for it. False when nothing will ever happen by itself.
bool LocalEngine::driveOnce()
{
    bool worked = false;
    for (int i = 0; i < 256 && m_scheduler->runOne(); ++i)
        worked = true;
    worked = m_store->commitAll() || worked;
    restartChangedReaders();
    if (worked) {
        m_quiet = false;
        return true;
    }
    bool over = false;
    {
        const std::lock_guard guard(m_deployMutex);
        // Who has nothing left to do waits for the end of the time all the same.
        over = m_state != RunState::Running || (m_deployment->drained() && !m_virtualEnd);
        if (!over)
            m_deployment->trimWires();
    }
    if (over) {
        lookAtFields();
        return false;
    }
    m_store->maintain();
    constexpr MonoTime kNever = MonoTime::max();
    const MonoTime to =
        std::min(m_scheduler->nextWake().value_or(kNever), m_virtualEnd.value_or(kNever));
    const MonoTime now = m_manualClock.mono();
    if (to <= now || to == kNever)
        return false; // as far as time goes
    // Quiet seconds are not counted one by one: the next one ends where something happens again.
    const bool ticks = to >= m_nextTick;
    m_manualClock.advance((ticks && !m_quiet ? m_nextTick : to) - now);
    if (ticks) {
        lookAtFields();
        publish(SnapshotBuilder::Tick::Now);
        m_quiet = true;
        m_nextTick = m_manualClock.mono() + kSecond;
    }
    return true;
}

void LocalEngine::restartChangedReaders()
{
    std::set<std::string> changed;
    {
        const std::lock_guard guard(m_changedMutex);
        changed.swap(m_changedSchemas);
    }
    if (changed.empty())
        return;
    const std::lock_guard guard(m_deployMutex);
    for (const std::string &stream : changed)
        m_deployment->restartReaders(stream);
}

std::vector<WatchedStream> LocalEngine::watchedStreams()
{
    const std::lock_guard guard(m_deployMutex);
    return m_deployment->readBySchema();
}

/// Reads records, so nothing is locked meanwhile but the watch itself.
void LocalEngine::lookAtFields()
{
    m_fields->look(watchedStreams());
}

void LocalEngine::publish(SnapshotBuilder::Tick tick)
{
    SnapshotPtr made;
    {
        const std::lock_guard guard(m_deployMutex);
        if (!m_virtual)
            m_deployment->trimWires();
        made = m_builder->build(*m_deployment, m_problems, m_state, m_pace, tick);
    }
    {
        // Made one after the other, but another thread may have come first with a newer one.
        const std::lock_guard guard(m_snapshotMutex);
        if (made->generation > m_snapshot->generation)
            m_snapshot = std::move(made);
    }
}

void LocalEngine::handle(QueuedRequest queued)
{
    const Ticket ticket = queued.ticket;
    struct Visitor {
        LocalEngine &self;
        Ticket ticket;
        void operator()(DeployRequest &r)
        {
            self.answer(ticket, self.deploy(std::move(r), ticket));
        }
        void operator()(const RunRequest &r) { self.answer(ticket, self.run(r)); }
        void operator()(const PauseRequest &) { self.answer(ticket, self.pause()); }
        void operator()(const StopRequest &) { self.answer(ticket, self.stopAll()); }
        void operator()(const PaceRequest &r)
        {
            if (!(r.factor >= kMinPace && r.factor <= kMaxPace)) {
                self.answer(ticket, failed(invalidArgument("The pace must be 0.1 to 100")));
                return;
            }
            const std::lock_guard guard(self.m_deployMutex);
            self.m_pace = r.factor;
            self.m_deployment->setPace(self.m_pace);
            self.answer(ticket, {});
        }
        void operator()(const ClearProblemsRequest &)
        {
            self.m_problems.clear();
            self.answer(ticket, {});
        }
        void operator()(const RecordsRequest &r) { self.answer(ticket, self.records(r)); }
        void operator()(const StreamsRequest &) { self.answer(ticket, self.streams()); }
        void operator()(const HistoryRequest &r) { self.answer(ticket, self.history(r)); }
        PutService::Answer later() const
        {
            return
                [&engine = self, t = ticket](Reply reply) { engine.answer(t, std::move(reply)); };
        }
        void operator()(const ProducerRequest &r) { self.m_puts->next(r, later()); }
        void operator()(PutRequest &r) { self.m_puts->put(std::move(r), later()); }
    };
    // Whoever waits for the answer must get one.
    const auto problem = caught("a request", [&] {
        std::visit(Visitor{*this, ticket}, queued.request);
    });
    if (problem) {
        report(*problem);
        answer(ticket, failed(*problem));
    }
}

Reply LocalEngine::deploy(DeployRequest request, Ticket ticket)
{
    runtime::NodeContext context;
    {
        const std::lock_guard guard(m_deployMutex);
        context = m_deployment->nodeContext();
    }
    context.documentFolder = request.documentFolder;
    const KnownSchema known = [this](const std::string &name) -> std::optional<record::Schema> {
        const auto stream = m_store->find(name);
        // A schema that a writer brought is brought anew by the writer of the new document.
        if (!stream || stream->entry().schemaSource == store::SchemaSource::None ||
            stream->entry().schemaSource == store::SchemaSource::Brought)
            return {};
        auto schema = record::schemaFromJson(stream->entry().schema);
        return schema ? std::optional(*schema) : std::nullopt;
    };
    const std::vector<Problem> problems = checkDocument(request.document, context, known);
    for (const Problem &problem : problems)
        report(problem, request.document.project);
    if (hasErrors(problems))
        return {{}, problems};
    Status done = Done{};
    {
        const std::lock_guard guard(m_deployMutex);
        m_problems.setProject(request.document.project);
        done = m_deployment->deploy(std::move(request.document), std::move(request.documentFolder));
        m_problems.setProject(m_deployment->document().project);
        if (done)
            m_deployedBy = ticket;
    }
    if (!done) {
        report(done.error());
        return failed(done.error());
    }
    publish();
    return {DeployReply{ticket}, {}};
}

Reply LocalEngine::run(const RunRequest &request)
{
    {
        const std::lock_guard guard(m_deployMutex);
        if (!m_deployment->deployed())
            return failed(Problem(Code::NothingDeployed));
        if (request.deployment && *request.deployment != m_deployedBy)
            return failed(Problem(Code::DeploymentReplaced));
        m_deployment->setPaused(false);
        m_scheduler->setPaused(false);
        m_deployment->start();
        m_state = RunState::Running;
    }
    publish();
    return {};
}

Reply LocalEngine::pause()
{
    {
        const std::lock_guard guard(m_deployMutex);
        if (m_state == RunState::Running) {
            m_scheduler->setPaused(true);
            m_deployment->setPaused(true);
            m_state = RunState::Paused;
        }
    }
    publish();
    return {};
}

Reply LocalEngine::stopAll()
{
    const std::vector<WatchedStream> watched = watchedStreams();
    {
        const std::lock_guard guard(m_deployMutex);
        m_deployment->stop();
        m_deployment->setPaused(false);
        m_scheduler->setPaused(false);
        m_state = RunState::Stopped;
    }
    m_fields->look(watched); // what came since the last look, which a short run does not have
    m_store->keepLimits();   // likewise
    const Status flushed = flushCheckpoints();
    publish();
    // Stopped it is; but what ends that keep no cursors printed since is printed again.
    return flushed ? Reply{} : failed(flushed.error());
}

Reply LocalEngine::records(const RecordsRequest &request)
{
    const auto stream = m_store->find(request.stream);
    if (!stream)
        return failed(unknownStream(request.stream.toString()));
    record::Schema schema;
    if (!request.where.empty()) {
        auto known = m_schemas->schemaOf(*stream);
        if (!known)
            return failed(std::move(known).error());
        schema = known->value_or(record::Schema{});
    }
    auto page = readPage(*stream, request, schema);
    if (!page)
        return failed(std::move(page).error());
    Reply reply;
    reply.value = *std::move(page);
    return reply;
}

Reply LocalEngine::streams()
{
    StreamsReply out;
    for (const auto &stream : m_store->all())
        out.streams.push_back(infoOf(*stream));
    Reply reply;
    reply.value = std::move(out);
    return reply;
}

Reply LocalEngine::history(const HistoryRequest &request)
{
    runtime::SeriesId series = request.series;
    if (series.project.isNull())
        series.project = snapshot()->project;
    auto points = m_history->points(series, request.fromSecond, request.toSecond);
    if (!points)
        return failed(std::move(points).error());
    Reply reply;
    reply.value = HistoryReply{*std::move(points)};
    return reply;
}

} // namespace

Result<std::unique_ptr<Engine>> openLocalEngine(const LocalEngineOptions &options)
{
    auto engine = std::make_unique<LocalEngine>(options);
    MILLRACE_TRY(engine->open(options));
    return std::unique_ptr<Engine>(std::move(engine));
}

} // namespace millrace::engine
