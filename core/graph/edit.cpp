// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/edit.h"

#include "core/base/problem_codes.h"
#include "core/graph/place.h"

#include <algorithm>
#include <cmath>

namespace millrace::graph {

namespace {

Problem noSuch(std::string what, std::string place)
{
    return Problem(Code::NotFound, {{"what", std::move(what)}}, std::move(place));
}

Problem existsAlready(std::string what, std::string place)
{
    return Problem(Code::AlreadyExists, {{"what", std::move(what)}}, std::move(place));
}

Status checkAnnotation(const AnnotationId &id, const Annotation &annotation)
{
    if (!isNodeId(id.value) || !isUtf8(annotation.text) || !isUtf8(annotation.color) ||
        !isPlace(annotation.position) || !isPlace(annotation.size) || annotation.size.x < 0 ||
        annotation.size.y < 0)
        return invalidArgument(
            "an annotation needs an id, UTF-8, and a place and a size within a million units",
            annotationPlace(id));
    return Done{};
}

/// Does the edit and returns its inverse; one overload for each alternative.
class Applier
{
public:
    explicit Applier(Document &document)
        : m_document(document)
    {}

    Result<Edit> operator()(const AddNode &edit)
    {
        const Node &node = edit.node;
        MILLRACE_TRY(checkNewNode(edit));
        m_document.nodes.emplace(node.id, node);
        if (edit.layout && *edit.layout != NodeLayout{})
            m_document.layout.nodes.emplace(node.id, *edit.layout);
        return Edit{RemoveNode{node.id}};
    }

    Result<Edit> operator()(const RemoveNode &edit)
    {
        const auto found = m_document.nodes.find(edit.node);
        if (found == m_document.nodes.end())
            return noSuch("the node", nodePlace(edit.node));
        AddNode restored{std::move(found->second)};
        m_document.nodes.erase(found);
        if (const auto place = m_document.layout.nodes.find(edit.node);
            place != m_document.layout.nodes.end()) {
            restored.layout = std::move(place->second);
            m_document.layout.nodes.erase(place);
        }
        Compound inverse{"", {Edit{std::move(restored)}}};
        for (auto wire = m_document.wires.begin(); wire != m_document.wires.end();) {
            if (wire->first.from.node != edit.node && wire->first.to.node != edit.node) {
                ++wire;
                continue;
            }
            inverse.edits.push_back(Edit{AddWire{wire->first, std::move(wire->second)}});
            wire = m_document.wires.erase(wire);
        }
        if (inverse.edits.size() == 1)
            return std::move(inverse.edits.front());
        return Edit{std::move(inverse)};
    }

    Result<Edit> operator()(const AddWire &edit)
    {
        for (const PortRef &end : {edit.ends.from, edit.ends.to}) {
            if (!isUtf8(end.port) || PortRef::parse(end.toString()) != end)
                return invalidArgument("a wire needs two ends like f81k2m0a.out",
                                       wirePlace(edit.ends));
        }
        if (!m_document.wires.try_emplace(edit.ends, edit.wire).second)
            return existsAlready("the wire", wirePlace(edit.ends));
        return Edit{RemoveWire{edit.ends}};
    }

    Result<Edit> operator()(const RemoveWire &edit)
    {
        const auto found = m_document.wires.find(edit.ends);
        if (found == m_document.wires.end())
            return noSuch("the wire", wirePlace(edit.ends));
        AddWire inverse{edit.ends, std::move(found->second)};
        m_document.wires.erase(found);
        return Edit{std::move(inverse)};
    }

    Result<Edit> operator()(const SetParameter &edit)
    {
        Node *node = find(edit.node);
        if (node == nullptr)
            return noSuch("the node", nodePlace(edit.node));
        if (!isUtf8(edit.parameter) || !isStorable(edit.value))
            return invalidArgument("a value must be UTF-8 and finite",
                                   parameterPlace(edit.node, edit.parameter));
        const auto [slot, isNew] = node->parameters.try_emplace(edit.parameter, edit.value);
        if (isNew)
            return Edit{RemoveParameter{edit.node, edit.parameter}};
        return Edit{
            SetParameter{edit.node, edit.parameter, std::exchange(slot->second, edit.value)}};
    }

    Result<Edit> operator()(const RemoveParameter &edit)
    {
        Node *node = find(edit.node);
        if (node == nullptr)
            return noSuch("the node", nodePlace(edit.node));
        const auto found = node->parameters.find(edit.parameter);
        if (found == node->parameters.end())
            return noSuch("a value of the parameter", parameterPlace(edit.node, edit.parameter));
        SetParameter inverse{edit.node, edit.parameter, std::move(found->second)};
        node->parameters.erase(found);
        return Edit{std::move(inverse)};
    }

