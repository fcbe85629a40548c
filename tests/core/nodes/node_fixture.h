// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory_file_system.h"
#include "core/nodes/kinds.h"

#include <functional>
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

/// Runs a source to its end, stopping it after a random number of steps of random size and going on
/// with a new one from the progress stored last.
inline Status cutAndRestore(const std::function<std::unique_ptr<runtime::Source>()> &make,
                            ManualClock &clock, std::uint64_t seed, Given &given)
{
    Bytes progress;
    std::uint64_t chance = mix64(seed);
    while (!given.finished) {
        const auto source = make();
        MILLRACE_TRY(source->restore(progress));
        chance = mix64(chance);
        for (std::uint64_t steps = chance % 9 + 1; steps > 0 && !given.finished; --steps) {
            const auto step =
                take(*source, {.records = chance % 50 + 1, .bytes = std::size_t{1} << 20U}, given);
            if (!step)
                return step.error();
            if (step->state == runtime::SourceStep::State::Wait)
                clock.advance(step->wakeAt - clock.mono());
        }
        progress = given.progress;
    }
    return Done{};
}

} // namespace millrace::test
