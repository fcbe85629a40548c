// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/deployment.h"

#include "core/base/md5.h"
#include "core/base/problem_codes.h"
#include "core/engine/problem_list.h"
#include "core/engine/takeover.h"
#include "core/graph/difference.h"
#include "core/graph/file.h"
#include "core/graph/place.h"
#include "core/nodes/kinds.h"
#include "core/runtime/sequence_numbers.h"

#include <algorithm>

namespace millrace::engine {
namespace {

/// In the data directory, beside what is the engine's own: nothing that a pipeline writes can take
/// the place of a catalog or a stream.
constexpr const char *kOutputFolder = "output";

/// For the readers of standard output, of which each may be a moment behind.
constexpr std::chrono::milliseconds kLastBatches{500};

std::string producerKey(const NodeId &node)
{
    return "producer " + node.value;
}

} // namespace

Deployment::~Deployment()
{
    stop();
}

runtime::NodeContext Deployment::nodeContext() const
{
    runtime::NodeContext context;
    context.fileSystem = m_services.fileSystem;
    context.clock = m_services.clock;
    context.random = m_services.random;
    context.outputDescriptor = m_services.outputDescriptor;
    context.project = m_document.project;
    context.documentFolder = m_documentFolder;
    context.dataFolder = joinPath(m_services.store->dataDirectory(), kOutputFolder);
    return context;
}

stream::StreamPtr Deployment::streamOf(const NodeId &streamNode) const
{
    const auto found = m_plan.nodeStreams.find(streamNode);
    return found == m_plan.nodeStreams.end() ? nullptr : m_services.store->find(found->second);
}

runtime::Task::Report Deployment::reportFor(const NodeId &node) const
{
    return [report = m_services.report, node](const Problem &problem) {
        report(atNode(problem, node));
    };
}

Status Deployment::ensureStreams(const Plan &plan)
{
    for (const PlannedStream &planned : plan.streams) {
        auto stream = m_services.store->ensure(planned.wanted);
        if (!stream)
            return std::move(stream).error();
        if (!planned.node)
            continue;
        const store::StreamEntry entry = (*stream)->entry();
        const auto drift = [&](const char *setting, const std::string &actual,
                               const std::string &wanted) {
            if (actual != wanted)
                m_services.report(
                    Problem(Code::StreamDrift,
                            {{"setting", setting}, {"actual", actual}, {"wanted", wanted}},
                            graph::parameterPlace(*planned.node, setting)));
        };
        drift("shards", std::to_string(entry.shards), std::to_string(planned.wanted.shards));
        drift("durability", entry.durability == store::Durability::Disk ? "disk" : "memory",
              planned.wanted.durability == store::Durability::Disk ? "disk" : "memory");
        // What applies at once is the pipeline's to say; the rest is only shown as drift.
        MILLRACE_TRY(m_services.store->update((*stream)->id(), [&](store::StreamEntry &now) {
            now.retention = planned.wanted.retention;
            now.maxBytes = planned.wanted.maxBytes;
            now.limits = planned.wanted.limits;
        }));
    }
    return Done{};
}

/// The keys of what is planned as before, of nodes none of which changed in a way that needs a new
/// start.
std::set<std::string> Deployment::unchanged(const graph::Document &document, const Plan &plan) const
{
    std::set<std::string> out;
    if (m_document.project != document.project)
        return out;
    std::set<NodeId> changed;
    for (const graph::NodeChange &node :
         graph::difference(m_document, document, nodes::kindCatalog()).nodesChanged) {
        if (node.applies != graph::Applies::AtOnce)
            changed.insert(node.node);
    }
    for (const PlannedProducer &producer : plan.producers) {
        if (!changed.contains(producer.node) &&
            std::find(m_plan.producers.begin(), m_plan.producers.end(), producer) !=
                m_plan.producers.end())
            out.insert(producerKey(producer.node));
    }
    for (const PlannedFragment &fragment : plan.fragments) {
        const bool same =
            std::none_of(fragment.transforms.begin(), fragment.transforms.end(),
                         [&](const NodeId &node) { return changed.contains(node); }) &&
            !(fragment.sink && changed.contains(*fragment.sink));
        if (same && std::find(m_plan.fragments.begin(), m_plan.fragments.end(), fragment) !=
                        m_plan.fragments.end())
            out.insert(fragment.key());
    }
    return out;
}

Status Deployment::deploy(graph::Document document, Path documentFolder)
{
    Plan plan = makePlan(document, nodes::kindCatalog(), [this](const std::string &stream) {
        const auto wire = m_services.store->find(stream);
        return wire && !wire->log().producers().empty();
    });
    MILLRACE_TRY(m_services.fileSystem->makeFolders(
        joinPath(m_services.store->dataDirectory(), kOutputFolder)));
    MILLRACE_TRY(ensureStreams(plan));
    for (const PlannedStream &old : m_plan.streams) {
        const auto stream = m_services.store->find(old.wanted.name);
        if (!old.port || plan.stream(old.wanted.name) != nullptr || !stream)
            continue;
        if (const std::uint64_t waiting = unread(*stream); waiting > 0)
            m_services.report(Problem(Code::WireLeftBehind, {{"records", std::to_string(waiting)}},
                                      graph::nodePlace(old.port->node)));
    }
    MILLRACE_TRY(keepChains(document, plan));
    const std::set<std::string> kept = unchanged(document, plan);
    m_document = std::move(document);
    m_documentFolder = std::move(documentFolder);
    m_plan = std::move(plan);
    m_deployed = true;

    // What the new plan does not have, or has otherwise, stops.
    const MonoTime giveUp = lastBatches();
    for (DeployedTask &task : m_tasks) {
        if (!kept.contains(task.key))
            stopTask(task, giveUp);
    }
    std::erase_if(m_tasks, [&](const DeployedTask &task) { return !kept.contains(task.key); });
    m_services.schemas->keepWriters(kept);
    // Once more: a fragment that has now stopped may have begun in between.
    if (auto forgotten = keepChains(m_document, m_plan); !forgotten)
        m_services.report(forgotten.error());
    if (m_running)
        start();
    return Done{};
}

/// Records of a wire that no fragment that is deployed has passed. What was read stays in the log
/// until a whole segment of it was.
std::uint64_t Deployment::unread(const stream::DataStream &wire) const
{
    std::uint64_t records = 0;
    for (std::uint32_t i = 0; i < wire.shardCount(); ++i) {
        const auto bounds = wire.bounds(ShardIndex(i));
        std::optional<Ordinal> passed;
        for (const DeployedTask &task : m_tasks) {
            if (!task.fragment || task.fragment->spec().source.get() != &wire)
                continue;
            for (const runtime::Cursor &cursor : task.fragment->figures().cursors) {
                if (cursor.shard == ShardIndex(i))
                    passed = std::min(passed.value_or(cursor.next), cursor.next);
            }
        }
        const Ordinal from = std::max(passed.value_or(bounds.trimHorizon), bounds.trimHorizon);
        records += bounds.end > from ? bounds.end - from : 0;
    }
    return records;
}

Status Deployment::keepChains(const graph::Document &document, const Plan &plan)
{
    std::set<std::string> planned;
    for (const PlannedFragment &fragment : plan.fragments)
        planned.insert(fragmentId(document.project, fragment.end,
                                  m_services.store->find(fragment.source)->id()));
    return m_services.chains->keep(document.project, planned);
}

std::vector<std::string> Deployment::committedFragments() const
{
    std::vector<std::string> out;
    for (const DeployedTask &task : m_tasks) {
        if (task.fragment && task.fragment->figures().committed)
            out.push_back(task.fragment->spec().id);
    }
    return out;
}

void Deployment::start()
{
    m_running = true;
    for (DeployedTask &task : m_tasks) {
        if (task.task->figures().state == runtime::NodeState::Failed)
            stopTask(task, lastBatches()); // tried again: what it failed on may be mended
    }
    const auto runs = [&](const std::string &key) {
        return std::any_of(m_tasks.begin(), m_tasks.end(), [&](const DeployedTask &task) {
            return task.key == key && task.slot != nullptr;
        });
    };
    const auto drop = [&](const std::string &key) {
        std::erase_if(m_tasks, [&](const DeployedTask &task) { return task.key == key; });
    };
    // What reads a stream is bound to what comes into it from now on.
    std::map<NodeId, MadeSource> sources;
    for (const PlannedProducer &producer : m_plan.producers) {
        if (!runs(producerKey(producer.node)))
            sources.emplace(producer.node, makeSource(producer));
    }
    for (const PlannedFragment &fragment : m_plan.fragments) {
        if (runs(fragment.key()))
            continue;
        drop(fragment.key());
        startFragment(fragment);
    }
    for (const PlannedProducer &producer : m_plan.producers) {
        const auto source = sources.find(producer.node);
        if (source == sources.end())
            continue;
        drop(producerKey(producer.node));
        startProducer(producer, std::move(source->second));
    }
}

/// With its schema brought, if it knows one.
Deployment::MadeSource Deployment::makeSource(const PlannedProducer &producer)
{
    const graph::Node &node = m_document.nodes.at(producer.node);
    runtime::NodeContext context = nodeContext();
    context.node = producer.node;
    auto source = nodes::findFactory(node.kind)->source(node, context);
    if (source) {
        if (auto schema = (*source)->schema())
            m_services.schemas->bring(*m_services.store->find(producer.stream),
                                      producerKey(producer.node), *schema);
    }
    return source;
}

void Deployment::startProducer(const PlannedProducer &producer, MadeSource source)
{
    const auto target = m_services.store->find(producer.stream);
    DeployedTask deployed;
    deployed.key = producerKey(producer.node);
    deployed.nodes = {producer.node};
    deployed.target = target;
    deployed.slot = m_services.scheduler->makeSlot();
    runtime::ProducerSpec spec;
    spec.id = "producer/" + m_document.project.toString() + '/' + producer.node.value;
    spec.node = producer.node;
    spec.target = target;
    spec.deadLetters = m_services.store->find(m_plan.deadLetters);
    spec.begin = [takeover = Takeover(
                      {m_services.store, m_services.checkpoints, m_services.chains, nodeContext()},
                      m_plan, producer, m_document),
                  id = spec.id] { return takeover.findProgress(id); };
    deployed.task = std::make_shared<runtime::ProducerTask>(
        std::move(spec), std::move(source), *m_services.clock,
        m_services.scheduler->wakeOf(deployed.slot), reportFor(producer.node));
    deployed.task->setPace(presentPace());
    m_services.scheduler->start(deployed.slot, deployed.task);
    m_tasks.push_back(std::move(deployed));
}

/// Of all that decides which records fail: kinds and parameters as the file has them, and the
/// schema that expressions are bound to.
Bytes Deployment::identityOf(const Recipe &recipe, const record::Schema &schema)
{
    std::string text;
    const auto add = [&](graph::Node node) { // one after the other: their order decides as well
        node.name.clear();
        graph::Document alone;
        alone.put(std::move(node));
        if (const auto written = graph::writeDocument(alone))
            text += *written;
    };
    for (const graph::Node &node : recipe.transforms)
        add(node);
    if (recipe.sink)
        add(*recipe.sink);
    const auto digest = md5(text + schema.toJson());
    const auto bytes = std::as_bytes(std::span(digest));
    return {bytes.begin(), bytes.end()};
}

Result<std::optional<runtime::Operators>> Deployment::makeOperators(const Recipe &recipe,
                                                                    SchemaKeeper &schemas)
{
    auto known = schemas.schemaOf(*recipe.source);
    if (!known)
        return std::move(known).error();
    // A copy from stream to stream needs no schema, but whoever reads it does: it hands it on.
    if (!*known)
        return std::optional<runtime::Operators>{};
    runtime::Operators operators;
    operators.identity = identityOf(recipe, **known);
    runtime::NodeContext context = recipe.context;
    context.inputSchema = **known;
    for (const graph::Node &node : recipe.transforms) {
        context.node = node.id;
        auto made = nodes::findFactory(node.kind)->transform(node, context);
        if (!made)
            return atNode(std::move(made).error(), node.id);
        if (auto output = (*made)->outputSchema())
            context.inputSchema = *std::move(output);
        operators.transforms.push_back(*std::move(made));
    }
    if (recipe.sink) {
        context.node = recipe.sink->id;
        auto made = nodes::findFactory(recipe.sink->kind)->sink(*recipe.sink, context);
        if (!made)
            return atNode(std::move(made).error(), recipe.sink->id);
        operators.sink = *std::move(made);
    } else {
        schemas.bring(*recipe.target, recipe.writer, context.inputSchema);
    }
    return std::optional(std::move(operators));
}

void Deployment::startFragment(const PlannedFragment &fragment)
{
    const auto source = m_services.store->find(fragment.source);
    const auto target = fragment.target.empty() ? nullptr : m_services.store->find(fragment.target);
    DeployedTask deployed;
    deployed.key = fragment.key();
    deployed.nodes = fragment.transforms;
    if (fragment.sink)
        deployed.nodes.push_back(*fragment.sink);
    deployed.head = deployed.nodes.empty() ? fragment.end : deployed.nodes.front();
    deployed.source = source;
    deployed.target = target;
    deployed.slot = m_services.scheduler->makeSlot();

    runtime::FragmentSpec spec;
    spec.id = fragmentId(m_document.project, fragment.end, source->id());
    spec.source = source;
    spec.nodes = fragment.transforms;
    spec.sink = fragment.sink;
    spec.target = target;
    spec.deadLetters = m_services.store->find(m_plan.deadLetters);
    Recipe recipe;
    for (const NodeId &id : fragment.transforms)
        recipe.transforms.push_back(m_document.nodes.at(id));
    if (fragment.sink)
        recipe.sink = m_document.nodes.at(*fragment.sink);
    runtime::NodeContext context = nodeContext();
    context.source = source->id();
    if (fragment.sink)
        context.node = *fragment.sink;
    recipe.context = context;
    recipe.context.sequenceNumbers = std::make_shared<runtime::SequenceNumbers>(source->entry());
    recipe.writer = fragment.key();
    recipe.source = source;
    recipe.target = target;
    spec.make = [recipe = std::move(recipe), schemas = m_services.schemas] {
        return makeOperators(recipe, *schemas);
    };
    spec.schemaChanges = m_services.schemas->changes(*source);
    spec.begin = [takeover = Takeover(
                      {m_services.store, m_services.checkpoints, m_services.chains, nodeContext()},
                      m_plan, fragment, m_document)](const std::vector<runtime::Cursor> &known) {
        return takeover.find(known);
    };
    if (keepsNoProgress(fragment))
        spec.checkpoints = m_services.checkpoints;
    else if (fragment.sink)
        spec.standing = [node = m_document.nodes.at(*fragment.sink), context] {
            return nodes::findFactory(node.kind)->standing(node, context);
        };
    spec.merged = m_services.merged;
    // What a wire holds waits in the directory as well, and a slow end is to be able to take it.
    if (fragment.sink && source->entry().role != store::StreamRole::Wire) {
        spec.room = [store = m_services.store, writer = spec.id](const Path &place,
                                                                 std::uint64_t bytes) {
            return store->roomFor(writer, place, bytes);
        };
        spec.written = [store = m_services.store, writer = spec.id] { store->written(writer); };
    }
    deployed.fragment = std::make_shared<runtime::Fragment>(
        std::move(spec), *m_services.clock, m_services.scheduler->wakeOf(deployed.slot),
        reportFor(fragment.end));
    deployed.task = deployed.fragment;
    m_services.scheduler->start(deployed.slot, deployed.task);
    m_tasks.push_back(std::move(deployed));
}

MonoTime Deployment::lastBatches() const
{
    return m_services.clock->mono() + kLastBatches;
}

void Deployment::stopTask(DeployedTask &task, MonoTime giveUp)
{
    if (const auto slot = std::exchange(task.slot, nullptr))
        m_services.scheduler->stop(slot, m_services.pump, giveUp);
}

void Deployment::stop()
{
    m_running = false;
    // From the last one, which are the producers: what is stopped is not fed on.
    const MonoTime giveUp = lastBatches();
    for (auto task = m_tasks.rbegin(); task != m_tasks.rend(); ++task)
        stopTask(*task, giveUp);
}

void Deployment::setPace(double factor)
{
    m_pace = factor;
    tellPace();
}

void Deployment::setPaused(bool paused)
{
    if (std::exchange(m_paused, paused) != paused)
        tellPace();
}

void Deployment::tellPace()
{
    for (const DeployedTask &task : m_tasks)
        task.task->setPace(presentPace());
}

std::vector<WatchedStream> Deployment::readBySchema() const
{
    std::vector<WatchedStream> out;
    for (const PlannedStream &planned : m_plan.streams) {
        const std::string &name = planned.wanted.name;
        const auto reads = [&](const PlannedFragment &fragment) {
            return fragment.source == name && (fragment.sink || !fragment.transforms.empty());
        };
        // On a wire behind a transform stands what another stream had, or what a select list made.
        const auto writes = [&](const PlannedFragment &fragment) {
            return planned.port && fragment.target == name;
        };
        const auto stream = m_services.store->find(name);
        if (!m_running || !stream ||
            std::none_of(m_plan.fragments.begin(), m_plan.fragments.end(), reads) ||
            std::any_of(m_plan.fragments.begin(), m_plan.fragments.end(), writes))
            continue;
        out.push_back({stream, planned.node   ? graph::nodePlace(*planned.node)
                               : planned.port ? graph::nodePlace(planned.port->node)
                                              : "stream " + name});
    }
    return out;
}

void Deployment::restartReaders(const std::string &stream)
{
    if (!m_running)
        return;
    const MonoTime giveUp = lastBatches();
    for (const PlannedFragment &fragment : m_plan.fragments) {
        if (fragment.source != stream)
            continue;
        for (DeployedTask &task : m_tasks) {
            if (task.key == fragment.key())
                stopTask(task, giveUp);
        }
    }
    start();
}

/// Whether the end of a fragment leaves its progress to the catalog.
bool Deployment::keepsNoProgress(const PlannedFragment &fragment) const
{
    return fragment.sink && !nodes::findFactory(m_document.nodes.at(*fragment.sink).kind)->standing;
}

/// Behind which a fragment never goes back, be it after a crash; empty when that is not known.
std::vector<runtime::Cursor> Deployment::lastingCursors(const PlannedFragment &fragment) const
{
    const auto task = std::find_if(m_tasks.begin(), m_tasks.end(),
                                   [&](const auto &t) { return t.key == fragment.key(); });
    if (task == m_tasks.end())
        return {};
    if (!keepsNoProgress(fragment))
        return task->task->figures().cursors;
    const auto written = m_services.checkpoints->written(task->fragment->spec().id);
    const auto progress =
        runtime::FragmentProgress::decode(written ? ByteView(*written) : ByteView{});
    return progress ? progress->cursors : std::vector<runtime::Cursor>{};
}

void Deployment::trimWires()
{
    for (const PlannedStream &planned : m_plan.streams) {
        const auto stream = planned.port ? m_services.store->find(planned.wanted.name) : nullptr;
        if (!stream)
            continue;
        std::map<ShardIndex, Ordinal> passed;
        for (std::uint32_t i = 0; i < stream->shardCount(); ++i)
            passed[ShardIndex(i)] = stream->bounds(ShardIndex(i)).end;
        bool allKnown = true;
        for (const PlannedFragment &fragment : m_plan.fragments) {
            if (fragment.source != planned.wanted.name)
                continue;
            const auto cursors = lastingCursors(fragment);
            allKnown = allKnown && !cursors.empty();
            for (const runtime::Cursor &cursor : cursors)
                passed[cursor.shard] = std::min(passed[cursor.shard], cursor.next);
        }
        if (!allKnown)
            continue;
        const std::vector<std::pair<ShardIndex, Ordinal>> keep(passed.begin(), passed.end());
        if (auto freed = stream->log().trimBelow(keep); !freed)
            m_services.report(freed.error());
    }
}

bool Deployment::drained() const
{
    // A fragment may give the next one work after that one was looked at; it shows in a stream.
    const auto stored = [this] {
        std::uint64_t records = 0;
        for (const PlannedStream &planned : m_plan.streams) {
            const auto stream = m_services.store->find(planned.wanted.name);
            for (std::uint32_t i = 0; stream && i < stream->shardCount(); ++i)
                records += stream->bounds(ShardIndex(i)).end.value;
        }
        return records;
    };
    const std::uint64_t before = stored();
    for (const DeployedTask &task : m_tasks) {
        if (task.fragment ? !task.fragment->caughtUp() || task.fragment->inFlight()
                          : task.task->figures().state != runtime::NodeState::Finished &&
                                task.task->figures().state != runtime::NodeState::Failed)
            return false;
    }
    return !m_tasks.empty() && stored() == before;
}

} // namespace millrace::engine
