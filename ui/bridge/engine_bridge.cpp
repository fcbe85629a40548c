// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/engine_bridge.h"

#include "core/base/problem_codes.h"
#include "core/engine/engine.h"

#include "ui/bridge/convert.h"

#include <algorithm>
#include <utility>

namespace millrace::ui {

namespace {

using namespace std::chrono_literals;

/// Ten a second: the rate at which the engine publishes and eyes still follow figures.
constexpr auto kPollInterval = 100ms;

engine::RecordsRequest toCore(const RecordsQuery &query)
{
    engine::RecordsRequest request;
    request.stream = query.stream;
    request.limit = query.limit;
    if (query.from) {
        for (const auto &[shard, next] : query.from->next)
            request.from.push_back({ShardIndex(shard), Ordinal(next)});
    }
    return request;
}

RecordsPage pageOf(const engine::Reply &reply)
{
    RecordsPage page;
    page.problems = reply.problems;
    const auto *records = std::get_if<engine::RecordsReply>(&reply.value);
    if (!reply.ok() || !records)
        return page;
    page.rows.reserve(records->rows.size());
    for (const engine::RecordRow &row : records->rows) {
        page.rows.push_back({row.shard.value, row.ordinal.value,
                             row.arrival.time_since_epoch().count(), toQt(row.sequenceNumber),
                             toQt(row.key), QByteArray::fromStdString(row.data)});
    }
    for (const engine::ShardPosition &position : records->next)
        page.next.next.emplace_back(position.shard.value, position.next.value);
    page.expired = records->expired;
    page.reachedEnd = records->reachedEnd;
    return page;
}

} // namespace

EngineBridge::EngineBridge(QObject *parent)
    : QObject(parent)
    , m_taken(std::make_shared<const runtime::Snapshot>())
    , m_snapshot(m_taken)
{
    m_timer.setInterval(kPollInterval);
    connect(&m_timer, &QTimer::timeout, this, &EngineBridge::poll);
}

EngineBridge::~EngineBridge() = default;

void EngineBridge::setEngine(std::shared_ptr<engine::Engine> engine)
{
    m_engine = std::move(engine);
    m_pending.clear();
    m_sawSnapshot = false;
    if (m_engine)
        m_timer.start();
    else
        m_timer.stop();
    emit engineChanged();
    // The figures of another engine are nobody's figures.
    m_taken = std::make_shared<const runtime::Snapshot>();
    m_stored.clear();
    publish();
    askForStored();
    if (m_engine)
        poll();
}

void EngineBridge::setPipeline(const Uuid &project, std::map<NodeId, std::string> streams)
{
    if (project == m_project && streams == m_streams)
        return;
    const bool another = project != m_project;
    m_project = project;
    m_streams = std::move(streams);
    if (another) {
        ++m_commands;
        emit pipelineChanged();
    }
    askForStored();
    publish();
}

void EngineBridge::askForStored()
{
    m_stored.clear();
    const quint64 asked = ++m_asked;
    if (!m_engine || m_streams.empty())
        return;
    send(engine::StreamsRequest{}, this, [this, asked](const engine::Reply &reply) {
        const auto *found = std::get_if<engine::StreamsReply>(&reply.value);
        if (asked != m_asked || !reply.ok() || !found)
            return;
        for (const auto &[node, name] : m_streams) {
            for (const engine::StreamInfo &stream : found->streams) {
                if (stream.name == name)
                    addStored(node, stream);
            }
        }
    });
}

/// Where a stream's shards end, which is how much they took in, only a page of it tells.
void EngineBridge::addStored(const NodeId &node, const engine::StreamInfo &stream)
{
    engine::RecordsRequest request;
    request.stream = stream.id;
    request.limit = 1;
    runtime::NodeFigures figures;
    figures.id = node;
    figures.stream = stream.id;
    figures.shards.resize(stream.shards);
    for (std::uint32_t i = 0; i < stream.shards; ++i)
        figures.shards[i].shard = ShardIndex(i);
    send(std::move(request), this, [this, asked = m_asked, figures](const engine::Reply &reply) {
        if (asked != m_asked)
            return;
        runtime::NodeFigures stored = figures;
        if (const auto *page = std::get_if<engine::RecordsReply>(&reply.value)) {
            for (const engine::ShardPosition &position : page->next) {
                if (position.shard.value < stored.shards.size())
                    stored.shards[position.shard.value].end = position.next;
                stored.counts.in += position.next.value;
            }
        }
        stored.counts.processed = stored.counts.in;
        stored.counts.out = stored.counts.in;
        m_stored.push_back(std::move(stored));
        publish();
    });
}

bool EngineBridge::isOther(const Uuid &project) const
{
    return !project.isNull() && !m_project.isNull() && project != m_project;
}

bool EngineBridge::runsAnother() const
{
    return m_taken->state != runtime::RunState::Stopped && isOther(m_taken->project);
}

/// Makes what was taken, of this pipeline and with what is stored of it, the one that everybody
/// sees.
void EngineBridge::publish()
{
    m_snapshot = m_taken;
    std::shared_ptr<runtime::Snapshot> completed;
    const bool otherRuns = isOther(m_taken->project);
    const auto isOthers = [this](const auto &entry) { return isOther(entry.project); };
    const auto &problems = m_taken->problems;
    if (otherRuns || std::any_of(problems.begin(), problems.end(), isOthers)) {
        completed = std::make_shared<runtime::Snapshot>(*m_taken);
        std::erase_if(completed->problems, isOthers);
        if (otherRuns) {
            completed->nodes.clear();
            completed->wires.clear();
        }
        m_snapshot = completed;
    }
    for (const runtime::NodeFigures &stored : m_stored) {
        if (m_snapshot->node(stored.id))
            continue;
        if (!completed)
            completed = std::make_shared<runtime::Snapshot>(*m_taken);
        completed->nodes.push_back(stored);
    }
    if (completed) {
        std::sort(completed->nodes.begin(), completed->nodes.end(),
                  [](const auto &a, const auto &b) { return a.id < b.id; });
        m_snapshot = std::move(completed);
    }
    emit snapshotChanged(m_snapshot);
}

void EngineBridge::poll()
{
    if (!m_engine)
        return;
    takeReplies();
    const std::vector<engine::Event> events = m_engine->takeEvents();
    if (!events.empty()) {
        std::vector<Problem> problems;
        problems.reserve(events.size());
        for (const engine::Event &event : events)
            problems.push_back(event.problem);
        emit happened(problems);
    }
    runtime::SnapshotPtr snapshot = m_engine->snapshot();
    if (m_sawSnapshot && snapshot->generation == m_taken->generation)
        return;
    m_sawSnapshot = true;
    m_taken = std::move(snapshot);
    publish();
}

void EngineBridge::deployAndRun(const graph::Document &document, const QString &documentFolder)
{
    engine::DeployRequest request{document, pathFromQt(documentFolder)};
    const auto answered = [this, document, command = ++m_commands,
                           pauses = m_pauses](const engine::Reply &reply) {
        if (command != m_commands)
            return;
        if (!reply.ok()) {
            emit deployRefused(reply.problems);
            return;
        }
        const quint64 ticket = m_deployTicket; // whoever hears of it may deploy anew
        emit deployed(document, ticket);
        if (pauses == m_pauses)
            run(ticket);
    };
    m_deployTicket = send(std::move(request), this, answered);
}

void EngineBridge::run(quint64 deployTicket)
{
    command(engine::RunRequest{engine::Ticket(deployTicket)});
}

void EngineBridge::pause()
{
    ++m_pauses;
    command<engine::PauseRequest>();
}

void EngineBridge::stop()
{
    ++m_commands;
    command<engine::StopRequest>();
}

void EngineBridge::clearProblems()
{
    command<engine::ClearProblemsRequest>();
}

void EngineBridge::requestRecords(const RecordsQuery &query, QObject *context,
                                  std::function<void(RecordsPage)> done)
{
    send(toCore(query), context,
         [done = std::move(done)](const engine::Reply &reply) { done(pageOf(reply)); });
}

void EngineBridge::requestHistory(const HistoryQuery &query, QObject *context,
                                  std::function<void(HistoryPoints)> done)
{
    engine::HistoryRequest request{query.series, query.fromSecond, query.toSecond};
    request.series.project = m_project;
    send(std::move(request), context, [done = std::move(done)](const engine::Reply &reply) {
        const auto *history = std::get_if<engine::HistoryReply>(&reply.value);
        done({history ? history->points : std::vector<runtime::MetricPoint>(), reply.problems});
    });
}

template <class Request>
quint64 EngineBridge::send(Request request, QObject *context, ReplyHandler handler)
{
    if (!m_engine) {
        engine::Reply refusal;
        refusal.problems.push_back(
            Problem(Code::InvalidArgument,
                    {{"what", fromQt(tr("The engine is still starting; try again in a moment"))}}));
        QTimer::singleShot(0, context,
                           [refusal, handler = std::move(handler)] { handler(refusal); });
        return 0;
    }
    const engine::Ticket ticket = m_engine->request(std::move(request));
    m_pending.push_back({ticket.value, context, std::move(handler)});
    return ticket.value;
}

template <class Request>
void EngineBridge::command(Request request)
{
    send(std::move(request), this, [this](const engine::Reply &reply) {
        if (!reply.ok())
            emit commandFailed(reply.problems);
    });
}

void EngineBridge::takeReplies()
{
    // Handlers may send new requests: work on the list as it was.
    std::vector<Pending> waiting = std::exchange(m_pending, {});
    for (Pending &pending : waiting) {
        std::optional<engine::Reply> reply = m_engine->takeReply(engine::Ticket(pending.ticket));
        if (!reply)
            m_pending.push_back(std::move(pending));
        else if (pending.context)
            pending.handler(*reply);
    }
}

} // namespace millrace::ui
