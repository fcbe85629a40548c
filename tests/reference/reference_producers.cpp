// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/reference_producers.h"

#include "core/base/memory_file_system.h"
#include "core/graph/parameter_reader.h"
#include "core/nodes/kinds.h"

#include <iterator>

namespace millrace::reference {
namespace {

constexpr const char *kFolder = "/";

void readOnce(const graph::Node &producer, FileSystem &files, Produced &out)
{
    ManualClock clock;
    runtime::NodeContext context;
    context.fileSystem = &files;
    context.documentFolder = kFolder;
    context.clock = &clock;
    context.node = producer.id;
    auto source = *nodes::findFactory(producer.kind)->source(producer, context);
    (void)source->restore({}).has_value(); // nothing to restore, nothing to fail
    record::RecordBatchBuilder builder;
    const bool follows = producer.kind == "tail"; // never finished, but at the end of the file
    for (bool over = false; !over;) {
        clock.advance(std::chrono::hours(1)); // whatever its pace, something is due
        runtime::SourceStep step = *source->step({}, builder);
        std::move(step.dead.begin(), step.dead.end(), std::back_inserter(out.dead));
        over = step.state == runtime::SourceStep::State::Finished ||
               (follows && step.state == runtime::SourceStep::State::Wait);
    }
    out.schema = source->schema().value_or(record::Schema{});
    const auto batch = builder.finish();
    for (std::size_t row = 0; row < batch->count(); ++row)
        out.records.push_back(
            {std::string(batch->data(row)), std::string(batch->key(row)), producer.id.value});
}

} // namespace

Produced producedBy(const graph::Node &producer, const Inputs &inputs)
{
    MemoryFileSystem files;
    const auto write = [&](const std::string &name, std::string_view content) {
        const ByteView bytes = asBytes(content);
        files.setContent(kFolder + name, Bytes(bytes.begin(), bytes.end()));
    };
    for (const auto &[name, content] : inputs.files)
        write(name, content);
    Produced out;
    const auto path = producer.parameters.find("path");
    const auto log = path == producer.parameters.end()
                         ? inputs.logs.end()
                         : inputs.logs.find(std::get<std::string>(path->second));
    if (log == inputs.logs.end()) {
        readOnce(producer, files, out);
        return out;
    }
    for (const auto &part : log->second) {
        std::string whole;
        for (const std::string &piece : part)
            whole += piece;
        write(log->first, whole);
        readOnce(producer, files, out);
    }
    return out;
}

} // namespace millrace::reference
