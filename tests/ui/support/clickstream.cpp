// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/clickstream.h"

#include "core/base/problem_codes.h"

#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace millrace::test {

namespace {

using graph::Category;
using graph::NodeKind;
using graph::Parameter;
using graph::ParameterType;

constexpr double kMiB = 1024.0 * 1024.0;

NodeKind kind(std::string id, Category category, std::string title,
              std::vector<Parameter> parameters)
{
    NodeKind made;
    made.id = std::move(id);
    made.category = category;
    made.title = std::move(title);
    made.summary = "A kind for tests.";
    if (category != Category::Producer)
        made.inputs = {{.id = "in", .title = "Records"}};
    if (category != Category::Destination)
        made.outputs = {{.id = "out", .title = "Records"}};
    made.parameters = std::move(parameters);
    return made;
}

Parameter parameter(std::string id, std::string title, ParameterType type)
{
    Parameter made;
    made.id = std::move(id);
    made.title = std::move(title);
    made.type = type;
    made.help = "Help.";
    return made;
}

/// Noise that is the same in every run.
double noise(std::int64_t second, std::uint32_t shard)
{
    return std::sin(static_cast<double>(second) * 0.7 + shard * 1.9) * 0.5 +
           std::sin(static_cast<double>(second) * 2.3 + shard) * 0.5;
}

double mebibytes(std::int64_t second, std::uint32_t shard)
{
    static constexpr std::array<double, 4> kMeans = {0.46, 0.52, 0.44, 0.41};
    const double mean = kMeans.at(shard % 4);
    const double hot =
        shard == 2 ? 0.52 / (1 + std::exp(-static_cast<double>(second + 120) / 18)) : 0;
    return mean + hot + 0.025 * noise(second, shard);
}

std::int64_t runSecond(std::int64_t unixSecond)
{
    return unixSecond - kRunStart.time_since_epoch().count() / 1000;
}

runtime::NodeFigures figures(const NodeId &id, double in, double out, int second)
{
    runtime::NodeFigures made;
    made.id = id;
    made.state = runtime::NodeState::Running;
    made.inPerSecond = in;
    made.outPerSecond = out;
    made.counts.in = static_cast<std::uint64_t>(in * second);
    made.counts.processed = made.counts.in;
    made.counts.out = static_cast<std::uint64_t>(out * second);
    made.busy = 0.22;
    made.idle = 0.78;
    return made;
}

runtime::NodeFigures streamFigures(int second)
{
    runtime::NodeFigures stream = figures(kStream, 2370, 2370, second);
    stream.stream.bytes[0] = 7;
    stream.consumers = 3;
    stream.lag = std::chrono::milliseconds(200);
    for (std::uint32_t i = 0; i < 4; ++i) {
        runtime::ShardFigures shard;
        shard.shard = ShardIndex(i);
        shard.bytesInPerSecond = mebibytes(second, i) * kMiB;
        shard.recordsInPerSecond = shard.bytesInPerSecond / 1050;
        shard.topKeys = {{"user-1042", 0.031}, {"user-88", 0.018}, {"user-7", 0.011}};
        if (i == 2)
            shard.topKeys = {{"guest", 0.71}, {"user-1042", 0.03}, {"user-88", 0.02}};
        stream.shards.push_back(shard);
    }
    return stream;
}

} // namespace

