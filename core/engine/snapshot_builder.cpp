// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/snapshot_builder.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"
#include "core/nodes/kinds.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <unistd.h>

namespace millrace::engine {
namespace {

using runtime::Metric;
using runtime::NodeFigures;
using runtime::NodeState;
using runtime::RunState;
using runtime::Snapshot;

/// From this load on a shard is hot; from this share on one key is why.
constexpr double kHotLoad = 0.9;
constexpr double kHotKeyShare = 0.3;
constexpr std::size_t kTopKeys = 5;

/// How much a state wants attention, for a node that is part of several fragments.
int urgency(NodeState state)
{
    switch (state) {
    case NodeState::Failed:
        return 7;
    case NodeState::Retrying:
        return 6;
    case NodeState::BackPressured:
        return 5;
    case NodeState::Running:
        return 4;
    case NodeState::Paused:
        return 3;
    case NodeState::Finished:
        return 2;
    case NodeState::Stopped:
    case NodeState::Disabled:
        break;
    }
    return 1;
}

std::string percentText(double share)
{
    return std::to_string(std::lround(share * 100));
}

std::optional<Problem> hotShard(const NodeFigures &node)
{
    const auto hottest =
        std::max_element(node.shards.begin(), node.shards.end(),
                         [](const auto &a, const auto &b) { return a.load() < b.load(); });
    if (hottest == node.shards.end() || hottest->load() < kHotLoad)
        return {};
    const std::string place = graph::nodePlace(node.id);
    const std::string shard = std::to_string(hottest->shard.value);
    if (!hottest->topKeys.empty() && hottest->topKeys.front().share >= kHotKeyShare)
        return Problem(Code::HotKey,
                       {{"shard", shard},
                        {"key", hottest->topKeys.front().key},
                        {"percent", percentText(hottest->topKeys.front().share)}},
                       place);
    return Problem(Code::HotShard, {{"shard", shard}, {"percent", percentText(hottest->load())}},
                   place);
}

/// The node of a task that its attention is about: the one its place names, else the end.
struct Cause {
    NodeId node;
    std::optional<Problem> problem; ///< with the node in its place
};

Cause causeOf(const runtime::TaskFigures &figures)
{
    Cause out;
    if (!figures.nodes.empty())
        out.node = figures.nodes.back().node;
    if (!figures.attention)
        return out;
    const auto place = graph::parsePlace(figures.attention->place());
    if (place && place->node) {
        out.node = *place->node;
        out.problem = figures.attention;
    } else {
        out.problem = Problem(*figures.attention).at(graph::nodePlace(out.node));
    }
    return out;
}

/// When the oldest record arrived that the cursors have before them; max() when it cannot be read.
WallTime oldestUnread(stream::DataStream &source, const std::vector<runtime::Cursor> &cursors)
{
    WallTime oldest = WallTime::max();
    for (const runtime::Cursor &cursor : cursors) {
        const auto batch = source.read(cursor.shard, cursor.next);
        if (!batch || !*batch)
            continue;
        const Ordinal at = std::max(cursor.next, (*batch)->firstOrdinal());
        oldest = std::min(oldest, (*batch)->arrival(at - (*batch)->firstOrdinal()));
    }
    return oldest;
}

} // namespace

SnapshotBuilder::SnapshotBuilder(stream::StreamStore &store, runtime::MetricsHistory &history,
                                 Clock &clock)
    : m_store(store)
    , m_history(history)
    , m_clock(clock)
    , m_tickAt(clock.mono())
{}

SnapshotBuilder::Rates SnapshotBuilder::rates(const std::string &key, const Totals &now)
{
    // What is seen for the first time counts from now on: the first second of a run is shown, too.
    Totals before = m_totals.try_emplace(key, now).first->second;
    if (!m_ticking)
        return m_rates[key];
    if (before.restored != now.restored)
        before = {}; // another incarnation, which began at nothing
    const auto perSecond = [&](std::uint64_t a, std::uint64_t b) {
        return b >= a ? static_cast<double>(b - a) / m_elapsed : 0.0;
    };
    Rates &out = m_rates[key];
    out.recordsIn = perSecond(before.recordsIn, now.recordsIn);
    out.bytesIn = perSecond(before.bytesIn, now.bytesIn);
    out.recordsOut = perSecond(before.recordsOut, now.recordsOut);
    out.bytesOut = perSecond(before.bytesOut, now.bytesOut);
    out.refused = perSecond(before.refused, now.refused);
    out.dead = perSecond(before.dead, now.dead);
    out.busy = std::min(1.0, perSecond(before.busyNanos, now.busyNanos) / 1e9);
    out.wait = std::min(1.0 - out.busy, perSecond(before.waitNanos, now.waitNanos) / 1e9);
    m_totals[key] = now;
    return out;
}

runtime::SnapshotPtr SnapshotBuilder::build(const Deployment &deployment, ProblemList &problems,
                                            RunState state, double pace, Tick tick)
{
    const MonoTime now = m_clock.mono();
    if (const Uuid &project = deployment.document().project; project != m_project)
        beginProject(project);
    const double since = std::chrono::duration<double>(now - m_tickAt).count();
    m_ticking = tick == Tick::Now || (!m_clock.isVirtual() && since >= 1.0);
    if (m_ticking) {
        m_elapsed = since;
        m_tickAt = now;
    }
    const bool runs = state == RunState::Running || state == RunState::Paused;
    if (!runs)
        m_startedAt.reset();
    else if (!m_startedAt)
        m_startedAt = now;

    auto snapshot = std::make_shared<Snapshot>();
    snapshot->generation = ++m_generation;
    snapshot->at = m_clock.wall();
    snapshot->project = deployment.document().project;
    snapshot->state = state;
    if (m_startedAt)
        snapshot->runningFor = std::chrono::floor<std::chrono::milliseconds>(now - *m_startedAt);
    snapshot->pace = pace;
    snapshot->drained = runs && deployment.drained();
    addTasks(deployment, *snapshot);
    for (const auto &[node, name] : deployment.plan().nodeStreams)
        addStream(deployment, node, *snapshot);
    for (const auto &[id, node] : deployment.document().nodes) {
        if (snapshot->node(id) != nullptr)
            continue;
        NodeFigures figures;
        figures.id = id;
        if (node.state == graph::NodeState::Disabled)
            figures.state = NodeState::Disabled;
        snapshot->nodes.push_back(std::move(figures));
    }
    std::sort(snapshot->nodes.begin(), snapshot->nodes.end(),
              [](const auto &a, const auto &b) { return a.id < b.id; });
    addWires(deployment, *snapshot);

    std::vector<Problem> current;
    for (NodeFigures &node : snapshot->nodes) {
        if (state == RunState::Paused && node.state == NodeState::Running)
            node.state = NodeState::Paused;
        if (node.attention)
            current.push_back(*node.attention);
    }
    if (!m_clock.isVirtual() || m_ticking)
        problems.hold(current, snapshot->at);
    snapshot->problems = problems.entries(snapshot->at);
    snapshot->dataDirectory = m_store.dataDirectory();
    snapshot->budgetBytes = m_store.budgetBytes();
    std::uint64_t raw = 0;
    std::uint64_t stored = 0;
    snapshot->diskBytes = m_store.diskBytes();
    for (const auto &stream : m_store.all()) {
        raw += stream->log().rawBytes();
        stored += stream->log().storedBytes();
    }
    snapshot->compression =
        stored == 0 ? 1.0 : static_cast<double>(raw) / static_cast<double>(stored);
    snapshot->memoryBytes = residentBytes();
    if (m_ticking && runs)
        remember(*snapshot);
    return snapshot;
}

/// Totals are kept by node, and nodes of other documents may be called alike.
void SnapshotBuilder::beginProject(const Uuid &project)
{
    m_project = project;
    m_startedAt.reset();
    m_oldestUnread.clear();
    m_totals.clear();
    m_rates.clear();
    m_dead.clear();
}

void SnapshotBuilder::addTasks(const Deployment &deployment, Snapshot &out)
{
    std::map<NodeId, NodeFigures> nodes;
    std::map<NodeId, Rates> work;
    for (const DeployedTask &task : deployment.tasks()) {
        const runtime::TaskFigures figures = task.task->figures();
        Totals taskTotals;
        taskTotals.busyNanos = figures.busyNanos;
        taskTotals.waitNanos = figures.waitNanos;
        const Rates taskRates = rates("task " + task.key, taskTotals);
        std::uint64_t lag = 0;
        const auto &cursors = figures.cursors.empty() ? figures.standing : figures.cursors;
        for (const runtime::Cursor &cursor : cursors) {
            const auto bounds = task.source->bounds(cursor.shard);
            lag += bounds.end - std::min(cursor.next, bounds.end);
        }
        WallTime oldest = WallTime::max();
        if (lag > 0) {
            // A long lag costs a read of the disk for each shard: not with every snapshot.
            const auto [known, fresh] = m_oldestUnread.try_emplace(task.key);
            if (m_ticking || fresh)
                known->second = oldestUnread(*task.source, cursors);
            oldest = known->second;
        } else {
            m_oldestUnread.erase(task.key);
        }
        const Cause cause = causeOf(figures);
        for (const runtime::NodeMeter &meter : figures.nodes) {
            NodeFigures &node = nodes[meter.node];
            node.id = meter.node;
            node.counts += meter.counts;
            Totals done;
            done.recordsIn = meter.counts.in - meter.countsBefore.in;
            done.recordsOut = meter.counts.out - meter.countsBefore.out;
            done.bytesOut = meter.bytesOut - meter.bytesOutBefore;
            done.dead = meter.counts.dead - meter.countsBefore.dead;
            done.restored = meter.countsBefore.in;
            // Of each task by itself: one that begins anew says nothing of the others.
            const Rates rate = rates("node " + meter.node.value + " of " + task.key, done);
            Rates &share = work[meter.node];
            share.recordsIn += rate.recordsIn;
            share.recordsOut += rate.recordsOut;
            share.bytesOut += rate.bytesOut;
            share.dead += rate.dead;
            share.busy += taskRates.busy;
            share.wait += taskRates.wait;
            const bool concerned = meter.node == cause.node;
            const NodeState state = figures.state == NodeState::Retrying && !concerned
                                        ? NodeState::BackPressured // what follows holds it up
                                        : figures.state;
            if (urgency(state) >= urgency(node.state))
                node.state = state;
            if (concerned && cause.problem)
                node.attention = cause.problem;
            if (!figures.reads.empty())
                node.reads = figures.reads;
            node.lagRecords = std::max(node.lagRecords, lag);
            if (oldest != WallTime::max())
                node.lag = std::max(node.lag, out.at - oldest);
        }
    }
    for (auto &[id, node] : nodes) {
        const Rates &rate = work[id];
        m_dead[id] = rate.dead;
        node.inPerSecond = rate.recordsIn;
        node.outPerSecond = rate.recordsOut;
        node.bytesOutPerSecond = rate.bytesOut;
        node.busy = std::min(1.0, work[id].busy);
        node.backPressured = std::min(1.0 - node.busy, work[id].wait);
        node.idle = 1.0 - node.busy - node.backPressured;
        const auto *factory = nodes::findFactory(deployment.document().nodes.at(id).kind);
        if (factory != nullptr && factory->kind.category == graph::Category::Producer)
            out.recordsInPerSecond += node.outPerSecond;
        out.nodes.push_back(std::move(node));
    }
}

void SnapshotBuilder::addStream(const Deployment &deployment, const NodeId &id, Snapshot &out)
{
    const auto stream = deployment.streamOf(id);
    if (!stream)
        return;
    NodeFigures node;
    node.id = id;
    node.stream = stream->id();
    node.state = out.state == RunState::Stopped ? NodeState::Stopped : NodeState::Running;
    for (std::uint32_t i = 0; i < stream->shardCount(); ++i) {
        runtime::ShardFigures shard;
        shard.shard = ShardIndex(i);
        const stream::ShardCounters counters = stream->counters(shard.shard);
        const Rates rate = rates("shard " + id.value + '/' + std::to_string(i),
                                 {counters.recordsIn, counters.bytesIn, counters.recordsOut,
                                  counters.bytesOut, counters.refused});
        const auto bounds = stream->bounds(shard.shard);
        shard.recordsIn = counters.recordsIn;
        shard.bytesIn = counters.bytesIn;
        shard.recordsOut = counters.recordsOut;
        shard.bytesOut = counters.bytesOut;
        shard.refused = counters.refused;
        shard.recordsInPerSecond = rate.recordsIn;
        shard.bytesInPerSecond = rate.bytesIn;
        shard.recordsOutPerSecond = rate.recordsOut;
        shard.bytesOutPerSecond = rate.bytesOut;
        shard.trimHorizon = bounds.trimHorizon;
        shard.end = bounds.end;
        double total = 0;
        for (auto &entry : stream->topKeys(shard.shard, kTopKeys, &total))
            shard.topKeys.push_back({std::move(entry.key), total > 0 ? entry.count / total : 0});
        // What a stream took in is what stands in its log since it was made.
        node.counts.in += bounds.end.value;
        node.inPerSecond += rate.recordsIn;
        node.outPerSecond += rate.recordsOut;
        node.bytesOutPerSecond += rate.bytesOut;
        node.shards.push_back(std::move(shard));
    }
    node.counts.processed = node.counts.in;
    node.counts.out = node.counts.in;
    for (const DeployedTask &task : deployment.tasks()) {
        if (task.source == stream)
            ++node.consumers;
    }
    if (stream->entry().limits != store::LimitMode::Off)
        node.attention = hotShard(node);
    out.nodes.push_back(std::move(node));
}

void SnapshotBuilder::addWires(const Deployment &deployment, Snapshot &out)
{
    const Plan &plan = deployment.plan();
    for (const auto &[ends, wire] : deployment.document().wires) {
        runtime::WireFigures figures;
        figures.from = ends.from.node;
        figures.to = ends.to.node;
        const auto implicit = plan.wireStreams.find(ends);
        figures.implicitStream = implicit != plan.wireStreams.end();
        const NodeFigures *from = out.node(ends.from.node);
        const NodeFigures *to = out.node(ends.to.node);
        if (from != nullptr && to != nullptr) {
            // Out of a stream, a reader takes what it takes; elsewhere what is given is taken.
            const bool fromStream = plan.nodeStreams.contains(ends.from.node);
            const bool copies = fromStream && plan.nodeStreams.contains(ends.to.node);
            figures.records = fromStream && !copies ? to->counts.in : from->counts.out;
            figures.recordsPerSecond = fromStream && !copies ? to->inPerSecond : from->outPerSecond;
            figures.bytesPerSecond = from->bytesOutPerSecond;
            figures.backPressured = !fromStream && from->state == NodeState::BackPressured;
            if (figures.implicitStream)
                figures.queued = to->lagRecords;
        }
        out.wires.push_back(std::move(figures));
    }
}

void SnapshotBuilder::remember(const Snapshot &snapshot)
{
    const std::int64_t second =
        std::chrono::floor<std::chrono::seconds>(snapshot.at).time_since_epoch().count();
    for (const NodeFigures &node : snapshot.nodes) {
        const auto add = [&](std::optional<ShardIndex> shard, Metric metric, double value) {
            m_history.add({node.id, shard, metric, snapshot.project}, second, value);
        };
        add({}, Metric::RecordsIn, node.inPerSecond);
        add({}, Metric::RecordsOut, node.outPerSecond);
        add({}, Metric::BytesOut, node.bytesOutPerSecond);
        add({}, Metric::LagRecords, static_cast<double>(node.lagRecords));
        add({}, Metric::LagMs, static_cast<double>(node.lag.count()));
        add({}, Metric::Dead, m_dead[node.id]);
        for (const runtime::ShardFigures &shard : node.shards) {
            add(shard.shard, Metric::RecordsIn, shard.recordsInPerSecond);
            add(shard.shard, Metric::BytesIn, shard.bytesInPerSecond);
            add(shard.shard, Metric::RecordsOut, shard.recordsOutPerSecond);
            add(shard.shard, Metric::BytesOut, shard.bytesOutPerSecond);
            add(shard.shard, Metric::Refused,
                m_rates["shard " + node.id.value + '/' + std::to_string(shard.shard.value)]
                    .refused);
        }
    }
}

/// Second number of /proc/self/statm: resident pages [proc(5)].
std::uint64_t SnapshotBuilder::residentBytes()
{
    auto file = posixFileSystem().open("/proc/self/statm", OpenMode::Read);
    if (!file)
        return 0;
    char text[128] = {};
    const auto got =
        (*file)->readAt(FilePos(0), std::as_writable_bytes(std::span(text)).first(127));
    if (!got)
        return 0;
    char *rest = nullptr;
    (void)std::strtoull(text, &rest, 10);
    return std::strtoull(rest, nullptr, 10) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace millrace::engine
