// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_report.h"

#include "core/gateway/control/snapshot_fields.h"

namespace millrace::cli {
namespace {

std::string_view stateName(runtime::NodeState state)
{
    for (const auto &[member, name] : gateway::EnumNames<runtime::NodeState>::values) {
        if (member == state)
            return name;
    }
    return {};
}

/// What is over is stopped; what ended before, or did not come further, is said.
runtime::NodeState endState(const runtime::NodeFigures *running,
                            const runtime::NodeFigures *stopped)
{
    using runtime::NodeState;
    if (running != nullptr &&
        (running->state == NodeState::Failed || running->state == NodeState::Finished ||
         running->state == NodeState::Retrying))
        return running->state;
    return stopped == nullptr ? NodeState::Stopped : stopped->state;
}

gateway::Json nodeJson(const graph::Node &node, const RunReport &report)
{
    const runtime::NodeFigures *figures = report.final.node(node.id);
    const runtime::NodeFigures *running = report.last.node(node.id);
    const runtime::FateCounts counts = figures == nullptr ? runtime::FateCounts{} : figures->counts;
    gateway::Json json{{"name", node.name},
                       {"kind", node.kind},
                       {"state", stateName(endState(running, figures))},
                       {"in", counts.in},
                       {"processed", counts.processed},
                       {"filtered", counts.filtered},
                       {"late", counts.late},
                       {"dead", counts.dead},
                       {"expired", counts.expired},
                       {"in_flight", counts.inFlight},
                       {"out", counts.out},
                       {"lag", figures == nullptr ? 0 : figures->lagRecords}};
    return json;
}

} // namespace

std::string toJson(const RunReport &report)
{
    gateway::Json nodes = gateway::Json::object();
    for (const auto &[id, node] : report.document.nodes)
        nodes[id.value] = nodeJson(node, report);
    gateway::Json streams = gateway::Json::object();
    for (const engine::StreamInfo &stream : report.streams)
        streams[stream.name] = {{"id", stream.id.toString()},
                                {"shards", stream.shards},
                                {"records", stream.records},
                                {"damaged_records", stream.damagedRecords},
                                {"disk_bytes", stream.diskBytes},
                                {"role", stream.deadLetters ? "dead-letters"
                                         : stream.implicit  ? "wire"
                                                            : "data"}};
    gateway::Json problems = gateway::Json::array();
    for (const runtime::ProblemEntry &entry : report.final.problems) {
        gateway::Json problem = gateway::toJson(entry.problem);
        problem["count"] = entry.count;
        problem["active"] = entry.active;
        problems.push_back(std::move(problem));
    }
    const gateway::Json json{{"pipeline", report.document.name},
                             {"project", report.document.project.toString()},
                             {"ended", report.ended},
                             {"elapsed_ms", report.elapsed.count()},
                             {"nodes", std::move(nodes)},
                             {"streams", std::move(streams)},
                             {"problems", std::move(problems)}};
    return json.dump(2, ' ', false, gateway::Json::error_handler_t::replace) + "\n";
}

} // namespace millrace::cli
