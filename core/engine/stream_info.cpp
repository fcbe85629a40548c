// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/stream_info.h"

namespace millrace::engine {

StreamInfo infoOf(const stream::DataStream &stream)
{
    const store::StreamEntry entry = stream.entry();
    StreamInfo info;
    info.id = entry.id;
    info.name = entry.name;
    info.shards = entry.shards;
    info.created = entry.created;
    info.retention = entry.retention;
    info.diskBytes = stream.log().diskBytes();
    info.implicit = entry.role == store::StreamRole::Wire;
    info.deadLetters = entry.role == store::StreamRole::DeadLetters;
    info.memoryDurability = entry.durability == store::Durability::Memory;
    for (std::uint32_t i = 0; i < entry.shards; ++i) {
        const auto bounds = stream.bounds(ShardIndex(i));
        const std::uint64_t damaged =
            stream.log().damagedRecords(ShardIndex(i), bounds.trimHorizon);
        info.records += bounds.end - bounds.trimHorizon - damaged;
        info.damagedRecords += damaged;
    }
    if (entry.schemaSource != store::SchemaSource::None) {
        if (auto schema = record::schemaFromJson(entry.schema))
            info.schema = *std::move(schema);
    }
    return info;
}

} // namespace millrace::engine
