// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/engine_run.h"

#include "core/record/record.h"
#include "core/store/database.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace millrace::reference {

using namespace millrace::engine;

namespace {

constexpr const char *kPrintedFile = "printed.txt";

} // namespace

void Watch::begin()
{
    const std::lock_guard guard(m_mutex);
    m_newest = 0;
}

void Watch::look(const runtime::Snapshot &snapshot)
{
    const std::lock_guard guard(m_mutex);
    if (snapshot.generation <= m_newest)
        return;
    m_newest = snapshot.generation;
    ++m_snapshotsSeen;
    bool inFlight = false;
    std::uint64_t refused = 0;
    for (const runtime::NodeFigures &node : snapshot.nodes) {
        inFlight = inFlight || node.counts.inFlight > 0;
        for (const runtime::ShardFigures &shard : node.shards)
            refused += shard.refused;
        if (!m_fault)
            m_fault = judge(node);
    }
    m_inFlightSeen += inFlight ? 1 : 0;
    m_refusedSeen = std::max(m_refusedSeen, refused);
}

Fault Watch::fault() const
{
    const std::lock_guard guard(m_mutex);
    return m_fault;
}

std::uint64_t Watch::inFlightSeen() const
{
    const std::lock_guard guard(m_mutex);
    return m_inFlightSeen;
}

std::uint64_t Watch::snapshotsSeen() const
{
    const std::lock_guard guard(m_mutex);
    return m_snapshotsSeen;
}

std::uint64_t Watch::refusedSeen() const
{
    const std::lock_guard guard(m_mutex);
    return m_refusedSeen;
}

Fault Watch::judge(const runtime::NodeFigures &node)
{
    const runtime::FateCounts &now = node.counts;
    if (!now.lawHolds())
        return "the one-fate law does not hold at node " + node.id.value;
    if (!node.stream.isNull()) {
        std::uint64_t &held = m_held[node.id];
        if (now.in < held)
            return "stream " + node.id.value + " holds " + std::to_string(now.in) +
                   " records and held " + std::to_string(held);
        held = now.in;
    }
    if (m_atMost == nullptr)
        return {};
    const runtime::FateCounts &end = m_atMost->fates.at(node.id);
    if (now.in > end.in || now.processed > end.processed || now.filtered > end.filtered ||
        now.dead > end.dead || now.expired > end.expired || now.out > end.out)
        return "node " + node.id.value + " counts more than there is: in " +
               std::to_string(now.in) + " processed " + std::to_string(now.processed) + " dead " +
               std::to_string(now.dead);
    return {};
}

void Moment::attach(Engine &engine, std::uint64_t syncs, Then then)
{
    const std::lock_guard guard(m_mutex); // the engine may still sync what it was at
    m_left = syncs;
    m_then = then;
    m_reached = false;
    m_engine = &engine;
}

void Moment::synced()
{
    const std::lock_guard guard(m_mutex);
    if (m_engine == nullptr || m_left == 0)
        return;
    m_watch.look(*m_engine->snapshot());
    if (--m_left > 0) {
        m_engine->request(RunRequest{}); // makes a snapshot
        return;
    }
    if (m_then == Then::Pause)
        m_engine->request(PauseRequest{});
    else if (m_then == Then::Stop)
        m_engine->request(StopRequest{});
    m_reached = true;
}

