// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/difference.h"

#include "core/graph/parameter_reader.h"

#include <algorithm>
#include <set>

namespace millrace::graph {

namespace {

/// Walks two ordered maps side by side: keys only in one, and pairs that are in both.
template <class Map, class Added, class Removed, class Both>
void compareMaps(const Map &before, const Map &after, Added added, Removed removed, Both both)
{
    for (const auto &[key, value] : before) {
        const auto found = after.find(key);
        if (found == after.end())
            removed(key);
        else
            both(key, value, found->second);
    }
    for (const auto &[key, value] : after) {
        if (!before.contains(key))
            added(key);
    }
}

std::optional<ParameterValue> copied(const ParameterValue *value)
{
    return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<ParameterValue> raw(const Node &node, const std::string &parameter)
{
    const auto found = node.parameters.find(parameter);
    return found == node.parameters.end() ? std::nullopt : std::optional(found->second);
}

/// The parameters that the kind describes, by what they mean.
void compareDescribed(const Node &before, const Node &after, const NodeKind &kind,
                      std::vector<ParameterChange> &changes)
{
    const ParameterReader left(before, kind);
    const ParameterReader right(after, kind);
    for (const Parameter &parameter : kind.parameters) {
        const ParameterValue *x = left.value(parameter.id);
        const ParameterValue *y = right.value(parameter.id);
        const bool shown = left.isShown(parameter.id) || right.isShown(parameter.id);
        if (shown && !sameValue(parameter.type, x, y))
            changes.push_back({parameter.id, copied(x), copied(y), parameter.applies});
    }
}

/// The parameters that no kind describes, as they stand in the file.
void compareUnknown(const Node &before, const Node &after, const NodeKind *kind,
                    std::vector<ParameterChange> &changes)
{
    std::set<std::string> names;
    for (const Node *node : {&before, &after}) {
        for (const auto &[name, value] : node->parameters) {
            if (kind == nullptr || kind->findParameter(name) == nullptr)
                names.insert(name);
        }
    }
    for (const std::string &name : names) {
        auto x = raw(before, name);
        auto y = raw(after, name);
        if (x != y)
            changes.push_back({name, std::move(x), std::move(y), Applies::StopFirst});
    }
}

NodeChange compareNodes(const Node &before, const Node &after, const KindCatalog &catalog)
{
    NodeChange change;
    change.node = after.id;
    change.kindChanged = before.kind != after.kind;
    change.stateChanged = before.state != after.state;
    change.renamed = before.name != after.name;
    const NodeKind *kind = change.kindChanged ? nullptr : catalog.find(after.kind);
    if (!change.kindChanged) {
        if (kind != nullptr)
            compareDescribed(before, after, *kind, change.parameters);
        compareUnknown(before, after, kind, change.parameters);
    }
    if (change.kindChanged || change.stateChanged)
        change.applies = Applies::FragmentRestart;
    for (const ParameterChange &parameter : change.parameters)
        change.applies = std::max(change.applies, parameter.applies);
    return change;
}

bool isChange(const NodeChange &change)
{
    return change.kindChanged || change.stateChanged || change.renamed ||
           !change.parameters.empty();
}

void compareLayouts(const Document &before, const Document &after, Difference &out)
{
    for (const auto &[id, node] : after.nodes) {
        if (!before.nodes.contains(id))
            continue;
        const auto place = [&](const Document &document) {
            const auto found = document.layout.nodes.find(id);
            return found == document.layout.nodes.end() ? std::nullopt : found->second.position;
        };
        if (place(before) != place(after))
            out.nodesMoved.push_back(id);
    }
    compareMaps(
        before.layout.annotations, after.layout.annotations,
        [&](const AnnotationId &id) { out.annotationsAdded.push_back(id); },
        [&](const AnnotationId &id) { out.annotationsRemoved.push_back(id); },
        [&](const AnnotationId &id, const Annotation &x, const Annotation &y) {
            if (x != y)
                out.annotationsChanged.push_back(id);
        });
}

} // namespace

bool Difference::changesPipeline() const
{
    return !nodesAdded.empty() || !nodesRemoved.empty() || !nodesChanged.empty() ||
           !wiresAdded.empty() || !wiresRemoved.empty() || projectRenamed;
}

bool Difference::changesLayout() const
{
    return !nodesMoved.empty() || !annotationsAdded.empty() || !annotationsRemoved.empty() ||
           !annotationsChanged.empty();
}

Difference difference(const Document &deployed, const Document &wanted, const KindCatalog &catalog)
{
    Difference out;
    out.projectRenamed = deployed.name != wanted.name;
    compareMaps(
        deployed.nodes, wanted.nodes, [&](const NodeId &id) { out.nodesAdded.push_back(id); },
        [&](const NodeId &id) { out.nodesRemoved.push_back(id); },
        [&](const NodeId &, const Node &before, const Node &after) {
            NodeChange change = compareNodes(before, after, catalog);
            if (isChange(change))
                out.nodesChanged.push_back(std::move(change));
        });
    compareMaps(
        deployed.wires, wanted.wires, [&](const WireEnds &ends) { out.wiresAdded.push_back(ends); },
        [&](const WireEnds &ends) { out.wiresRemoved.push_back(ends); },
        [](const WireEnds &, const Wire &, const Wire &) {});
    compareLayouts(deployed, wanted, out);
    return out;
}

} // namespace millrace::graph
