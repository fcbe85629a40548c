// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/graph/document.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace millrace::graph {

// Every change somebody can make to a document, as a value: ids and values, never pointers, so
// that it can be kept on an undo stack, sent, and applied to an equal document elsewhere.

/// Adds a node and, where given, its place. The id must be free.
struct AddNode {
    Node node;
    std::optional<NodeLayout> layout = {};
    friend bool operator==(const AddNode &, const AddNode &) = default;
};
/// Removes a node with its wires and its place.
struct RemoveNode {
    NodeId node;
    friend bool operator==(const RemoveNode &, const RemoveNode &) = default;
};
/// Adds a wire. Whether its ends exist and fit is for validation, not for the edit.
struct AddWire {
    WireEnds ends;
    Wire wire = {};
    friend bool operator==(const AddWire &, const AddWire &) = default;
};
struct RemoveWire {
    WireEnds ends;
    friend bool operator==(const RemoveWire &, const RemoveWire &) = default;
};
struct SetParameter {
    NodeId node;
    std::string parameter;
    ParameterValue value;
    friend bool operator==(const SetParameter &, const SetParameter &) = default;
};
/// Back to the kind's default. The parameter must be set.
struct RemoveParameter {
    NodeId node;
    std::string parameter;
    friend bool operator==(const RemoveParameter &, const RemoveParameter &) = default;
};
struct RenameNode {
    NodeId node;
    std::string name;
    friend bool operator==(const RenameNode &, const RenameNode &) = default;
};
struct SetNodeState {
    NodeId node;
    NodeState state = NodeState::Enabled;
    friend bool operator==(const SetNodeState &, const SetNodeState &) = default;
};
/// Puts nodes at places, all in one step; no place means "not placed yet".
struct MoveNodes {
    std::map<NodeId, std::optional<Point>> places;
    friend bool operator==(const MoveNodes &, const MoveNodes &) = default;
};
struct SetProjectName {
    std::string name;
    friend bool operator==(const SetProjectName &, const SetProjectName &) = default;
};
struct AddAnnotation {
    AnnotationId id;
    Annotation annotation;
    friend bool operator==(const AddAnnotation &, const AddAnnotation &) = default;
};
struct RemoveAnnotation {
    AnnotationId id;
    friend bool operator==(const RemoveAnnotation &, const RemoveAnnotation &) = default;
};
/// Replaces an annotation as a whole: moved, resized, retitled.
struct SetAnnotation {
    AnnotationId id;
    Annotation annotation;
    friend bool operator==(const SetAnnotation &, const SetAnnotation &) = default;
};

struct Edit;
/// Several edits as one step with a name for the undo list ("Insert node into wire"), applied in
/// order: all or none.
struct Compound {
    std::string name;
    std::vector<Edit> edits;
    friend bool operator==(const Compound &, const Compound &);
};

struct Edit {
    std::variant<AddNode, RemoveNode, AddWire, RemoveWire, SetParameter, RemoveParameter,
                 RenameNode, SetNodeState, MoveNodes, SetProjectName, AddAnnotation,
                 RemoveAnnotation, SetAnnotation, Compound>
        what;
    friend bool operator==(const Edit &, const Edit &) = default;
};

/// Changes `document` and returns the edit that takes the change back: applied to the result, it
/// gives a document equal to the former one, which writes the same bytes.
///
/// Errors leave the document as it was. NotFound (no such node, wire, parameter, annotation),
/// AlreadyExists (an id or a wire that is there), InvalidArgument (what a Document may not hold,
/// see document.h). Places as in place.h.
Result<Edit> apply(Document &document, const Edit &edit);

} // namespace millrace::graph
