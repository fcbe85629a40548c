// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/schema_keeper.h"

#include "core/base/problem_codes.h"
#include "core/runtime/stream_schema.h"

namespace millrace::engine {

record::Schema schemaOfAll(
    const std::map<std::string, record::Schema> &writers,
    const std::function<void(const record::Field &first, const record::Field &second)> &differ)
{
    record::Schema all;
    for (const auto &[name, brought] : writers) {
        for (const record::Field &field : brought.fields) {
            const record::Field *known = all.find(field.name);
            if (known == nullptr)
                all.fields.push_back(field);
            else if (known->type != field.type && differ)
                differ(*known, field);
        }
    }
    for (record::Field &field : all.fields) {
        for (const auto &[name, brought] : writers) {
            const record::Field *own = brought.find(field.name);
            field.nullable = field.nullable || own == nullptr || own->nullable;
        }
    }
    return all;
}

SchemaKeeper::SchemaKeeper(stream::StreamStore &store, Clock &clock,
                           std::function<void(const std::string &)> changed, LogSink report)
    : m_store(store)
    , m_clock(clock)
    , m_changed(std::move(changed))
    , m_report(std::move(report))
{}

Result<std::optional<record::Schema>> SchemaKeeper::schemaOf(stream::DataStream &stream)
{
    const std::lock_guard guard(m_mutex);
    const store::StreamEntry entry = stream.entry();
    if (entry.schemaSource == store::SchemaSource::None)
        return infer(stream);
    auto schema = record::schemaFromJson(entry.schema);
    if (!schema)
        return std::move(schema).error().at("stream " + entry.name);
    return std::optional(*std::move(schema));
}

Result<std::optional<record::Schema>> SchemaKeeper::infer(stream::DataStream &stream)
{
    std::vector<Ordinal> begins;
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i)
        begins.push_back(stream.bounds(ShardIndex(i)).trimHorizon);
    auto found = runtime::inferSchema(
        begins, [&](ShardIndex shard, Ordinal at) { return stream.read(shard, at); });
    if (!found)
        return std::move(found).error();
    if (found->seen == 0 ||
        (found->seen < sql::kInferenceRecords && m_clock.wall() - found->first < kInferAfter))
        return std::optional<record::Schema>{};
    if (auto cut = found->inference.cut())
        m_report(std::move(*cut).at("stream " + stream.name()));
    record::Schema schema = found->inference.schema();
    store(stream, schema, store::SchemaSource::Inferred);
    return std::optional(std::move(schema));
}

void SchemaKeeper::store(stream::DataStream &stream, const record::Schema &schema,
                         store::SchemaSource source)
{
    auto ok = m_store.update(stream.id(), [&](store::StreamEntry &entry) {
        entry.schema = schema.toJson();
        entry.schemaSource = source;
    });
    if (!ok)
        m_report(std::move(ok).error());
}

void SchemaKeeper::bring(stream::DataStream &stream, const std::string &writer,
                         const record::Schema &schema)
{
    {
        const std::lock_guard guard(m_mutex);
        auto &writers = m_brought[stream.name()];
        writers[writer] = schema;
        const record::Schema all =
            schemaOfAll(writers, [&](const record::Field &first, const record::Field &second) {
                m_report(Problem(Code::SchemasDiffer,
                                 {{"field", first.name},
                                  {"first", first.type.toString()},
                                  {"second", second.type.toString()}},
                                 "stream " + stream.name()));
            });
        const store::StreamEntry entry = stream.entry();
        if (entry.schemaSource == store::SchemaSource::Edited || entry.schema == all.toJson())
            return;
        const bool wasKnown = entry.schemaSource != store::SchemaSource::None;
        store(stream, all, store::SchemaSource::Brought);
        if (!wasKnown)
            return;
        ++changesOf(stream.id());
    }
    m_changed(stream.name());
}

std::atomic<std::uint64_t> &SchemaKeeper::changesOf(const StreamUuid &stream)
{
    auto &changes = m_changes[stream];
    if (!changes)
        changes = std::make_shared<std::atomic<std::uint64_t>>(0);
    return *changes;
}

std::shared_ptr<const std::atomic<std::uint64_t>>
SchemaKeeper::changes(const stream::DataStream &stream)
{
    const std::lock_guard guard(m_mutex);
    (void)changesOf(stream.id()); // makes it
    return m_changes.at(stream.id());
}

void SchemaKeeper::keepWriters(const std::set<std::string> &writers)
{
    const std::lock_guard guard(m_mutex);
    for (auto &[stream, brought] : m_brought)
        std::erase_if(brought, [&](const auto &entry) { return !writers.contains(entry.first); });
}

} // namespace millrace::engine
