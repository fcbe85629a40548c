// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/dashboard.h"

#include "app/cli/terminal.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace millrace::cli {
namespace {

constexpr std::size_t kBarColumns = 30;
constexpr std::size_t kNameColumns = 22;
constexpr std::size_t kProblemLines = 5;

std::string_view stateText(runtime::NodeState state)
{
    using S = runtime::NodeState;
    switch (state) {
    case S::Stopped:
        return "stopped";
    case S::Running:
        return "running";
    case S::Paused:
        return "paused";
    case S::BackPressured:
        return "waits";
    case S::Retrying:
        return "retries";
    case S::Finished:
        return "finished";
    case S::Failed:
        return "FAILED";
    case S::Disabled:
        return "disabled";
    }
    return "";
}

std::string_view stateText(runtime::RunState state)
{
    using S = runtime::RunState;
    switch (state) {
    case S::Stopped:
        return "stopped";
    case S::Running:
        return "running";
    case S::Paused:
        return "paused";
    }
    return "";
}

std::string wholeRate(double perSecond)
{
    return grouped(static_cast<std::uint64_t>(std::llround(std::max(0.0, perSecond))));
}

std::string rate(double perSecond)
{
    return wholeRate(perSecond) + "/s";
}

std::string nodeLine(const graph::Node &node, const runtime::NodeFigures &figures)
{
    const runtime::FateCounts &counts = figures.counts;
    std::string line = fmt::format(
        "{} {} {} in {:>10}  out {:>10}  {:>13} total", cell(node.name, kNameColumns),
        cell(node.kind, 12), cell(stateText(figures.state), 9), rate(figures.inPerSecond),
        rate(figures.outPerSecond), grouped(std::max(counts.in, counts.out)));
    const auto add = [&](std::string_view what, std::uint64_t count) {
        if (count > 0)
            line += fmt::format("  {} {}", grouped(count), what);
    };
    add("filtered", counts.filtered);
    add("late", counts.late);
    add("dead", counts.dead);
    add("expired", counts.expired);
    add("behind", figures.lagRecords);
    return line;
}

std::string shardLine(const runtime::ShardFigures &shard)
{
    return fmt::format("  shard {:<4} [{}] {:>4.0f} %  {:>8}  {:>12}/s{}", shard.shard.value,
                       loadBar(shard.load(), kBarColumns), shard.load() * 100,
                       rate(shard.recordsInPerSecond), bytesText(shard.bytesInPerSecond),
                       shard.refused > 0 ? "  " + grouped(shard.refused) + " refused" : "");
}

std::size_t activeProblems(const runtime::Snapshot &snapshot)
{
    return static_cast<std::size_t>(
        std::count_if(snapshot.problems.begin(), snapshot.problems.end(),
                      [](const runtime::ProblemEntry &entry) { return entry.active; }));
}

} // namespace

std::string loadBar(double load, std::size_t columns)
{
    const std::size_t limit = columns * 4 / 5;
    const double filled = std::isfinite(load) && load > 0 ? load * static_cast<double>(limit) : 0;
    const auto full =
        static_cast<std::size_t>(std::llround(std::min(filled, static_cast<double>(columns))));
    std::string bar(columns, '.');
    std::fill_n(bar.begin(), full, '#');
    if (limit < columns)
        bar[limit] = '|';
    return bar;
}

std::string statusLine(const runtime::Snapshot &snapshot)
{
    const std::size_t problems = activeProblems(snapshot);
    std::string line = fmt::format(
        "{}  {}  {} records/s in  {} on disk  {} memory",
        clockText(std::chrono::floor<std::chrono::seconds>(snapshot.runningFor).count()),
        stateText(snapshot.state), wholeRate(snapshot.recordsInPerSecond),
        bytesText(static_cast<double>(snapshot.diskBytes)),
        bytesText(static_cast<double>(snapshot.memoryBytes)));
    if (problems > 0)
        line += fmt::format("  {} problem{}", problems, problems == 1 ? "" : "s");
    return line;
}

std::vector<std::string> dashboardLines(const graph::Document &document,
                                        const runtime::Snapshot &snapshot, std::size_t columns)
{
    std::vector<std::string> lines;
    lines.push_back(document.name + "  " + statusLine(snapshot));
    lines.emplace_back();
    for (const auto &[id, node] : document.nodes) {
        const runtime::NodeFigures *figures = snapshot.node(id);
        if (figures == nullptr)
            continue;
        lines.push_back(nodeLine(node, *figures));
        for (const runtime::ShardFigures &shard : figures->shards)
            lines.push_back(shardLine(shard));
    }
    std::size_t shown = 0;
    for (const runtime::ProblemEntry &entry : snapshot.problems) {
        if (!entry.active || shown == kProblemLines)
            continue;
        if (shown++ == 0)
            lines.emplace_back();
        lines.push_back(entry.problem.message() +
                        (entry.count > 1 ? " × " + grouped(entry.count) : ""));
    }
    for (std::string &line : lines)
        line = cut(line, columns);
    return lines;
}

} // namespace millrace::cli
