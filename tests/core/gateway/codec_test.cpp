// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/codec.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace millrace;
using namespace millrace::gateway;
using nlohmann::json;

namespace {

const Problem kProblem(Code::DiskFull, {{"operation", "write"}, {"operation", "twice"}},
                       "node f81k2m0a");

Uuid uuid(std::uint64_t seed)
{
    SeededRandom random(seed);
    return Uuid::random(random);
}

WallTime at(std::int64_t ms)
{
    return WallTime(std::chrono::milliseconds(ms));
}

/// Every field differs from its default and from every other of the same struct.
runtime::Snapshot fullSnapshot()
{
    runtime::ShardFigures shard;
    shard.shard = ShardIndex(3);
    shard.recordsIn = 1;
    shard.bytesIn = 2;
    shard.recordsOut = 3;
    shard.bytesOut = ~std::uint64_t{0};
    shard.refused = 5;
    shard.recordsInPerSecond = 6.5;
    shard.bytesInPerSecond = 7.25;
    shard.recordsOutPerSecond = 8.125;
    shard.bytesOutPerSecond = 1e20;
    shard.trimHorizon = Ordinal(10);
    shard.end = Ordinal(11);
    shard.topKeys = {{"k", 0.5}, {"\xff\x00z", 0.25}};

    runtime::NodeFigures node;
    node.id = {"f81k2m0a"};
    node.state = runtime::NodeState::BackPressured;
    node.counts = {8, 1, 2, 3, 4, 5, 6, 7};
    node.inPerSecond = 1.5;
    node.outPerSecond = 2.5;
    node.bytesOutPerSecond = 3.5;
    node.busy = 0.1;
    node.idle = 0.2;
    node.backPressured = 0.7;
    node.lagRecords = 9;
    node.lag = std::chrono::milliseconds(10);
    node.stream = uuid(1);
    node.shards = {shard, {}};
    node.consumers = 12;
    node.attention = kProblem;

    runtime::WireFigures wire;
    wire.from = {"aaaaaaaa"};
    wire.to = {"bbbbbbbb"};
    wire.recordsPerSecond = 1.5;
    wire.bytesPerSecond = 2.5;
    wire.records = 3;
    wire.implicitStream = true;
    wire.backPressured = true;
    wire.queued = 4;

    runtime::Snapshot snapshot;
    snapshot.generation = 1;
    snapshot.at = at(1'767'225'600'123);
    snapshot.state = runtime::RunState::Paused;
    snapshot.runningFor = std::chrono::milliseconds(2);
    snapshot.pace = 3.5;
    snapshot.recordsInPerSecond = 4.5;
    snapshot.drained = true;
    snapshot.nodes = {node, {}};
    snapshot.wires = {wire, {}};
    snapshot.problems = {{kProblem, at(5), at(6), 7, false}};
    snapshot.diskBytes = 8;
    snapshot.budgetBytes = 9;
    snapshot.project = uuid(9);
    snapshot.compression = 10.5;
    snapshot.memoryBytes = 11;
    snapshot.dataDirectory = "/data/\xfe";
    return snapshot;
}

/// Two values are the same when their JSON is: the codec writes each field, as
/// writesEveryFieldUnderItsName shows, and the values themselves have no operator==.
std::string text(const runtime::Snapshot &snapshot)
{
    return encodeSnapshot(snapshot);
}
std::string text(const engine::Reply &reply)
{
    return encodeReply(reply).body;
}
std::string text(const engine::Request &request)
{
    const auto http = encodeRequest(request);
    return http->method + " " + http->target + " " + http->body;
}

std::vector<engine::Request> requests()
{
    graph::Document document;
    document.project = uuid(2);
    document.name = "A \"name\"";
    graph::Node node;
    node.id = {"f81k2m0a"};
    node.kind = "generator";
    node.parameters = {{"rate", std::int64_t{5}}};
    document.put(node);
    engine::RecordsRequest records;
    records.stream = uuid(3);
    records.from = {{ShardIndex(1), Ordinal(2)}, {ShardIndex(3), Ordinal(4)}};
    records.shard = ShardIndex(5);
    records.limit = 6;
    records.where = "a > 1";
    records.scanLimit = 7;
    engine::PutRequest put;
    put.stream = "clicks";
    put.entries = {{std::string("\x00\xff", 2), "key", record::Hash128{1, ~std::uint64_t{0}}},
                   {"{}", "\xff", {}}};
    put.producer = "p/1";
    put.firstIndex = 8;
    engine::HistoryRequest history;
    history.series = {{"f81k2m0a"}, ShardIndex(2), runtime::Metric::LagMs, uuid(2)};
    history.fromSecond = -5;
    history.toSecond = 6;
    return {engine::DeployRequest{document, "/home/a b"},
            engine::RunRequest{engine::Ticket(9)},
            engine::PauseRequest{},
            engine::StopRequest{},
            engine::PaceRequest{2.5},
            engine::ClearProblemsRequest{},
            records,
            put,
            engine::ProducerRequest{"a&b=c d", "\xc3\xa9%"},
            engine::StreamsRequest{},
            history};
}

std::vector<engine::Reply> replies()
{
    engine::RecordsReply records;
    engine::RecordRow row;
    row.shard = ShardIndex(1);
    row.ordinal = Ordinal(2);
    row.arrival = at(3);
    row.sequenceNumber = "4";
    row.key = "k\xff";
    row.data = std::string("\x00\x01", 2);
    row.origin = {uuid(4), ShardIndex(5), Ordinal(6), {7, 8}};
    row.attributes = {{"n", "v"}, {"\xff", "w"}};
    records.rows = {row, {}};
    records.next = {{ShardIndex(9), Ordinal(10)}};
    records.scanned = 11;
    records.expired = 12;
    records.reachedEnd = true;
    engine::PutReply put;
    put.results = {{ShardIndex(1), "2"}};
    put.skipped = 3;
    put.producerNext = 4;
    engine::StreamInfo info;
    info.id = uuid(5);
    info.name = "clicks";
    info.shards = 1;
    info.created = at(2);
    info.retention = std::chrono::hours(3);
    info.diskBytes = 4;
    info.records = 5;
    info.damagedRecords = 6;
    info.implicit = true;
    info.deadLetters = true;
    info.memoryDurability = true;
    info.schema = record::Schema{{{"id", record::TypeKind::BigInt, false},
                                  {"price", record::DataType::decimal(10, 2), true}}};
    return {{engine::DoneReply{}, {}},
            {records, {}},
            {put, {}},
            {engine::StreamsReply{{info, {}}}, {}},
            {engine::HistoryReply{{{-1, 2.5}}}, {}},
            {engine::DoneReply{}, {kProblem, Problem(Code::Cancelled)}},
            {engine::DeployReply{engine::Ticket(8)}, {}}};
}

} // namespace

