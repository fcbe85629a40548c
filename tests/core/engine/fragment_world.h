// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/comparison.h"
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/nodes/kinds.h"
#include "core/runtime/fragment.h"

namespace millrace::test {

inline constexpr std::uint32_t kShards = 3;

/// gen -> clicks -> filter -> passed
inline graph::Document makeDocument()
{
    graph::Document document;
    document.name = "Expiry";
    const auto add = [&](const char *id, const char *kind,
                         std::map<std::string, graph::ParameterValue> parameters) {
        graph::Node node;
        node.id = {id};
        node.kind = kind;
        node.parameters = std::move(parameters);
        document.put(std::move(node));
    };
    add("gen00000", "generator",
        {{"dataset", std::string("iot-sensors")}, {"total", std::int64_t{900}}});
    add("clicks00", "data-stream",
        {{"stream", std::string("clicks")}, {"shards", std::int64_t{kShards}}});
    add("filter00", "filter", {{"condition", std::string("100 / (rssi + 60) > -9")}});
    add("passed00", "data-stream",
        {{"stream", std::string("passed")}, {"shards", std::int64_t{kShards}}});
    const char *chain[] = {"gen00000", "clicks00", "filter00", "passed00"};
    for (int i = 0; i < 3; ++i)
        document.wires[{{{chain[i]}, "out"}, {{chain[i + 1]}, "in"}}] = {};
    return document;
}

/// A fragment over streams in memory, driven by hand.
class FragmentWorld
{
public:
    explicit FragmentWorld(graph::Document document)
        : m_document(std::move(document))
    {
        clicks = open("clicks");
        passed = open("passed");
        dead = open("dead");
        ManualClock far;
        runtime::NodeContext context;
        context.clock = &far;
        const auto &generator = m_document.nodes.at({"gen00000"});
        m_schema = *(*nodes::findFactory("generator")->source(generator, context))->schema();
    }

    void put(const std::vector<reference::Record> &records, std::size_t from, std::size_t to)
    {
        record::RecordBatchBuilder builder;
        for (std::size_t i = from; i < std::min(to, records.size()); ++i)
            builder.append({.data = records[i].data, .key = records[i].key});
        if (builder.count() == 0)
            return;
        stream::Put put;
        put.batch = builder.finish();
        clicks->put(std::move(put), [](const auto &) {});
        clicks->commit();
    }

    std::shared_ptr<runtime::Fragment> openFragment()
    {
        runtime::FragmentSpec spec;
        spec.id = "fragment";
        spec.source = clicks;
        spec.nodes = {{"filter00"}};
        spec.target = passed;
        spec.deadLetters = dead;
        spec.make = [this]() -> Result<std::optional<runtime::Operators>> {
            runtime::NodeContext context;
            context.inputSchema = m_schema;
            auto made =
                nodes::findFactory("filter")->transform(m_document.nodes.at({"filter00"}), context);
            if (!made)
                return std::move(made).error();
            runtime::Operators operators;
            operators.transforms.push_back(*std::move(made));
            return std::optional(std::move(operators));
        };
        return std::make_shared<runtime::Fragment>(
            std::move(spec), m_clock, [] {}, [](const Problem &) {});
    }

    /// Until it waits for more; the law holds at each step. False when it does not.
    bool run(runtime::Fragment &fragment)
    {
        for (;;) {
            const auto next = fragment.run();
            if (!fragment.figures().nodes.front().counts.lawHolds())
                return false;
            const bool committed = dead->commit() || passed->commit();
            if (next.kind == runtime::TaskNext::Kind::Wait && !committed)
                return true;
            if (next.kind == runtime::TaskNext::Kind::WaitUntil && next.at > m_clock.mono())
                m_clock.advance(
                    std::chrono::ceil<std::chrono::milliseconds>(next.at - m_clock.mono()));
        }
    }

    void wait(std::chrono::milliseconds time) { m_clock.advance(time); }

    /// What stands in `passed` and among the dead letters.
    reference::Findings findings()
    {
        reference::Findings out;
        auto &shards = out.shards[{"passed00"}];
        for (std::uint32_t i = 0; i < kShards; ++i) {
            auto &records = shards.emplace_back();
            each(*passed, ShardIndex(i), [&](const record::RecordBatch &batch, std::size_t row) {
                records.push_back({std::string(batch.key(row)), std::string(batch.data(row))});
            });
            each(*dead, ShardIndex(i), [&](const record::RecordBatch &batch, std::size_t row) {
                std::map<std::string, std::string> attributes;
                for (const auto &attribute : batch.attributes(row))
                    attributes[attribute.name] = attribute.value;
                out.deadLetters.push_back(
                    reference::deadLetterContent(attributes[std::string(record::kDeadLetterNode)],
                                                 attributes[std::string(record::kDeadLetterReason)],
                                                 std::string(batch.data(row))));
            });
        }
        return out;
    }

    std::uint64_t recordsIn(stream::DataStream &stream)
    {
        std::uint64_t out = 0;
        for (std::uint32_t i = 0; i < kShards; ++i)
            out += stream.bounds(ShardIndex(i)).end.value;
        return out;
    }

    std::shared_ptr<stream::DataStream> clicks;
    std::shared_ptr<stream::DataStream> passed;
    std::shared_ptr<stream::DataStream> dead;

private:
    template <class Take>
    static void each(stream::DataStream &stream, ShardIndex shard, const Take &take)
    {
        for (Ordinal at = stream.bounds(shard).trimHorizon; at < stream.bounds(shard).end;) {
            const auto batch = *stream.read(shard, at);
            for (std::size_t row = at - batch->firstOrdinal(); row < batch->count(); ++row)
                take(*batch, row);
            at = batch->endOrdinal();
        }
    }

    std::shared_ptr<stream::DataStream> open(const std::string &name)
    {
        store::StreamEntry entry;
        entry.id = Uuid::random(m_random);
        entry.name = name;
        entry.shards = kShards;
        log::LogOptions options;
        options.folder = "/data/streams/" + name;
        options.stream = entry.id;
        auto log = log::Log::open(options, m_files, m_clock, m_random, [](const Problem &) {});
        return std::make_shared<stream::DataStream>(entry, *std::move(log), m_clock, [] {});
    }

    const graph::Document m_document;
    MemoryFileSystem m_files;
    ManualClock m_clock;
    SeededRandom m_random{1};
    record::Schema m_schema;
};

} // namespace millrace::test