const graph::KindCatalog &testKinds()
{
    static const graph::KindCatalog catalog([] {
        Parameter profile = parameter("profile", "What", ParameterType::Choice);
        profile.choices = {{"clickstream", "Clickstream"}, {"sensors", "IoT sensors"}};
        profile.defaultValue = "clickstream";
        Parameter rate = parameter("rate", "Rate", ParameterType::Rate);
        rate.defaultValue = 2600.0;
        rate.unit = "records/s";
        rate.minimum = 0;
        Parameter seed = parameter("seed", "Seed", ParameterType::Integer);
        seed.defaultValue = std::int64_t{42};
        seed.shownWhen = graph::ShownWhen{"profile", {"clickstream"}};
        Parameter name = parameter("stream", "Name", ParameterType::StreamName);
        name.required = true;
        Parameter shards = parameter("shards", "Shards", ParameterType::Integer);
        shards.defaultValue = std::int64_t{1};
        shards.minimum = 1;
        Parameter retention = parameter("retention", "Retention", ParameterType::Duration);
        retention.defaultValue = std::chrono::milliseconds(24 * 3'600'000);
        Parameter limits = parameter("limits", "Shard limits", ParameterType::Choice);
        limits.choices = {{"off", "Off"}, {"shown", "Shown"}};
        limits.defaultValue = "shown";
        Parameter condition = parameter("condition", "Condition", ParameterType::Expression);
        condition.required = true;
        Parameter select = parameter("select", "Select", ParameterType::SelectList);
        Parameter path = parameter("path", "File", ParameterType::FilePath);
        path.required = true;
        return std::vector<NodeKind>{
            kind("generator", Category::Producer, "Generator", {profile, rate, seed}),
            kind("tail", Category::Producer, "Tail", {path}),
            kind("data-stream", Category::Stream, "Data stream", {name, shards, retention, limits}),
            kind("filter", Category::Transform, "Filter", {condition}),
            kind("map", Category::Transform, "Map", {select}),
            kind("sqlite", Category::Destination, "SQLite table", {path}),
        };
    }());
    return catalog;
}

graph::Document clickstream()
{
    graph::Document document;
    document.project.bytes[0] = 1;
    document.name = "Clickstream";
    const auto add = [&document](const NodeId &id, const char *kindId, const char *name, double x,
                                 double y,
                                 std::map<std::string, graph::ParameterValue> parameters) {
        graph::Node node;
        node.id = id;
        node.kind = kindId;
        node.name = name;
        node.parameters = std::move(parameters);
        document.put(node);
        document.layout.nodes[id].position = graph::Point{x, y};
    };
    const auto wire = [&document](const NodeId &from, const NodeId &to) {
        document.wires[{{from, "out"}, {to, "in"}}] = {};
    };
    add(kGenerator, "generator", "Clickstream", 24, 60, {{"rate", 1900.0}});
    add(kTail, "tail", "nginx access log", 24, 212, {{"path", "/var/log/nginx/access.log"}});
    add(kStream, "data-stream", "clicks", 300, 72,
        {{"stream", "clicks"}, {"shards", std::int64_t{4}}});
    add(kFilter, "filter", "Errors", 668, 48, {{"condition", "status >= 500"}});
    add(kMap, "map", "Page views", 668, 236, {{"select", "page, user_id"}});
    add(kErrors, "sqlite", "Errors table", 980, 48, {{"path", "errors.db"}});
    add(kPages, "sqlite", "Page counts", 980, 236, {{"path", "pages.db"}});
    wire(kGenerator, kStream);
    wire(kTail, kStream);
    wire(kStream, kFilter);
    wire(kStream, kMap);
    wire(kFilter, kErrors);
    wire(kMap, kPages);
    return document;
}