EngineRun::EngineRun(const Path &directory, FileSystem &fileSystem, RandomSource &random, Time time)
    : m_directory(directory)
    , m_files(fileSystem)
{
    LocalEngineOptions options;
    options.dataDirectory = joinPath(directory, "data");
    options.virtualTime = time == Time::Virtual;
    options.fileSystem = &fileSystem;
    options.random = &random;
    m_printed = ::open(joinPath(directory, kPrintedFile).c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    options.outputDescriptor = m_printed;
    options.log = [this](const Problem &problem) {
        const std::lock_guard guard(m_mutex);
        m_messages += problem.message() + '\n';
    };
    auto opened = openLocalEngine(options);
    if (opened)
        m_engine = *std::move(opened);
    else
        m_failure = opened.error().message();
}

EngineRun::~EngineRun()
{
    m_engine.reset();
    ::close(m_printed);
}

Reply EngineRun::ask(Request request)
{
    return m_engine->wait(m_engine->request(std::move(request)));
}

Fault EngineRun::deploy(const graph::Document &document, const Path &folder)
{
    m_followed.clear();
    for (const auto &[id, node] : document.nodes) {
        if (node.kind == "tail")
            m_followed.insert(id);
    }
    const Reply reply =
        ask(DeployRequest{document, folder.empty() ? joinPath(m_directory, kInputFolder) : folder});
    return reply.ok() ? Fault{} : "deploy: " + reply.problems.front().message();
}

Fault EngineRun::put(const Inputs &inputs)
{
    for (const auto &[node, records] : inputs.puts) {
        PutRequest put;
        put.stream = "s-" + node.value;
        put.producer = "client";
        for (const Record &record : records)
            put.entries.push_back({record.data, record.key, record.hash});
        if (const Reply reply = ask(put); !reply.ok())
            return "put: " + reply.problems.front().message();
    }
    return {};
}

Fault EngineRun::run()
{
    const Reply reply = ask(RunRequest{});
    return reply.ok() ? Fault{} : "run: " + reply.problems.front().message();
}

Fault EngineRun::drain(Watch &watch, const std::function<bool()> &interrupted)
{
    constexpr int kRounds = 10'000'000; // a run takes some hundred
    for (int i = 0; i < kRounds; ++i) {
        const auto snapshot = m_engine->snapshot();
        watch.look(*snapshot);
        if (auto fault = watch.fault())
            return fault;
        if (snapshot->drained || (interrupted && interrupted()))
            return {};
        ask(ClearProblemsRequest{}); // one round of the engine
    }
    return "it never drained";
}

Fault EngineRun::follow(LogFeeder &logs, const Outcome &expected, Watch &watch,
                        const std::function<bool()> &interrupted)
{
    constexpr int kRounds = 100'000;
    for (int i = 0; i < kRounds && !interrupted(); ++i) {
        const auto snapshot = m_engine->snapshot();
        watch.look(*snapshot);
        if (auto fault = watch.fault())
            return fault;
        std::map<NodeId, runtime::FateCounts> fates;
        std::uint64_t read = 0;
        for (const runtime::NodeFigures &node : snapshot->nodes) {
            fates[node.id] = node.counts;
            if (m_followed.contains(node.id))
                read += node.counts.processed;
        }
        if (logs.done() && !compareFates(expected, fates))
            return {};
        if (const Status written = logs.step(read); !written)
            return "a log could not be written: " + written.error().message();
        ask(RunRequest{}); // makes a snapshot
    }
    return interrupted() ? Fault{} : "it never came to what it must come to";
}

RecordsReply EngineRun::readAll(const StreamUuid &stream, std::uint32_t shards)
{
    RecordsRequest request;
    request.stream = stream;
    request.limit = request.scanLimit = 1'000'000;
    for (std::uint32_t i = 0; i < shards; ++i)
        request.from.push_back({ShardIndex(i), Ordinal(0)});
    RecordsReply out;
    while (!out.reachedEnd) {
        const Reply reply = ask(request);
        if (!reply.ok())
            return {};
        auto page = std::get<RecordsReply>(reply.value);
        request.from = page.next;
        std::move(page.rows.begin(), page.rows.end(), std::back_inserter(out.rows));
        out.reachedEnd = page.reachedEnd;
    }
    return out;
}

std::vector<Content> EngineRun::readTable(const graph::Node &node)
{
    std::vector<Content> out;
    auto db = store::Database::open(joinPath(m_directory, "data/output/" + node.id.value + ".db"),
                                    store::Database::Mode::ReadOnly);
    if (!db)
        return out;
    auto select = db->prepare(std::string("SELECT ") + kTableRowExpression + " FROM " +
                              node.id.value + " ORDER BY rowid");
    if (!select)
        return out;
    for (auto row = select->step(); row && *row; row = select->step())
        out.push_back({{}, std::string(select->text(0))});
    return out;
}

std::vector<Content> EngineRun::readFolder(const graph::Node &node)
{
    std::vector<Content> out;
    const Path folder = joinPath(m_directory, "data/output/" + node.id.value);
    auto names = m_files.list(folder);
    if (!names)
        return out;
    std::sort(names->begin(), names->end());
    for (const std::string &name : *names) {
        const auto bytes = m_files.readAll(joinPath(folder, name));
        if (name.front() == '.' || !bytes)
            continue;
        addLines(asText(*bytes), out);
    }
    return out;
}

std::vector<Content> EngineRun::readPrinted()
{
    std::vector<Content> out;
    if (const auto bytes = posixFileSystem().readAll(joinPath(m_directory, kPrintedFile)))
        addLines(asText(*bytes), out);
    return out;
}

void EngineRun::addLines(std::string_view text, std::vector<Content> &lines)
{
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        lines.push_back({{}, std::string(text.substr(0, end))});
        text.remove_prefix(end + 1);
    }
}

