// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateway/control/codec.h"
#include "core/gateway/control/snapshot_fields.h"

/// Every field of a request and a reply, once (FORMAT.md, "Requests"); private to the codec.
namespace millrace::gateway {

template <class Io>
void visitFields(Io &io, Access<Io, engine::DeployReply> v)
{
    io("deployment", v.deployment);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::RunRequest> v)
{
    io.optional("deployment", v.deployment);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::PaceRequest> v)
{
    io("factor", v.factor);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::ShardPosition> v)
{
    io("shard", v.shard);
    io("next", v.next);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::RecordsRequest> v)
{
    io("stream", v.stream);
    io.orDefault("from", v.from);
    io.optional("shard", v.shard);
    io.orDefault("limit", v.limit);
    io.orDefault("where", v.where);
    io.orDefault("scanLimit", v.scanLimit);
}

template <class Io>
void visitFields(Io &io, Access<Io, record::Origin> v)
{
    io("stream", v.stream);
    io("shard", v.shard);
    io("ordinal", v.ordinal);
    io.orDefault("path", v.path);
}

template <class Io>
void visitFields(Io &io, Access<Io, record::Attribute> v)
{
    io.anyText("name", v.name);
    io.anyText("value", v.value);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::RecordRow> v)
{
    io("shard", v.shard);
    io("ordinal", v.ordinal);
    io("arrival", v.arrival);
    io("sequenceNumber", v.sequenceNumber);
    io.anyText("key", v.key);
    io.base64("data", v.data);
    io("origin", v.origin);
    io("attributes", v.attributes);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::RecordsReply> v)
{
    io("rows", v.rows);
    io("next", v.next);
    io("scanned", v.scanned);
    io("expired", v.expired);
    io("reachedEnd", v.reachedEnd);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::PutEntry> v)
{
    io.base64("data", v.data);
    io.anyText("key", v.key);
    io.optional("explicitHash", v.explicitHash);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::PutRequest> v)
{
    io("stream", v.stream);
    io("entries", v.entries);
    io.orDefault("producer", v.producer);
    io.orDefault("firstIndex", v.firstIndex);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::PutReply::Result> v)
{
    io("shard", v.shard);
    io("sequenceNumber", v.sequenceNumber);
    io("refused", v.refused);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::PutReply> v)
{
    io("results", v.results);
    io("skipped", v.skipped);
    io("producerNext", v.producerNext);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::StreamInfo> v)
{
    io("id", v.id);
    io("name", v.name);
    io("shards", v.shards);
    io("created", v.created);
    io("retentionMs", v.retention);
    io("diskBytes", v.diskBytes);
    io("records", v.records);
    io("damagedRecords", v.damagedRecords);
    io("implicit", v.implicit);
    io("deadLetters", v.deadLetters);
    io("memoryDurability", v.memoryDurability);
    io.optional("schema", v.schema);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::StreamsReply> v)
{
    io("streams", v.streams);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::HistoryRequest> v)
{
    io.orDefault("project", v.series.project);
    io("node", v.series.node);
    io.optional("shard", v.series.shard);
    io("metric", v.series.metric);
    io("fromSecond", v.fromSecond);
    io("toSecond", v.toSecond);
}

template <class Io>
void visitFields(Io &io, Access<Io, engine::HistoryReply> v)
{
    io("points", v.points);
}

template <class Io>
void visitFields(Io &io, Access<Io, Health> v)
{
    io("version", v.version);
    io("state", v.state);
}

} // namespace millrace::gateway