class CodecTest : public QObject
{
    Q_OBJECT

private slots:
    void keepsEverySnapshotField()
    {
        const auto decoded = decodeSnapshot(encodeSnapshot(fullSnapshot()));
        QVERIFY(decoded.has_value());
        QCOMPARE(text(*decoded), text(fullSnapshot()));
        const runtime::NodeFigures &node = decoded->nodes.at(0);
        QVERIFY(node.attention == kProblem);
        QCOMPARE(node.shards.at(0).topKeys.at(1).key,
                 fullSnapshot().nodes[0].shards[0].topKeys[1].key);
        QCOMPARE(node.shards.at(0).bytesOut, ~std::uint64_t{0});
        QCOMPARE(decoded->dataDirectory, std::string("/data/\xfe"));
    }

    /// A field that the list of fields forgets is in neither JSON: count them.
    void writesEveryFieldUnderItsName()
    {
        const json snapshot = json::parse(encodeSnapshot(fullSnapshot()));
        QCOMPARE(snapshot.size(), std::size_t{16});
        QCOMPARE(snapshot["nodes"][0].size(), std::size_t{15});
        QCOMPARE(snapshot["nodes"][0]["counts"].size(), std::size_t{8});
        QCOMPARE(snapshot["nodes"][0]["shards"][0].size(), std::size_t{13});
        QCOMPARE(snapshot["wires"][0].size(), std::size_t{8});
        QCOMPARE(snapshot["problems"][0].size(), std::size_t{6});
        QCOMPARE(snapshot["project"].get<std::string>(), uuid(9).toString());
        QCOMPARE(snapshot["state"].get<std::string>(), std::string("paused"));
        QCOMPARE(snapshot["nodes"][0]["state"].get<std::string>(), std::string("back-pressured"));
        const json records = json::parse(encodeReply(replies()[1]).body);
        QCOMPARE(records.size(), std::size_t{5});
        QCOMPARE(records["rows"][0].size(), std::size_t{8});
        const json streams = json::parse(encodeReply(replies()[3]).body);
        QCOMPARE(streams["streams"][0].size(), std::size_t{12});
    }

