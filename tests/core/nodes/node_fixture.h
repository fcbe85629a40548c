// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory_file_system.h"
#include "core/nodes/kinds.h"

#include <string>
#include <vector>

namespace millrace::test {

/// A record as a test compares it.
struct Row {
    std::string key;
    std::string data;
    friend bool operator==(const Row &, const Row &) = default;
};

/// All that a source gave.
struct Given {
    std::vector<Row> rows;
    std::vector<runtime::DeadInput> dead;
    std::vector<Problem> notices;
    Bytes progress; ///< of the last step
    bool finished = false;
};

/// A world in memory with its own clock, and a node in it.
struct NodeWorld {
    MemoryFileSystem files;
    ManualClock clock;
    SeededRandom random{1};
    runtime::NodeContext context;

    NodeWorld()
    {
        context.fileSystem = &files;
        context.clock = &clock;
        context.random = &random;
        context.project = Uuid::random(random);
        context.node = NodeId{"node0001"};
        context.documentFolder = "/documents";
        context.dataFolder = "/data";
    }

    static graph::Node node(const std::string &kind,
                            std::map<std::string, graph::ParameterValue> parameters)
    {
        graph::Node node;
        node.id = NodeId{"node0001"};
        node.kind = kind;
        node.parameters = std::move(parameters);
        return node;
    }

    Result<std::unique_ptr<runtime::Source>>
    source(const std::string &kind, std::map<std::string, graph::ParameterValue> parameters) const
    {
        return nodes::findFactory(kind)->source(node(kind, std::move(parameters)), context);
    }
    Result<std::shared_ptr<const runtime::Transform>>
    transform(const std::string &kind,
              std::map<std::string, graph::ParameterValue> parameters) const
    {
        return nodes::findFactory(kind)->transform(node(kind, std::move(parameters)), context);
    }
    Result<std::unique_ptr<runtime::Sink>>
    sink(const std::string &kind, std::map<std::string, graph::ParameterValue> parameters) const
    {
        return nodes::findFactory(kind)->sink(node(kind, std::move(parameters)), context);
    }
};

/// One step of `source`, its records added to `given`. Gives the step, or its problem.
inline Result<runtime::SourceStep> take(runtime::Source &source,
                                        const runtime::SourceBudget &budget, Given &given)
{
    record::RecordBatchBuilder builder;
    auto step = source.step(budget, builder);
    if (!step)
        return step;
    const auto batch = builder.finish();
    for (std::size_t row = 0; row < batch->count(); ++row)
        given.rows.push_back({std::string(batch->key(row)), std::string(batch->data(row))});
    for (auto &dead : step->dead)
        given.dead.push_back(std::move(dead));
    for (auto &notice : step->notices)
        given.notices.push_back(std::move(notice));
    given.progress = step->progress;
    given.finished = step->state == runtime::SourceStep::State::Finished;
    return step;
}

/// Steps until the source is finished or waits for something behind `until`, moving the clock to
/// each moment it asks for.
inline Status drain(runtime::Source &source, ManualClock &clock, MonoTime until,
                    const runtime::SourceBudget &budget, Given &given)
{
    for (;;) {
        const auto step = take(source, budget, given);
        if (!step)
            return step.error();
        if (step->state == runtime::SourceStep::State::Finished)
            return Done{};
        if (step->state == runtime::SourceStep::State::Wait) {
            if (step->wakeAt > until)
                return Done{};
            clock.advance(step->wakeAt - clock.mono());
        }
    }
}

} // namespace millrace::test
