// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/sound_part.h"

#include "core/graph/place.h"
#include "core/graph/validate.h"

#include <algorithm>

namespace millrace::engine {
namespace {

/// Whether it was still there.
bool leaveOutNode(SoundPart &part, const NodeId &id)
{
    const auto found = part.document.nodes.find(id);
    if (found == part.document.nodes.end() || found->second.state == graph::NodeState::Disabled)
        return false;
    found->second.state = graph::NodeState::Disabled;
    part.leftOut.insert(id);
    for (const auto &[ends, wire] : part.document.wires) {
        if (ends.from.node == id)
            part.incomplete.insert(ends.to.node);
    }
    return true;
}

/// Leaves out what the problem is about; whether there was something to leave out.
bool leaveOut(SoundPart &part, const Problem &problem)
{
    const auto place = graph::parsePlace(problem.place());
    if (!place)
        return false;
    if (place->wire) {
        part.incomplete.insert(place->wire->to.node);
        return part.document.wires.erase(*place->wire) > 0;
    }
    return place->node && leaveOutNode(part, *place->node);
}

/// What lies behind an incomplete node is incomplete too.
void follow(const graph::Document &document, std::set<NodeId> &incomplete)
{
    std::vector<NodeId> pending(incomplete.begin(), incomplete.end());
    while (!pending.empty()) {
        const NodeId at = std::move(pending.back());
        pending.pop_back();
        for (const auto &[ends, wire] : document.wires) {
            if (ends.from.node == at && incomplete.insert(ends.to.node).second)
                pending.push_back(ends.to.node);
        }
    }
}

} // namespace

SoundPart soundPart(const graph::Document &document, const graph::KindCatalog &catalog,
                    const std::vector<Problem> &problems)
{
    SoundPart out{document, {}, {}};
    const auto isError = [](const Problem &p) { return p.severity() == Severity::Error; };
    std::vector<Problem> left = problems;
    while (std::any_of(left.begin(), left.end(), isError)) {
        bool smaller = false;
        for (const Problem &problem : left)
            smaller = (isError(problem) && leaveOut(out, problem)) || smaller;
        if (!smaller) {
            for (const auto &[id, node] : document.nodes)
                leaveOutNode(out, id);
            break; // of disabled nodes there is nothing to say
        }
        left = graph::validate(out.document, catalog);
    }
    follow(document, out.incomplete);
    return out;
}

} // namespace millrace::engine