    void keepsEveryRequest()
    {
        std::vector<engine::Request> all = requests();
        QCOMPARE(all.size(), std::variant_size_v<engine::Request>);
        for (std::size_t i = 0; i < all.size(); ++i) {
            QCOMPARE(all[i].index(), i);
            const auto http = encodeRequest(all[i]);
            QVERIFY(http.has_value());
            const DecodedRequest decoded = decodeRequest(*http);
            QVERIFY2(decoded.request.has_value(), http->target.c_str());
            QCOMPARE(decoded.request->index(), i);
            QCOMPARE(text(*decoded.request), text(all[i]));
        }
        const auto put =
            std::get<engine::PutRequest>(*decodeRequest(*encodeRequest(all[7])).request);
        QCOMPARE(put.entries.at(0).data, std::string("\x00\xff", 2));
        QVERIFY(put.entries.at(0).explicitHash == (record::Hash128{1, ~std::uint64_t{0}}));
        QCOMPARE(put.entries.at(1).key, std::string("\xff"));
        const auto producer =
            std::get<engine::ProducerRequest>(*decodeRequest(*encodeRequest(all[8])).request);
        QCOMPARE(producer.stream, std::string("a&b=c d"));
        QCOMPARE(producer.producer, std::string("\xc3\xa9%"));
        const auto deploy =
            std::get<engine::DeployRequest>(*decodeRequest(*encodeRequest(all[0])).request);
        QVERIFY(deploy.document == std::get<engine::DeployRequest>(all[0]).document);
    }

    void keepsEveryReply()
    {
        const std::vector<engine::Reply> all = replies();
        for (const engine::Reply &reply : all) {
            const auto decoded = decodeReply(encodeReply(reply));
            QVERIFY2(decoded.has_value(), decoded ? "" : decoded.error().message().c_str());
            QCOMPARE(decoded->value.index(), reply.value.index());
            QVERIFY(decoded->problems == reply.problems);
            QCOMPARE(text(*decoded), text(reply));
        }
        QVERIFY(std::get<engine::StreamsReply>(decodeReply(encodeReply(all[3]))->value)
                    .streams[0]
                    .schema == std::get<engine::StreamsReply>(all[3].value).streams[0].schema);
    }

