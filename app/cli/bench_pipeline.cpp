// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_pipeline.h"

#include "app/cli/timed_file_system.h"

#include "core/engine/local_engine.h"
#include "core/stream/stream_store.h"

#include <algorithm>
#include <condition_variable>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace millrace::cli {
namespace {

using Json = nlohmann::json;
using std::chrono::duration;

constexpr std::size_t kDataBytes = 100;
constexpr std::uint64_t kBudget = 20'000'000'000ULL;

struct Opened {
    SystemClock clock;
    SystemRandom random;
    std::unique_ptr<stream::StreamStore> store;
    stream::StreamPtr stream;
};

Result<std::unique_ptr<Opened>> openStream(const Path &folder, std::uint32_t shards,
                                           FileSystem &files = posixFileSystem())
{
    auto out = std::make_unique<Opened>();
    stream::StreamStoreOptions options;
    options.dataDirectory = folder;
    options.budgetBytes = kBudget;
    auto store =
        stream::StreamStore::open(options, files, out->clock, out->random, [](const Problem &) {});
    if (!store)
        return std::move(store).error();
    out->store = *std::move(store);
    store::StreamEntry entry;
    entry.name = "bench";
    entry.shards = shards;
    entry.limits = store::LimitMode::Off;
    auto stream = out->store->ensure(entry);
    if (!stream)
        return std::move(stream).error();
    out->stream = *std::move(stream);
    return out;
}

double compressionOf(const stream::DataStream &stream)
{
    const auto stored = static_cast<double>(stream.log().storedBytes());
    return stored > 0 ? static_cast<double>(stream.log().rawBytes()) / stored : 1;
}

record::BatchPtr makeBatch(std::uint64_t first, std::size_t count)
{
    record::RecordBatchBuilder builder;
    std::string data;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t n = mix64(first + i);
        data = fmt::format(R"({{"user":"u{:05}","page":"/products/{:03}","status":200,"ms":{:03})",
                           n % 20'000, (n >> 20U) % 200, (n >> 40U) % 300);
        data.resize(kDataBytes - 1, ' ');
        data += '}';
        builder.append({data, std::string_view(data).substr(9, 6), {}, {}, nullptr});
    }
    return builder.finish();
}

double percentile(std::vector<double> &values, double share)
{
    if (values.empty())
        return 0;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

graph::Node makeNode(const char *id, const char *kind,
                     std::map<std::string, graph::ParameterValue> parameters)
{
    graph::Node node;
    node.id = {id};
    node.kind = kind;
    node.name = kind;
    node.parameters = std::move(parameters);
    return node;
}

graph::Document makePipeline(std::uint64_t records)
{
    graph::Document document;
    SystemRandom random;
    document.project = Uuid::random(random);
    document.name = "Bench";
    document.put(makeNode("gener001", "generator",
                          {{"ratePerSecond", 1e6}, {"total", static_cast<std::int64_t>(records)}}));
    document.put(makeNode("stream01", "data-stream",
                          {{"stream", std::string("clicks")}, {"limits", std::string("off")}}));
    document.put(makeNode("filter01", "filter", {{"condition", std::string("status >= 200")}}));
    document.put(makeNode("mapper01", "map",
                          {{"select", std::string("event_id, user_id, page, status, ms")}}));
    document.put(makeNode("sqlite01", "sqlite-table",
                          {{"file", std::string("out.db")}, {"table", std::string("clicks")}}));
    const char *chain[] = {"gener001", "stream01", "filter01", "mapper01", "sqlite01"};
    for (std::size_t i = 0; i + 1 < std::size(chain); ++i)
        document.wires[{{{chain[i]}, "out"}, {{chain[i + 1]}, "in"}}] = {};
    return document;
}

} // namespace

Result<Json> measureStreamPut(const Path &folder, std::uint64_t records)
{
    constexpr std::size_t kBatch = 5000;
    constexpr std::size_t kMostUnderWay = 16;
    auto opened = openStream(folder, 4);
    if (!opened)
        return std::move(opened).error();
    std::vector<record::BatchPtr> batches;
    for (std::uint64_t i = 0; i < 40; ++i)
        batches.push_back(makeBatch(i * kBatch, kBatch));

    std::mutex mutex;
    std::condition_variable done;
    std::size_t underWay = 0;
    std::optional<Problem> failure;
    const std::uint64_t puts = (records + kBatch - 1) / kBatch;
    const MonoTime begin = (*opened)->clock.mono();
    for (std::uint64_t put = 0; put < puts; ++put) {
        {
            std::unique_lock lock(mutex);
            done.wait(lock, [&] { return underWay < kMostUnderWay; });
            ++underWay;
        }
        stream::Put one;
        one.batch = batches[put % batches.size()];
        (*opened)->stream->put(std::move(one), [&](Result<stream::PutOutcome> outcome) {
            const std::lock_guard guard(mutex);
            if (!outcome)
                failure = outcome.error();
            --underWay;
            done.notify_one();
        });
    }
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return underWay == 0; });
    if (failure)
        return *failure;
    const double seconds = duration<double>((*opened)->clock.mono() - begin).count();
    return Json{{"records", puts * kBatch},
                {"record_bytes", kDataBytes},
                {"shards", 4},
                {"seconds", seconds},
                {"compression_ratio", compressionOf(*(*opened)->stream)},
                {"records_per_second", static_cast<double>(puts * kBatch) / seconds}};
}

