// SPDX-License-Identifier: GPL-3.0-or-later
// Progress as a producer, a fragment, a folder of files or the metrics history finds it stored, in
// anybody's bytes: it is refused, or gone on from.
#include "core/base/crc32c.h"
#include "core/base/memory_file_system.h"
#include "core/nodes/kinds.h"
#include "core/runtime/metrics_history.h"
#include "core/runtime/sink.h"

#include <cstdint>
#include <cstdlib>

using namespace millrace;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct World {
    MemoryFileSystem files;
    ManualClock clock;
    SeededRandom random{1};
    runtime::NodeContext context;
    graph::Node node;

    World(const char *kind, std::map<std::string, graph::ParameterValue> parameters)
    {
        (void)files.makeFolders("/documents").has_value();
        (void)files.makeFolders("/data/records").has_value();
        const ByteView lines = asBytes("{\"a\":1}\n{\"a\":2}\n");
        files.setContent("/documents/in", Bytes(lines.begin(), lines.end()));
        context.fileSystem = &files;
        context.clock = &clock;
        context.random = &random;
        context.node = node.id = NodeId{"node0001"};
        context.documentFolder = "/documents";
        context.dataFolder = "/data";
        node.kind = kind;
        node.parameters = std::move(parameters);
    }
};

/// The progress of a step is understood by the next incarnation.
void tryProducer(World world, ByteView progress)
{
    const auto make = nodes::findFactory(world.node.kind)->source;
    const auto source = make(world.node, world.context).value();
    if (!source->restore(progress))
        return;
    record::RecordBatchBuilder builder;
    const auto step = source->step({.records = 10, .bytes = 10'000}, builder);
    if (step)
        require(make(world.node, world.context).value()->restore(step->progress).has_value());
}

void tryFragment(ByteView bytes)
{
    const auto progress = runtime::FragmentProgress::decode(bytes);
    if (!progress)
        return;
    const auto again = runtime::FragmentProgress::decode(progress->encode());
    require(again && *again == *progress);
}

/// The file that stands in the folder, with a checksum that is right.
void tryFolder(ByteView bytes)
{
    World world("ndjson-folder", {});
    Bytes content(bytes.begin(), bytes.end());
    ByteWriter(content).u32(crc32c(content));
    world.files.setContent("/data/records/.millrace-" + world.context.project.toString() +
                               "-node0001-" + world.context.source.toString(),
                           content);
    const auto sink = nodes::findFactory(world.node.kind)->sink(world.node, world.context).value();
    if (const auto opened = sink->open(); opened && opened->progress)
        (void)sink->commit({}, *opened->progress).has_value();
    (void)sink->close().has_value();
}

void tryHistory(ByteView bytes)
{
    const auto points = runtime::MetricsHistory::unpack(5, bytes);
    (void)runtime::MetricsHistory::pack(points);
}

} // namespace

/// The first byte chooses whose progress the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const ByteView rest = std::as_bytes(std::span(data, size)).subspan(1);
    const graph::ParameterValue path = std::string("in");
    switch (data[0] % 7) {
    case 0:
        tryProducer({"generator", {}}, rest);
        break;
    case 1:
        tryProducer({"file", {{"path", path}}}, rest);
        break;
    case 2:
        tryProducer({"tail", {{"path", path}}}, rest);
        break;
    case 3:
        tryProducer({"host-metrics", {}}, rest);
        break;
    case 4:
        tryFragment(rest);
        break;
    case 5:
        tryFolder(rest);
        break;
    default:
        tryHistory(rest);
    }
    return 0;
}