    void namesTheFieldThatIsWrong_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *path, const char *body, const char *message) {
            QTest::newRow(body) << path << QString(body).replace('\'', '"') << message;
        };
        row("/v1/put", "{", "The request is not understood: the body is not JSON");
        row("/v1/put", "[]", "The request is not understood: an object is expected");
        row("/v1/put", "{}", "stream: The request is not understood: it is missing");
        row("/v1/put", "{'stream':'s','entries':[{'data':'','key':''},{'data':'!','key':''}]}",
            "entries[1].data: The request is not understood: base64 is expected");
        row("/v1/put", "{'stream':'s','entries':[],'firstindex':1}",
            "firstindex: The request is not understood: it is unknown here");
        row("/v1/put", "{'stream':'s','entries':[],'firstIndex':-1}",
            "firstIndex: The request is not understood: a whole number from 0 is expected");
        row("/v1/put", "{'stream':'s','entries':[{'data':'','key':'','explicitHash':'00'}]}",
            "entries[0].explicitHash: The request is not understood: 32 hexadecimal digits in "
            "lower case are expected");
        row("/v1/records", "{'stream':'no uuid'}",
            "stream: The request is not understood: a UUID is expected");
        row("/v1/records", "{'stream':'00000000-0000-4000-8000-000000000000','limit':4294967296}",
            "limit: The request is not understood: the number is too large");
        row("/v1/pace", "{'factor':'2'}",
            "factor: The request is not understood: a number is expected");
        row("/v1/run", "{'now':true}", "now: The request is not understood: it is unknown here");
        row("/v1/history", "{'node':'a','metric':'no','fromSecond':0,'toSecond':1}",
            "metric: The request is not understood: one of recordsIn, bytesIn, recordsOut, "
            "bytesOut, refused, lagRecords, lagMs, dead is expected");
        row("/v1/deploy", "{'document':'{','documentFolder':''}", "document: line 1");
    }
    void namesTheFieldThatIsWrong()
    {
        QFETCH(QString, path);
        QFETCH(QString, body);
        QFETCH(QString, message);
        const DecodedRequest decoded =
            decodeRequest({"POST", path.toStdString(), body.toStdString()});
        QVERIFY(!decoded.request);
        const QString got = QString::fromStdString(decoded.problems.at(0).message());
        QVERIFY2(got.startsWith(message), qPrintable(got));
    }

    void tellsPathsFromMethodsAndQueries()
    {
        const auto status = [](const char *method, const char *target) {
            return failure(decodeRequest({method, target, {}}).problems);
        };
        QCOMPARE(status("GET", "/v1/nothing").status, 404U);
        QCOMPARE(status("GET", "/v1/put").status, 405U);
        QCOMPARE(status("GET", "/v1/put").allow, std::string("POST"));
        QCOMPARE(status("POST", "/v1/snapshot").allow, std::string("GET"));
        QCOMPARE(status("GET", "/v1/producer?stream=a").status, 400U);
        QCOMPARE(status("GET", "/v1/producer?stream=a&producer=%zz").status, 400U);
        QCOMPARE(status("GET", "/v1/producer?stream=a&producer=b&stream=c").status, 400U);
        QCOMPARE(status("GET", "/v1/producer?stream=a&producer=b&limit=c").status, 400U);
        QCOMPARE(status("GET", "/v1/streams?all").status, 400U);
    }

    void refusesRepliesThatAreNone()
    {
        for (const char *body :
             {"", "[]", "{\"problems\":[]}", "{\"problems\":[{}]}", "{\"rows\":1}",
              "{\"problems\":[{\"code\":99999,\"place\":\"\"}]}"}) {
            const auto decoded = decodeReply({200, body, {}});
            QVERIFY2(!decoded, body);
            QVERIFY(decoded.error().code() == Code::ControlBadReply);
        }
        QVERIFY(!decodeReply({500, "{}", {}}));
        QVERIFY(!decodeSnapshot("{}"));
        QVERIFY(!decodeHealth("{\"version\":\"1\",\"state\":\"asleep\"}"));
    }

    void toleratesFieldsOfANewerEngine()
    {
        json snapshot = json::parse(encodeSnapshot(fullSnapshot()));
        snapshot["later"] = 1;
        snapshot["nodes"][0]["later"] = 1;
        QVERIFY(decodeSnapshot(snapshot.dump()).has_value());
    }
};

MILLRACE_TEST(CodecTest)
#include "codec_test.moc"
