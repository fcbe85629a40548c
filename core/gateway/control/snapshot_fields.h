// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gateway/control/json_reader.h"
#include "core/gateway/control/json_writer.h"
#include "core/runtime/snapshot.h"

#include <array>

/// Every field of a snapshot, once (FORMAT.md, "Snapshot").
namespace millrace::gateway {

template <>
struct EnumNames<runtime::RunState> {
    using E = runtime::RunState;
    static constexpr std::array<std::pair<E, std::string_view>, 3> values{{
        {E::Stopped, "stopped"},
        {E::Running, "running"},
        {E::Paused, "paused"},
    }};
};
template <>
struct EnumNames<runtime::NodeState> {
    using E = runtime::NodeState;
    static constexpr std::array<std::pair<E, std::string_view>, 8> values{{
        {E::Stopped, "stopped"},
        {E::Running, "running"},
        {E::Paused, "paused"},
        {E::BackPressured, "back-pressured"},
        {E::Retrying, "retrying"},
        {E::Finished, "finished"},
        {E::Failed, "failed"},
        {E::Disabled, "disabled"},
    }};
};
template <>
struct EnumNames<runtime::Metric> {
    using E = runtime::Metric;
    static constexpr std::array<std::pair<E, std::string_view>, 8> values{{
        {E::RecordsIn, "recordsIn"},
        {E::BytesIn, "bytesIn"},
        {E::RecordsOut, "recordsOut"},
        {E::BytesOut, "bytesOut"},
        {E::Refused, "refused"},
        {E::LagRecords, "lagRecords"},
        {E::LagMs, "lagMs"},
        {E::Dead, "dead"},
    }};
};

template <class Io>
void visitFields(Io &io, Access<Io, runtime::KeyShare> v)
{
    io.anyText("key", v.key);
    io("share", v.share);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::ShardFigures> v)
{
    io("shard", v.shard);
    io("recordsIn", v.recordsIn);
    io("bytesIn", v.bytesIn);
    io("recordsOut", v.recordsOut);
    io("bytesOut", v.bytesOut);
    io("refused", v.refused);
    io("recordsInPerSecond", v.recordsInPerSecond);
    io("bytesInPerSecond", v.bytesInPerSecond);
    io("recordsOutPerSecond", v.recordsOutPerSecond);
    io("bytesOutPerSecond", v.bytesOutPerSecond);
    io("trimHorizon", v.trimHorizon);
    io("end", v.end);
    io("topKeys", v.topKeys);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::FateCounts> v)
{
    io("in", v.in);
    io("processed", v.processed);
    io("filtered", v.filtered);
    io("late", v.late);
    io("dead", v.dead);
    io("expired", v.expired);
    io("inFlight", v.inFlight);
    io("out", v.out);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::NodeFigures> v)
{
    io("id", v.id);
    io("state", v.state);
    io("counts", v.counts);
    io("inPerSecond", v.inPerSecond);
    io("outPerSecond", v.outPerSecond);
    io("bytesOutPerSecond", v.bytesOutPerSecond);
    io("busy", v.busy);
    io("idle", v.idle);
    io("backPressured", v.backPressured);
    io("lagRecords", v.lagRecords);
    io("lagMs", v.lag);
    io("stream", v.stream);
    io("shards", v.shards);
    io("consumers", v.consumers);
    io.optional("attention", v.attention);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::WireFigures> v)
{
    io("from", v.from);
    io("to", v.to);
    io("recordsPerSecond", v.recordsPerSecond);
    io("bytesPerSecond", v.bytesPerSecond);
    io("records", v.records);
    io("implicitStream", v.implicitStream);
    io("backPressured", v.backPressured);
    io("queued", v.queued);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::ProblemEntry> v)
{
    io("problem", v.problem);
    io("first", v.first);
    io("last", v.last);
    io("count", v.count);
    io("active", v.active);
    io.orDefault("project", v.project);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::Snapshot> v)
{
    io("generation", v.generation);
    io("at", v.at);
    io("state", v.state);
    io("runningForMs", v.runningFor);
    io("pace", v.pace);
    io("recordsInPerSecond", v.recordsInPerSecond);
    io("drained", v.drained);
    io("nodes", v.nodes);
    io("wires", v.wires);
    io("problems", v.problems);
    io("diskBytes", v.diskBytes);
    io("budgetBytes", v.budgetBytes);
    io("project", v.project);
    io("compression", v.compression);
    io("memoryBytes", v.memoryBytes);
    io.anyText("dataDirectory", v.dataDirectory);
}

template <class Io>
void visitFields(Io &io, Access<Io, runtime::MetricPoint> v)
{
    io("second", v.second);
    io("value", v.value);
}

} // namespace millrace::gateway
