// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a log with every kind of column, in both forms of segments, and what a reader of it must
// print (tests/integration/read_log.py): write_log FOLDER EXPECTED.ndjson
#include "core/log/log.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace millrace;
using Json = nlohmann::json;

namespace {

std::string base64(std::string_view text)
{
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t word = 0;
        for (std::size_t k = 0; k < 3; ++k)
            word = word << 8 | (i + k < text.size() ? static_cast<std::uint8_t>(text[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k > text.size() ? '=' : kDigits[word >> (18 - 6 * k) & 63];
    }
    return out;
}

struct Expected {
    std::map<std::uint32_t, std::vector<Json>> records;
    std::map<std::string, Json> producers;
};

/// Record `n`, with hash, attributes and root by turns; also what a reader must say of it.
void append(record::RecordBatchBuilder &builder, std::uint64_t n, Json &expected)
{
    const std::string data(n % 300, static_cast<char>(n % 256));
    const std::string key = "schlüssel-" + std::to_string(n % 5);
    record::RecordInput input{data, key};
    std::vector<record::Attribute> attributes;
    record::Origin origin{*Uuid::parse("0b9d6a3e-9999-4222-8333-444455556666"),
                          ShardIndex(2),
                          Ordinal(n * 1'000'003),
                          {static_cast<std::uint32_t>(n), 300}};
    expected["key"] = key;
    expected["data"] = base64(data);
    if (n % 3 == 0) {
        input.explicitHash = record::Hash128{n, mix64(n)};
        char text[33];
        std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(n),
                      static_cast<unsigned long long>(mix64(n)));
        expected["hash"] = text;
    }
    if (n % 4 == 0) {
        attributes = {{"n", std::to_string(n)}, {"", "empty name"}};
        input.attributes = attributes;
        expected["attributes"] = Json::array({{"n", std::to_string(n)}, {"", "empty name"}});
    }
    if (n % 5 == 0) {
        input.origin = &origin;
        expected["origin"] = origin.toString();
    }
    builder.append(input);
}

Status writeLog(const Path &folder, Expected &expected)
{
    MILLRACE_TRY(posixFileSystem().removeAll(folder));
    ManualClock clock;
    SystemRandom random;
    log::LogOptions options;
    options.folder = folder;
    options.stream = Uuid::random(random);
    auto log = log::Log::open(options, posixFileSystem(), clock, random, {});
    if (!log)
        return std::move(log).error();
    std::uint64_t n = 0;
    for (std::uint64_t commit = 0; commit < 40; ++commit) {
        log::Append append;
        for (const std::uint32_t shard : {0U, 1U, 12U}) {
            if (mix64(commit * 3 + shard) % 3 == 0)
                continue;
            record::RecordBatchBuilder builder;
            log::ShardRows rows;
            rows.shard = ShardIndex(shard);
            rows.arrival = clock.wall();
            rows.firstSeqIx = (*log)->nextSeqIx(rows.shard) + commit % 3;
            for (std::uint64_t i = 0; i < 7; ++i) {
                auto &records = expected.records[shard];
                Json record{{"shard", shard},
                            {"ordinal", records.size()},
                            {"arrival", rows.arrival.time_since_epoch().count()},
                            {"seqIx", rows.firstSeqIx + i}};
                ::append(builder, ++n, record);
                records.push_back(std::move(record));
            }
            rows.batch = builder.finish();
            append.shards.push_back(std::move(rows));
        }
        const std::string producer = "producer-" + std::to_string(commit % 3);
        append.progress.push_back({producer, Epoch(1 + commit), {std::byte(commit), std::byte{9}}});
        char hex[8];
        std::snprintf(hex, sizeof hex, "%02x09", static_cast<unsigned>(commit));
        expected.producers[producer] = {
            {"producer", producer}, {"epoch", 1 + commit}, {"progress", hex}};
        std::optional<Problem> problem;
        append.done = [&](Result<std::vector<log::Placed>> placed) {
            if (!placed)
                problem = placed.error();
        };
        (*log)->append(std::move(append));
        (*log)->commit();
        if (problem)
            return *std::move(problem);
        clock.advance(std::chrono::milliseconds(commit * 7));
        if (commit % 13 == 12)
            MILLRACE_TRY((*log)->seal());
    }
    for (int i = 0; i < 2; ++i) { // the third sealed segment stays as it is
        if (const auto rewritten = (*log)->rewriteOne(); !rewritten)
            return rewritten.error();
    }
    return Done{};
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    Expected expected;
    if (const auto written = writeLog(argv[1], expected); !written) {
        std::fprintf(stderr, "%s\n", written.error().message().c_str());
        return 1;
    }
    std::ofstream out(argv[2]);
    for (const auto &[shard, records] : expected.records) {
        for (const Json &record : records)
            out << record.dump() << '\n';
    }
    for (const auto &[id, producer] : expected.producers)
        out << producer.dump() << '\n';
    return out.good() ? 0 : 1;
}
