// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/field_watch.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/record/schema.h"

#include <algorithm>

namespace millrace::engine {
namespace {

/// A name that somebody's data holds, as one word of a message.
std::string shown(std::string_view field)
{
    std::string name = shortened(field);
    std::replace_if(
        name.begin(), name.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return record::quotedName(name);
}

} // namespace

void FieldWatch::look(const std::vector<WatchedStream> &streams)
{
    const std::lock_guard guard(m_mutex);
    for (const WatchedStream &watched : streams)
        lookAt(watched, m_watches[watched.stream->id()]);
}

/// The shards with records that came since, kRuns of them at most; they count as looked at.
std::vector<FieldWatch::Fresh> FieldWatch::freshOf(const stream::DataStream &stream, Watch &watch)
{
    std::vector<Fresh> out;
    const std::uint32_t shards = stream.shardCount();
    const std::uint32_t first = watch.nextShard;
    for (std::uint32_t i = 0; i < shards && out.size() < kRuns; ++i) {
        const ShardIndex shard((first + i) % shards);
        const log::ShardBounds bounds = stream.bounds(shard);
        const Ordinal from = std::max(watch.seen[shard], bounds.trimHorizon);
        watch.seen[shard] = bounds.end;
        watch.nextShard = (shard.value + 1) % shards;
        if (bounds.end > from)
            out.push_back({shard, from, bounds.end - from});
    }
    return out;
}

void FieldWatch::lookAt(const WatchedStream &watched, Watch &watch) const
{
    const store::StreamEntry entry = watched.stream->entry();
    if (entry.schemaSource == store::SchemaSource::None || watch.known.size() > kMaxFields)
        return;
    if (!watch.fields || watch.schemaText != entry.schema) {
        auto schema = record::schemaFromJson(entry.schema);
        if (!schema)
            return; // whoever reads the stream says so
        watch.schemaText = entry.schema;
        watch.fields.emplace(*std::move(schema));
    }
    const std::vector<Fresh> fresh = freshOf(*watched.stream, watch);
    for (const Fresh &part : fresh) {
        const std::uint64_t runs = part.count > kRunRecords ? kRuns / fresh.size() : 1;
        const std::uint64_t newest = part.count - std::min<std::uint64_t>(part.count, kRunRecords);
        for (std::uint64_t run = 1; run < runs; ++run)
            lookAtRun(watched, watch, part.shard, part.from + newest * (run - 1) / (runs - 1));
        lookAtRun(watched, watch, part.shard, part.from + newest);
    }
}

void FieldWatch::lookAtRun(const WatchedStream &watched, Watch &watch, ShardIndex shard,
                           Ordinal at) const
{
    std::size_t records = 0;
    std::size_t bytes = 0;
    while (records < kRunRecords && bytes < kRunBytes) {
        const auto batch = watched.stream->read(shard, at);
        if (!batch || !*batch)
            return; // what cannot be read is said by the log and by whoever has to read it
        at = std::max(at, (*batch)->firstOrdinal());
        for (; at < (*batch)->endOrdinal() && records < kRunRecords && bytes < kRunBytes;
             at = at.next()) {
            const std::string_view payload = (*batch)->data(at - (*batch)->firstOrdinal());
            for (const std::string &field : watch.fields->of(payload))
                found(watched, watch, field, shard, at);
            ++records;
            bytes += payload.size();
        }
    }
}

void FieldWatch::found(const WatchedStream &watched, Watch &watch, const std::string &field,
                       ShardIndex shard, Ordinal at) const
{
    if (watch.known.size() > kMaxFields || !watch.known.insert(field).second)
        return;
    const std::string stream = watched.stream->name();
    if (watch.known.size() > kMaxFields) {
        m_report(Problem(Code::MoreFieldsNotInSchema,
                         {{"stream", stream}, {"limit", std::to_string(kMaxFields)}},
                         watched.place));
        return;
    }
    // The field in the place: the list of problems tells them apart by code and place.
    const std::string name = shown(field);
    m_report(Problem(Code::FieldNotInSchema,
                     {{"stream", stream},
                      {"field", name},
                      {"record", std::to_string(at.value)},
                      {"shard", std::to_string(shard.value)}},
                     "field " + name)
                 .at(watched.place));
}

} // namespace millrace::engine
