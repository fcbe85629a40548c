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

constexpr std::uint32_t kConsumerShards = 16;
constexpr std::size_t kRecordsPerPut = 50;
constexpr std::size_t kConsumerPuts = 5000;
constexpr std::chrono::nanoseconds kConsumerEvery = std::chrono::milliseconds(1);

/// A put whose records carry its number.
record::BatchPtr numberedBatch(std::size_t put)
{
    record::RecordBatchBuilder builder;
    const record::Attribute number{"put", std::to_string(put)};
    const auto batch = makeBatch(put * kRecordsPerPut, kRecordsPerPut);
    for (std::size_t row = 0; row < kRecordsPerPut; ++row)
        builder.append({batch->data(row), batch->key(row), {}, std::span(&number, 1), nullptr});
    return builder.finish();
}

/// Reads, on a thread of its own, whatever a commit brings, and takes for each record how long it
/// was on its way from its put.
class TimedConsumer
{
public:
    TimedConsumer(stream::DataStream &stream, Clock &clock)
        : m_stream(stream)
        , m_clock(clock)
        , m_subscription(stream.subscribe([this] { wake(); }))
        , m_thread([this] { read(); })
    {}

    void willPut(std::size_t put) { m_sent[put] = m_clock.mono(); }
    /// What was refused never comes: nothing more is waited for.
    void fail(const Problem &problem)
    {
        {
            const std::lock_guard guard(m_mutex);
            m_failure = problem;
        }
        wake();
    }
    /// Until every record has come. Milliseconds.
    Result<std::vector<double>> wait()
    {
        m_thread.join();
        if (m_failure)
            return *m_failure;
        return std::move(m_millis);
    }

private:
    void wake()
    {
        const std::lock_guard guard(m_mutex);
        m_wake = true;
        m_woken.notify_one();
    }
    void read()
    {
        m_millis.reserve(kConsumerPuts * kRecordsPerPut);
        while (m_millis.size() < kConsumerPuts * kRecordsPerPut) {
            {
                std::unique_lock lock(m_mutex);
                m_woken.wait(lock, [this] { return m_wake; });
                m_wake = false;
                if (m_failure)
                    return;
            }
            for (std::uint32_t shard = 0; shard < kConsumerShards; ++shard)
                readShard(ShardIndex(shard), m_at[shard]);
        }
    }
    void readShard(ShardIndex shard, Ordinal &at)
    {
        for (;;) {
            const auto batch = m_stream.read(shard, at);
            if (!batch || !*batch)
                return;
            const MonoTime now = m_clock.mono();
            const record::RecordBatch &block = **batch;
            for (Ordinal o = at; o < block.endOrdinal(); o = o.next()) {
                const auto attributes = block.attributes(o - block.firstOrdinal());
                const std::size_t put = std::stoul(attributes.front().value);
                m_millis.push_back(duration<double, std::milli>(now - m_sent[put]).count());
            }
            at = block.endOrdinal();
        }
    }

    stream::DataStream &m_stream;
    Clock &m_clock;
    std::vector<MonoTime> m_sent = std::vector<MonoTime>(kConsumerPuts);
    std::vector<Ordinal> m_at = std::vector<Ordinal>(kConsumerShards);
    std::vector<double> m_millis;
    std::mutex m_mutex; ///< guards what follows
    std::condition_variable m_woken;
    bool m_wake = false;
    std::optional<Problem> m_failure;
    stream::DataStream::Subscription m_subscription;
    std::jthread m_thread;
};

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
    TimedFileSystem files(posixFileSystem());
    auto opened = openStream(folder, kConsumerShards, files);
    if (!opened)
        return std::move(opened).error();
    Clock &clock = (*opened)->clock;
    TimedConsumer consumer(*(*opened)->stream, clock);
    const MonoTime begin = clock.mono();
    for (std::size_t put = 0; put < kConsumerPuts; ++put) {
        stream::Put one;
        one.batch = numberedBatch(put);
        std::this_thread::sleep_until(begin + kConsumerEvery * put);
        consumer.willPut(put);
        (*opened)->stream->put(std::move(one), [&](Result<stream::PutOutcome> outcome) {
            if (!outcome)
                consumer.fail(outcome.error());
        });
    }
    auto measured = consumer.wait();
    if (!measured)
        return std::move(measured).error();
    std::vector<double> millis = *std::move(measured);
    const auto took = clock.mono() - begin;
    std::vector<double> syncs;
    for (const auto sync : files.syncs())
        syncs.push_back(duration<double, std::milli>(sync).count());
    const double longest = syncs.empty() ? 0 : *std::max_element(syncs.begin(), syncs.end());
    const auto waiting = waitAtPercentile99(files.calls(), took);
    return Json{{"records_per_second", kRecordsPerPut * 1000},
                {"shards", kConsumerShards},
                {"records", millis.size()},
                {"compression_ratio", compressionOf(*(*opened)->stream)},
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
