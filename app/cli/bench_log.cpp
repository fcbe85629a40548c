// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_log.h"

#include "core/base/md5.h"
#include "core/log/log.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>
#include <zstd.h>

namespace millrace::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kRecordBytes = 100;
constexpr std::size_t kBatchRecords = 8192;
constexpr std::size_t kBatches = 64; // about 58 MB: no window of zstd sees a batch again
constexpr std::uint64_t kQueueBytes = 64U << 20U;

class Stopwatch
{
public:
    double seconds() const
    {
        return std::chrono::duration<double>(m_clock.mono() - m_start).count();
    }

private:
    SystemClock m_clock;
    MonoTime m_start = m_clock.mono();
};

double rate(double amount, double seconds)
{
    return seconds > 0 ? amount / seconds : 0;
}

record::BatchPtr makeRandomBatch(std::uint64_t number)
{
    SeededRandom random(number);
    record::RecordBatchBuilder builder;
    builder.reserve(kBatchRecords, kBatchRecords * kRecordBytes);
    Bytes bytes(kRecordBytes);
    for (std::size_t i = 0; i < kBatchRecords; ++i) {
        random.fill(bytes);
        builder.append({asText(bytes), asText(bytes).substr(0, 6)});
    }
    return builder.finish();
}

/// Page views, of the kind that real clickstreams are made of.
record::BatchPtr makeBatch(std::uint64_t number)
{
    record::RecordBatchBuilder builder;
    builder.reserve(kBatchRecords, kBatchRecords * kRecordBytes);
    fmt::memory_buffer text;
    for (std::size_t i = 0; i < kBatchRecords; ++i) {
        const std::uint64_t n = mix64(number * kBatchRecords + i);
        text.clear();
        fmt::format_to(
            std::back_inserter(text),
            R"({{"user":"u{:05}","page":"/products/{:03}","session":"{:08x}","status":200,"ms":{:03},"new":true)",
            n % 20'000, (n >> 20) % 200, mix64(n) & 0xFFFFFFFF, (n >> 40) % 300);
        text.push_back('}');
        while (text.size() < kRecordBytes)
            text.push_back(' ');
        const std::string_view data(text.data(), text.size());
        builder.append({data, data.substr(9, 6)});
    }
    return builder.finish();
}

log::LogOptions logOptions(const LogBenchOptions &options)
{
    log::LogOptions out;
    out.folder = joinPath(options.folder, "log");
    out.stream.bytes.fill(7);
    return out;
}

std::uint64_t percentile(std::vector<std::uint64_t> &values, double share)
{
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Result<std::unique_ptr<log::Log>> openLog(const LogBenchOptions &options, Clock &clock,
                                          RandomSource &random)
{
    return log::Log::open(logOptions(options), posixFileSystem(), clock, random,
                          standardErrorLog());
}

Result<Json> measureReading(log::Log &log, std::span<const ShardIndex> shards)
{
    const Stopwatch watch;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::uint64_t check = 0; // every record is looked at, as a consumer would
    for (const ShardIndex shard : shards) {
        Ordinal at = log.bounds(shard).trimHorizon;
        while (true) {
            const auto batch = log.read(shard, at);
            if (!batch)
                return batch.error();
            if (!*batch)
                break;
            for (std::size_t row = 0; row < (*batch)->count(); ++row)
                check += static_cast<std::uint8_t>((*batch)->data(row).back()) +
                         (*batch)->key(row).size();
            records += (*batch)->count();
            bytes += (*batch)->dataBytes();
            at = (*batch)->endOrdinal();
        }
    }
    const double seconds = watch.seconds();
    return Json{{"records", records},
                {"seconds", seconds},
                {"records_per_second", rate(static_cast<double>(records), seconds)},
                {"megabytes_per_second", rate(static_cast<double>(bytes) / 1e6, seconds)},
                {"check", check}};
}

Status rewriteAll(log::Log &log)
{
    MILLRACE_TRY(log.seal());
    while (true) {
        const auto more = log.rewriteOne();
        if (!more)
            return more.error();
        if (!*more)
            return Done{};
    }
}

Result<Json> measureRecovery(const LogBenchOptions &options)
{
    SystemClock clock;
    SystemRandom random;
    const Stopwatch watch;
    const auto log = openLog(options, clock, random);
    if (!log)
        return log.error();
    const double seconds = watch.seconds();
    return Json{{"seconds", seconds},
                {"segments", (*log)->recovery().segments},
                {"walked_megabytes", static_cast<double>((*log)->recovery().walkedBytes) / 1e6},
                {"log_megabytes", static_cast<double>((*log)->diskBytes()) / 1e6},
                {"raw_megabytes", static_cast<double>((*log)->rawBytes()) / 1e6}};
}

double md5PerSecond()
{
    constexpr int kKeys = 2'000'000;
    std::uint64_t check = 0;
    const Stopwatch watch;
    for (int i = 0; i < kKeys; ++i) {
        char key[16];
        const auto end = fmt::format_to_n(key, sizeof key, "u{:05}", i % 100'000);
        check += md5({key, end.size})[0];
    }
    // The sum goes into the figure by nothing, but the compiler cannot know that.
    return rate(kKeys + (check == 1 ? 1 : 0), watch.seconds());
}

double zstdMegabytesPerSecond()
{
    const auto batch = makeBatch(0);
    const std::string_view first = batch->data(0);
    const std::string_view raw(first.data(), batch->dataBytes());
    std::string out(ZSTD_compressBound(raw.size()), '\0');
    ZSTD_CCtx *context = ZSTD_createCCtx();
    constexpr int kRounds = 100;
    const Stopwatch watch;
    for (int i = 0; i < kRounds; ++i)
        ZSTD_compressCCtx(context, out.data(), out.size(), raw.data(), raw.size(), 1);
    const double seconds = watch.seconds();
    ZSTD_freeCCtx(context);
    return rate(static_cast<double>(raw.size()) * kRounds / 1e6, seconds);
}

} // namespace

Result<Json> measureBounds(const Path &folder)
{
    FileSystem &fileSystem = posixFileSystem();
    MILLRACE_TRY(fileSystem.makeFolders(folder));
    const Path path = joinPath(folder, "bounds");
    MILLRACE_TRY(fileSystem.removeAll(path));
    auto file = fileSystem.open(path, OpenMode::CreateNew);
    if (!file)
        return std::move(file).error();
    constexpr std::size_t kSmall = 4096;
    constexpr std::size_t kLarge = 8U << 20U;
    constexpr int kSyncs = 300;
    constexpr int kWrites = 40;
    Bytes content(kLarge);
    SystemRandom().fill(content);
    MILLRACE_TRY((*file)->allocate(kLarge * kWrites));
    std::vector<std::uint64_t> micros;
    for (int i = 0; i < kSyncs; ++i) {
        MILLRACE_TRY((*file)->writeAt(FilePos(kSmall * static_cast<std::uint64_t>(i)),
                                      ByteView(content).first(kSmall)));
        const Stopwatch watch;
        MILLRACE_TRY((*file)->sync());
        micros.push_back(static_cast<std::uint64_t>(watch.seconds() * 1e6));
    }
    const Stopwatch watch;
    for (int i = 0; i < kWrites; ++i) {
        MILLRACE_TRY((*file)->writeAt(FilePos(kLarge * static_cast<std::uint64_t>(i)), content));
        MILLRACE_TRY((*file)->sync());
    }
    const double seconds = watch.seconds();
    MILLRACE_TRY(fileSystem.remove(path));
    return Json{
        {"md5_keys_per_second", md5PerSecond()},
        {"zstd1_megabytes_per_second", zstdMegabytesPerSecond()},
        {"fdatasync_p50_us", percentile(micros, 0.5)},
        {"fdatasync_p99_us", percentile(micros, 0.99)},
        {"disk_megabytes_per_second", rate(static_cast<double>(kLarge) * kWrites / 1e6, seconds)}};
}

Result<Json> measureLogAppend(const LogBenchOptions &options)
{
    MILLRACE_TRY(posixFileSystem().removeAll(joinPath(options.folder, "log")));
    SystemClock clock;
    SystemRandom random;
    auto log = openLog(options, clock, random);
    if (!log)
        return std::move(log).error();
    std::vector<record::BatchPtr> batches;
    for (std::size_t i = 0; i < kBatches; ++i)
        batches.push_back(options.shrinks ? makeBatch(i) : makeRandomBatch(i));
    std::vector<std::vector<std::uint32_t>> rowsOf(options.shards);
    for (std::uint32_t row = 0; row < kBatchRecords; ++row)
        rowsOf[mix64(row) % options.shards].push_back(row);

    std::atomic<std::uint64_t> acknowledged = 0;
    std::atomic<std::uint64_t> refused = 0;
    std::atomic<bool> done = false;
    std::uint64_t commits = 0;
    const Stopwatch watch;
    std::jthread committer([&] {
        while (true) {
            const bool last = done; // read before the queue is looked at
            if ((*log)->commit())
                ++commits;
            else if (last)
                return;
            else
                std::this_thread::yield();
        }
    });
    std::vector<std::uint64_t> seqIx(options.shards, 0);
    for (std::uint64_t sent = 0; sent < options.records; sent += kBatchRecords) {
        while ((*log)->queuedBytes() > kQueueBytes)
            std::this_thread::yield();
        log::Append append;
        for (std::uint32_t shard = 0; shard < options.shards; ++shard) {
            log::ShardRows rows;
            rows.shard = ShardIndex(shard);
            rows.batch = batches[sent / kBatchRecords % kBatches];
            rows.rows = rowsOf[shard];
            rows.arrival = clock.wall();
            rows.firstSeqIx = seqIx[shard];
            seqIx[shard] += rows.rows.size();
            append.shards.push_back(std::move(rows));
        }
        append.done = [&](const Result<std::vector<log::Placed>> &placed) {
            if (!placed) {
                ++refused;
                return;
            }
            for (const auto &place : *placed)
                acknowledged += place.count;
        };
        (*log)->append(std::move(append));
    }
    done = true;
    committer.join();
    const double seconds = watch.seconds();
    const auto records = acknowledged.load();
    const double raw = static_cast<double>((*log)->rawBytes());
    const double stored = static_cast<double>((*log)->storedBytes());
    log->reset();
    auto recovery = measureRecovery(options);
    if (!recovery)
        return recovery;
    return Json{{"records", records},
                {"refused_appends", refused.load()},
                {"record_bytes", kRecordBytes},
                {"shards", options.shards},
                {"commits", commits},
                {"seconds", seconds},
                {"compression_ratio", rate(raw, stored)},
                {"records_per_second", rate(static_cast<double>(records), seconds)},
                {"megabytes_per_second", rate(static_cast<double>(records) / 1e4, seconds)},
                {"recovery", *std::move(recovery)}};
}

Result<Json> measureLogRecovery(LogBenchOptions options)
{
    options.shrinks = false;
    auto written = measureLogAppend(options);
    if (!written)
        return written;
    {
        SystemClock clock;
        SystemRandom random;
        const auto log = openLog(options, clock, random);
        if (!log)
            return log.error();
        MILLRACE_TRY(rewriteAll(**log));
    }
    auto rewritten = measureRecovery(options);
    if (!rewritten)
        return rewritten;
    return Json{{"records", (*written)["records"]},
                {"as_written", (*written)["recovery"]},
                {"rewritten", *std::move(rewritten)}};
}

Result<Json> measureLogRead(const LogBenchOptions &options)
{
    SystemClock clock;
    SystemRandom random;
    Json out;
    {
        const auto log = openLog(options, clock, random);
        if (!log)
            return log.error();
        const auto shards = (*log)->shards();
        out["compression_ratio"] = rate(static_cast<double>((*log)->rawBytes()),
                                        static_cast<double>((*log)->storedBytes()));
        for (const char *form : {"as_written", "rewritten"}) {
            auto one = measureReading(**log, std::span(shards).first(1));
            if (!one)
                return one;
            auto all = measureReading(**log, shards);
            if (!all)
                return all;
            out[form] = {{"one_shard", *std::move(one)}, {"all_shards", *std::move(all)}};
            if (out.contains("rewriting_seconds"))
                break;
            const Stopwatch watch;
            MILLRACE_TRY(rewriteAll(**log));
            out["rewriting_seconds"] = watch.seconds();
        }
    }
    auto recovery = measureRecovery(options);
    if (!recovery)
        return recovery;
    out["recovery"] = *std::move(recovery);
    return out;
}

} // namespace millrace::cli