Result<Json> measurePutToConsumer(const Path &folder)
{
    constexpr std::uint32_t kShards = 16;
    constexpr std::size_t kPerPut = 50;
    constexpr std::size_t kPuts = 5000;
    constexpr std::chrono::nanoseconds kEvery = std::chrono::milliseconds(1);
    TimedFileSystem files(posixFileSystem());
    auto opened = openStream(folder, kShards, files);
    if (!opened)
        return std::move(opened).error();
    Clock &clock = (*opened)->clock;
    stream::DataStream &stream = *(*opened)->stream;

    // The consumer knows a record's put by its attribute; it reads whatever a commit brought.
    std::vector<MonoTime> sent(kPuts);
    std::vector<double> millis;
    millis.reserve(kPuts * kPerPut);
    std::mutex mutex;
    std::condition_variable woken;
    bool wake = false;
    std::optional<Problem> failure; // like wake: guarded by mutex
    const auto subscription = stream.subscribe([&] {
        const std::lock_guard guard(mutex);
        wake = true;
        woken.notify_one();
    });
    std::thread consumer([&] {
        std::vector<Ordinal> at(kShards);
        while (millis.size() < kPuts * kPerPut) {
            {
                std::unique_lock lock(mutex);
                woken.wait(lock, [&] { return wake; });
                wake = false;
                if (failure)
                    return; // what was refused never comes
            }
            for (std::uint32_t shard = 0; shard < kShards; ++shard) {
                for (;;) {
                    auto batch = stream.read(ShardIndex(shard), at[shard]);
                    if (!batch || !*batch)
                        break;
                    const MonoTime now = clock.mono();
                    const record::RecordBatch &block = **batch;
                    for (Ordinal o = at[shard]; o < block.endOrdinal(); o = o.next()) {
                        const auto attributes = block.attributes(o - block.firstOrdinal());
                        const std::size_t put = std::stoul(attributes.front().value);
                        millis.push_back(duration<double, std::milli>(now - sent[put]).count());
                    }
                    at[shard] = block.endOrdinal();
                }
            }
        }
    });
    const MonoTime begin = clock.mono();
    for (std::size_t put = 0; put < kPuts; ++put) {
        record::RecordBatchBuilder builder;
        const record::Attribute number{"put", std::to_string(put)};
        const auto batch = makeBatch(put * kPerPut, kPerPut);
        for (std::size_t row = 0; row < kPerPut; ++row)
            builder.append({batch->data(row), batch->key(row), {}, std::span(&number, 1), nullptr});
        std::this_thread::sleep_until(begin + kEvery * put);
        sent[put] = clock.mono();
        stream::Put one;
        one.batch = builder.finish();
        stream.put(std::move(one), [&](Result<stream::PutOutcome> outcome) {
            if (!outcome) {
                const std::lock_guard guard(mutex);
                failure = outcome.error();
                wake = true;
                woken.notify_one();
            }
        });
    }
    consumer.join();
    if (failure)
        return *failure;
    const auto took = clock.mono() - begin;
    std::vector<double> syncs;
    for (const auto sync : files.syncs())
        syncs.push_back(duration<double, std::milli>(sync).count());
    const double longest = syncs.empty() ? 0 : *std::max_element(syncs.begin(), syncs.end());
    const auto waiting = waitAtPercentile99(files.calls(), took);
    return Json{{"records_per_second", kPerPut * 1000},
                {"shards", kShards},
                {"records", millis.size()},
                {"compression_ratio", compressionOf(stream)},
                {"p50_ms", percentile(millis, 0.50)},
                {"p99_ms", percentile(millis, 0.99)},
                {"fdatasync_p50_ms", percentile(syncs, 0.50)},
                {"fdatasync_p99_ms", percentile(syncs, 0.99)},
                {"fdatasync_longest_ms", longest},
                {"disk_wait_p99_ms", duration<double, std::milli>(waiting).count()}};
}

Result<Json> measurePipeline(const Path &folder, std::uint64_t records)
{
    engine::LocalEngineOptions options;
    options.dataDirectory = folder;
    options.budgetBytes = kBudget;
    auto engine = engine::openLocalEngine(options);
    if (!engine)
        return std::move(engine).error();
    SystemClock clock;
    const MonoTime begin = clock.mono();
    const auto ask = [&](engine::Request request) {
        return (*engine)->wait((*engine)->request(std::move(request)));
    };
    for (engine::Request request :
         {engine::Request(engine::DeployRequest{makePipeline(records), {}}),
          engine::Request(engine::RunRequest{})}) {
        if (const auto reply = ask(std::move(request)); !reply.ok())
            return reply.problems.front();
    }
    // The snapshot comes ten times a second: as fine as a run of some seconds needs.
    while (!(*engine)->snapshot()->drained)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const double seconds = duration<double>(clock.mono() - begin).count();
    const auto snapshot = (*engine)->snapshot();
    const auto *sink = snapshot->node({"sqlite01"});
    return Json{{"records", records},
                {"stored_rows", sink->counts.processed},
                {"seconds", seconds},
                {"records_per_second", static_cast<double>(records) / seconds},
                {"memory_bytes", snapshot->memoryBytes},
                {"compression", snapshot->compression}};
}

} // namespace millrace::cli