    Result<Edit> operator()(const RenameNode &edit)
    {
        Node *node = find(edit.node);
        if (node == nullptr)
            return noSuch("the node", nodePlace(edit.node));
        if (!isUtf8(edit.name))
            return invalidArgument("a name must be UTF-8", nodePlace(edit.node));
        return Edit{RenameNode{edit.node, std::exchange(node->name, edit.name)}};
    }

    Result<Edit> operator()(const SetNodeState &edit)
    {
        Node *node = find(edit.node);
        if (node == nullptr)
            return noSuch("the node", nodePlace(edit.node));
        return Edit{SetNodeState{edit.node, std::exchange(node->state, edit.state)}};
    }

    Result<Edit> operator()(const MoveNodes &edit)
    {
        for (const auto &[id, place] : edit.places) {
            if (!m_document.nodes.contains(id))
                return noSuch("the node", nodePlace(id));
            if (place && !isPlace(*place))
                return invalidArgument("a place must be within a million units", nodePlace(id));
        }
        MoveNodes inverse;
        for (const auto &[id, place] : edit.places) {
            NodeLayout &layout = m_document.layout.nodes[id];
            inverse.places.emplace(id, std::exchange(layout.position, place));
            if (layout == NodeLayout{})
                m_document.layout.nodes.erase(id);
        }
        return Edit{std::move(inverse)};
    }

    Result<Edit> operator()(const SetProjectName &edit)
    {
        if (!isUtf8(edit.name))
            return invalidArgument("the name of the pipeline must be UTF-8");
        return Edit{SetProjectName{std::exchange(m_document.name, edit.name)}};
    }

    Result<Edit> operator()(const AddAnnotation &edit)
    {
        MILLRACE_TRY(checkAnnotation(edit.id, edit.annotation));
        if (!m_document.layout.annotations.try_emplace(edit.id, edit.annotation).second)
            return existsAlready("the annotation", annotationPlace(edit.id));
        return Edit{RemoveAnnotation{edit.id}};
    }

    Result<Edit> operator()(const RemoveAnnotation &edit)
    {
        const auto found = m_document.layout.annotations.find(edit.id);
        if (found == m_document.layout.annotations.end())
            return noSuch("the annotation", annotationPlace(edit.id));
        AddAnnotation inverse{edit.id, std::move(found->second)};
        m_document.layout.annotations.erase(found);
        return Edit{std::move(inverse)};
    }

    Result<Edit> operator()(const SetAnnotation &edit)
    {
        MILLRACE_TRY(checkAnnotation(edit.id, edit.annotation));
        const auto found = m_document.layout.annotations.find(edit.id);
        if (found == m_document.layout.annotations.end())
            return noSuch("the annotation", annotationPlace(edit.id));
        return Edit{SetAnnotation{edit.id, std::exchange(found->second, edit.annotation)}};
    }

    Result<Edit> operator()(const Compound &edit)
    {
        Compound inverse{edit.name, {}};
        std::optional<Problem> failed;
        for (const Edit &part : edit.edits) {
            auto undone = apply(m_document, part);
            if (!undone) {
                failed = std::move(undone).error();
                break;
            }
            inverse.edits.push_back(*std::move(undone));
        }
        std::ranges::reverse(inverse.edits);
        if (!failed)
            return Edit{std::move(inverse)};
        for (const Edit &part : inverse.edits) {
            const auto redone = apply(m_document, part);
            MILLRACE_ASSERT(redone.has_value());
        }
        return std::move(*failed);
    }

private:
    Node *find(const NodeId &id)
    {
        const auto found = m_document.nodes.find(id);
        return found == m_document.nodes.end() ? nullptr : &found->second;
    }

    Status checkNewNode(const AddNode &edit) const
    {
        const Node &node = edit.node;
        if (m_document.nodes.contains(node.id))
            return existsAlready("the node", nodePlace(node.id));
        if (!isNodeId(node.id.value))
            return invalidArgument("an id is 8 characters of a-z and 0-9", nodePlace(node.id));
        if (!isUtf8(node.kind) || !isUtf8(node.name))
            return invalidArgument("the kind and the name must be UTF-8", nodePlace(node.id));
        for (const auto &[name, value] : node.parameters) {
            if (!isUtf8(name) || !isStorable(value))
                return invalidArgument("a value must be UTF-8 and finite",
                                       parameterPlace(node.id, name));
        }
        if (edit.layout && edit.layout->position && !isPlace(*edit.layout->position))
            return invalidArgument("a place must be within a million units", nodePlace(node.id));
        return Done{};
    }

    Document &m_document;
};

} // namespace

bool operator==(const Compound &a, const Compound &b)
{
    return a.name == b.name && a.edits == b.edits;
}

Result<Edit> apply(Document &document, const Edit &edit)
{
    return std::visit(Applier(document), edit.what);
}

} // namespace millrace::graph