Findings EngineRun::finish(const graph::Document &document,
                           const std::map<NodeId, graph::Node> &others)
{
    Findings out;
    const runtime::SnapshotPtr snapshot = m_engine->snapshot(); // another takes its place any time
    for (const runtime::NodeFigures &node : snapshot->nodes)
        out.fates[node.id] = node.counts;
    ask(StopRequest{});
    const auto streams = std::get<StreamsReply>(ask(StreamsRequest{}).value).streams;
    for (const StreamInfo &stream : streams) {
        if (!stream.deadLetters)
            continue;
        for (const RecordRow &row : readAll(stream.id, stream.shards).rows) {
            std::map<std::string, std::string> attributes;
            for (const auto &attribute : row.attributes)
                attributes[attribute.name] = attribute.value;
            out.deadLetters.push_back(
                deadLetterContent(attributes[std::string(record::kDeadLetterNode)],
                                  attributes[std::string(record::kDeadLetterReason)], row.data));
        }
    }
    auto nodes = others;
    nodes.insert(document.nodes.begin(), document.nodes.end());
    for (const auto &[id, node] : nodes) {
        if (node.kind == "sqlite-table")
            out.rows[id] = readTable(node);
        else if (node.kind == "ndjson-folder")
            out.rows[id] = readFolder(node);
        else if (node.kind == "standard-output")
            out.rows[id] = readPrinted();
        const auto stream = std::find_if(streams.begin(), streams.end(), [&](const auto &info) {
            return info.name == "s-" + id.value;
        });
        if (node.kind != "data-stream" || stream == streams.end())
            continue;
        auto &shards = out.shards[id];
        shards.resize(stream->shards);
        auto &arrivals = out.arrivals[id];
        arrivals.resize(stream->shards);
        for (const RecordRow &row : readAll(stream->id, stream->shards).rows) {
            shards[row.shard.value].push_back({row.key, row.data});
            arrivals[row.shard.value].push_back({row.arrival, row.key.size() + row.data.size()});
        }
    }
    return out;
}

std::string EngineRun::messages() const
{
    const std::lock_guard guard(m_mutex);
    return m_messages;
}

Status writeInputs(FileSystem &files, const Path &directory, const Inputs &inputs)
{
    const Path folder = joinPath(directory, kInputFolder);
    MILLRACE_TRY(files.makeFolders(folder));
    for (const auto &[name, content] : inputs.files)
        MILLRACE_TRY(files.replaceFile(joinPath(folder, name), asBytes(content)));
    return Done{};
}

} // namespace millrace::reference
