// SPDX-License-Identifier: GPL-3.0-or-later
// Records a second that expressions get through on one core, over JSON records of about 200 bytes.
// Prints one JSON object; each figure is the median of several runs.

#include "core/record/record_batch.h"
#include "core/sql/bound_expression.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <functional>
#include <numeric>

using namespace millrace;

namespace {

constexpr std::size_t kBatchRows = 2'000;
constexpr int kBatches = 100;
constexpr int kRuns = 7;

record::BatchPtr makeBatch()
{
    record::RecordBatchBuilder builder;
    for (std::size_t i = 0; i < kBatchRows; ++i) {
        char payload[256];
        std::snprintf(
            payload, sizeof payload,
            R"({"event_id":"e-%010zu","user_id":"u%06zu","page":"/p%zu/item","status":%d,)"
            R"("latency_ms":%zu.25,"bytes":%zu,"referrer":"https://example.org/r/%zu",)"
            R"("country":"DE","session":"%016zx"})",
            i, i * 7919 % 100'000, i % 50, i % 10 == 0 ? 503 : 200, i % 900, i * 131, i % 1000,
            i * 2'654'435'761U);
        builder.append({payload, "k"});
    }
    return builder.finish();
}

/// Records a second by the clock on the wall, and by the processor time this took: the second holds
/// on a machine that is busy with other things too.
struct Rate {
    double wall;
    double processor;
};

double processorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Rate recordsPerSecond(const std::function<void()> &once)
{
    std::vector<double> wall;
    std::vector<double> processor;
    constexpr double kRecords = static_cast<double>(kBatchRows) * kBatches;
    for (int run = 0; run < kRuns; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        const double used = processorSeconds();
        for (int i = 0; i < kBatches; ++i)
            once();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        wall.push_back(kRecords / took.count());
        processor.push_back(kRecords / (processorSeconds() - used));
    }
    std::sort(wall.begin(), wall.end());
    std::sort(processor.begin(), processor.end());
    return {wall[kRuns / 2], processor[kRuns / 2]};
}

} // namespace

int main()
{
    const auto schema = record::parseSchema(
        "event_id STRING, user_id STRING, page STRING, status INT, latency_ms DOUBLE, "
        "bytes BIGINT, referrer STRING, country STRING, session STRING");
    const record::BatchPtr batch = makeBatch();
    std::vector<std::uint32_t> rows(batch->count());
    std::iota(rows.begin(), rows.end(), 0U);
    sql::EvaluationScratch scratch;
    sql::FilterResult filtered;
    sql::ProjectedRows projected;

    std::printf("{\"record_bytes\":%zu,\"records\":%zu", batch->dataBytes() / batch->count(),
                kBatchRows * kBatches);
    const auto filter = [&](const char *name, const char *text) {
        const auto bound = sql::bindFilter(text, *schema);
        if (!bound)
            std::fprintf(stderr, "%s\n", bound.problems.front().message().c_str());
        const Rate rate =
            recordsPerSecond([&] { bound->evaluateFilter(*batch, rows, scratch, filtered); });
        std::printf(",\"%s\":{\"expression\":\"%s\",\"passed\":%zu,"
                    "\"records_per_second\":%.0f,\"records_per_processor_second\":%.0f}",
                    name, text, filtered.passed.size(), rate.wall, rate.processor);
    };
    filter("filter", "status >= 500 AND page LIKE '/p%'");
    filter("filter_last_field", "session LIKE '0%' AND status >= 500");
    filter("filter_regexp", "REGEXP(page, '^/p[0-9]+/item$')");
    filter("filter_arithmetic", "latency_ms * 2 > 100 AND bytes % 3 = 0");
    const char *list = "user_id, UPPER(country) AS country, status, latency_ms / 1000 AS seconds";
    const auto bound = sql::bindSelect(list, *schema);
    const Rate rate = recordsPerSecond([&] { bound->project(*batch, rows, scratch, projected); });
    std::printf(",\"select\":{\"list\":\"%s\",\"rows\":%zu,"
                "\"records_per_second\":%.0f,\"records_per_processor_second\":%.0f}}\n",
                list, projected.rows.size(), rate.wall, rate.processor);
    return 0;
}
