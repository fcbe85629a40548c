// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/streams/data_stream.h"

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;

constexpr std::int64_t kHourMs = 3'600'000;

} // namespace

runtime::NodeFactory makeDataStream()
{
    runtime::NodeFactory factory;
    graph::NodeKind &kind = factory.kind;
    kind.id = "data-stream";
    kind.category = graph::Category::Stream;
    kind.title = "Data stream";
    kind.summary = "Keeps records durably in shards; any number of nodes read it";
    kind.inputs = {{.id = "in", .title = "Records"}};
    kind.outputs = {{.id = "out", .title = "Records"}};
    kind.mappings = {
        .flink = "kinesis connector table", .aws = "AWS::Kinesis::Stream", .kafka = "topic"};
    kind.laws = {.oneToOne = true, .replayableSource = true};
    kind.parameters = {
        Parameter{.id = "stream",
                  .title = "Stream name",
                  .type = ParameterType::StreamName,
                  .help = "Streams live in the data directory; one of this name is used, or made "
                          "when absent.",
                  .applies = graph::Applies::StopFirst,
                  .required = true},
        Parameter{
            .id = "shards",
            .title = "Shards",
            .type = ParameterType::Integer,
            .defaultValue = std::int64_t{4},
            .minimum = 1,
            .maximum = 128,
            .help =
                "How many shards a new stream gets. Each takes 1 MiB/s and 1,000 records/s in AWS.",
            .applies = graph::Applies::StopFirst},
        // 24 h to 8,760 h: CreateStream's default and IncreaseStreamRetentionPeriod's maximum.
        Parameter{.id = "retention",
                  .title = "Retention",
                  .type = ParameterType::Duration,
                  .defaultValue = graph::Milliseconds(24 * kHourMs),
                  .minimum = 60'000.0,
                  .maximum = 8760.0 * kHourMs,
                  .help = "How long records stay.",
                  .applies = graph::Applies::AtOnce},
        Parameter{.id = "maximumBytes",
                  .title = "Size limit",
                  .type = ParameterType::Bytes,
                  .defaultValue = std::int64_t{0},
                  .minimum = 0,
                  .help = "The oldest records go when the stream takes more on disk; 0 leaves it "
                          "to the data directory's budget. They go in whole segments, each about "
                          "a 24th of the limit and 256 KiB at least.",
                  .zeroMeans = "no limit",
                  .applies = graph::Applies::AtOnce},
        Parameter{.id = "durability",
                  .title = "Durability",
                  .type = ParameterType::Choice,
                  .defaultValue = "disk",
                  .choices = {{"disk", "Disk", "A put is acknowledged when it is on the disk"},
                              {"memory", "Memory",
                               "A put is acknowledged at once; a crash may lose the last moments"}},
                  .help = "When a put is acknowledged.",
                  .applies = graph::Applies::FragmentRestart},
        Parameter{
            .id = "limits",
            .title = "Shard limits",
            .type = ParameterType::Choice,
            .defaultValue = "shown",
            .choices = {{"off", "Off", "No limit is drawn or kept"},
                        {"shown", "Shown", "AWS's limits are drawn; beyond them a shard warns"},
                        {"enforced", "Enforced",
                         "What is beyond AWS's limits is refused and tried again"}},
            .help = "1 MiB/s and 1,000 records/s for each shard.",
            .applies = graph::Applies::AtOnce},
    };
    return factory;
}

} // namespace millrace::nodes