runtime::Snapshot clickstreamSnapshot(int second)
{
    runtime::Snapshot snapshot;
    snapshot.at = kRunStart + std::chrono::seconds(second + 1);
    snapshot.state = runtime::RunState::Running;
    snapshot.runningFor = std::chrono::seconds(second);
    snapshot.recordsInPerSecond = 2370;
    snapshot.nodes = {streamFigures(second)};
    runtime::NodeFigures filter = figures(kFilter, 2370, 41, second);
    filter.counts.filtered = filter.counts.in - filter.counts.out;
    filter.counts.processed = filter.counts.out;
    runtime::NodeFigures map = figures(kMap, 2362, 2362, second);
    map.counts.dead = 8;
    map.counts.processed -= std::min<std::uint64_t>(8, map.counts.processed);
    for (runtime::NodeFigures each :
         {figures(kErrors, 41, 0, second), filter, figures(kGenerator, 1894, 1894, second), map,
          figures(kPages, 2362, 0, second), figures(kTail, 476, 476, second)})
        snapshot.nodes.push_back(each);
    std::sort(snapshot.nodes.begin(), snapshot.nodes.end(),
              [](const auto &a, const auto &b) { return a.id < b.id; });
    const auto wire = [&snapshot](const NodeId &from, const NodeId &to, double rate,
                                  bool implicitStream = false) {
        runtime::WireFigures made;
        made.from = from;
        made.to = to;
        made.recordsPerSecond = rate;
        made.bytesPerSecond = rate * 1050;
        made.records = static_cast<std::uint64_t>(rate * 60);
        made.implicitStream = implicitStream;
        snapshot.wires.push_back(made);
    };
    wire(kGenerator, kStream, 1894);
    wire(kTail, kStream, 476);
    wire(kStream, kFilter, 2370);
    wire(kStream, kMap, 2370);
    wire(kFilter, kErrors, 41);
    wire(kMap, kPages, 2362, true);
    std::sort(snapshot.wires.begin(), snapshot.wires.end(), [](const auto &a, const auto &b) {
        return std::tie(a.from, a.to) < std::tie(b.from, b.to);
    });
    runtime::ProblemEntry hot{Problem(
        Code::HotKey, {{"shard", "2"}, {"key", "guest"}, {"percent", "71"}}, "node clicks01")};
    hot.first = kRunStart;
    hot.last = kRunStart + std::chrono::seconds(40);
    snapshot.problems = {hot};
    snapshot.diskBytes = 104'000'000;
    snapshot.budgetBytes = 2'000'000'000;
    snapshot.compression = 7.9;
    snapshot.memoryBytes = 142U << 20U;
    snapshot.dataDirectory = "/data/millrace/clickstream-0b9d6a3e";
    return snapshot;
}

engine::RecordsReply RecordFeed::operator()(const engine::RecordsRequest &request)
{
    static constexpr std::array<const char *, 5> kVisited = {"/cart", "/pay", "/", "/p/17",
                                                             "/help"};
    static constexpr std::array<const char *, 4> kKeys = {"guest", "user-1042", "guest", "user-88"};
    engine::RecordsReply reply;
    const int count = request.from.empty()
                          ? static_cast<int>(std::min<std::uint32_t>(request.limit, 40))
                          : ratePerCall;
    for (int i = 0; i < count; ++i) {
        const std::uint64_t n = m_next++;
        engine::RecordRow row;
        row.shard = ShardIndex(static_cast<std::uint32_t>(n % 4));
        row.ordinal = Ordinal(n / 4);
        row.arrival = kRunStart + std::chrono::milliseconds(127'000 + n * 13);
        row.sequenceNumber = std::string(50, '4') + std::to_string(440'000 + n);
        row.key = kKeys.at(n % kKeys.size());
        row.data = std::string("{\"page\":\"") + kVisited.at(n % kVisited.size()) +
                   "\",\"status\":" + (n % 7 == 0 ? "503" : "200") +
                   ",\"ms\":" + std::to_string(40 + n * 37 % 900) + ",\"user\":\"" +
                   kKeys.at(n % kKeys.size()) + "\"}";
        reply.rows.push_back(std::move(row));
    }
    reply.next = {{ShardIndex(0), Ordinal(m_next)}};
    reply.reachedEnd = reachesEnd;
    return reply;
}

engine::HistoryReply clickstreamHistory(const engine::HistoryRequest &request)
{
    engine::HistoryReply reply;
    for (std::int64_t second = request.fromSecond; second < request.toSecond; ++second) {
        const double bytes =
            mebibytes(runSecond(second), request.series.shard.value_or(ShardIndex(0)).value) * kMiB;
        reply.points.push_back(
            {second, request.series.metric == runtime::Metric::BytesIn ? bytes : bytes / 1050});
    }
    return reply;
}

QString writeTemporary(const QString &name, const std::string &text)
{
    static QTemporaryDir folder;
    const QString path = folder.filePath(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) ||
        file.write(text.data(), static_cast<qint64>(text.size())) < 0)
        return {};
    return path;
}

} // namespace millrace::test
