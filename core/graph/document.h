// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/uuid.h"
#include "core/graph/value.h"

#include <cmath>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::graph {

/// Fields of a file that this version does not know: name → the value as JSON text on one line.
/// Only the reader makes them; they are kept and written back where they stood.
using UnknownFields = std::map<std::string, std::string>;

/// Whether a node takes part. Stored by name, not by number.
enum class NodeState : std::uint8_t {
    Enabled = 1,
    Disabled, ///< as if it and its wires were not there
    Bypassed, ///< records pass it unchanged; only for nodes with one input and one output
};

/// One node of the pipeline. What `kind` means is told by a NodeKind; a document may hold kinds
/// and parameters that nobody knows (validation says so). A parameter that is absent has the
/// kind's default.
struct Node {
    NodeId id = {};
    std::string kind = {}; ///< NodeKind::id, "generator"
    std::string name = {}; ///< free text for people; need not be unique
    NodeState state = NodeState::Enabled;
    std::map<std::string, ParameterValue> parameters = {};
    UnknownFields unknown = {};
    friend bool operator==(const Node &, const Node &) = default;
};

/// One end of a wire. The node need not exist (validation says so).
struct PortRef {
    NodeId node;
    std::string port; ///< Port::id
    friend auto operator<=>(const PortRef &, const PortRef &) = default;

    std::string toString() const; ///< "f81k2m0a.out"
    /// Reads that spelling; nothing when it is none.
    static std::optional<PortRef> parse(std::string_view text);
};

/// What names a wire: from an output to an input. Two wires with the same ends are one wire.
struct WireEnds {
    PortRef from;
    PortRef to;
    friend auto operator<=>(const WireEnds &, const WireEnds &) = default;
};

/// What a wire carries beside its ends.
struct Wire {
    UnknownFields unknown = {};
    friend bool operator==(const Wire &, const Wire &) = default;
};

/// Canvas units: pixels at 100 %, x to the right, y down. At most kFarthest from 0.
struct Point {
    double x = 0;
    double y = 0;
    friend bool operator==(const Point &, const Point &) = default;
};

/// Farther out a canvas cannot be drawn: pixels become smaller than what a number can tell apart.
inline constexpr double kFarthest = 1'000'000;
inline bool isPlace(const Point &point)
{
    return std::abs(point.x) <= kFarthest && std::abs(point.y) <= kFarthest;
}

/// Where a node's upper left corner stands; no position means "not placed yet" (a file written by
/// hand), and the canvas finds a place.
struct NodeLayout {
    std::optional<Point> position = {};
    UnknownFields unknown = {};
    friend bool operator==(const NodeLayout &, const NodeLayout &) = default;
};

/// Random name of an annotation, spelled like a node's.
struct AnnotationId {
    std::string value;
    friend auto operator<=>(const AnnotationId &, const AnnotationId &) = default;
};

enum class AnnotationKind : std::uint8_t {
    Frame = 1, ///< a titled rectangle behind the nodes that lie in it
    Comment,   ///< a text on the canvas
};

/// Something drawn for people only; it changes nothing that runs.
struct Annotation {
    AnnotationKind kind = AnnotationKind::Comment;
    std::string text;  ///< a frame's title or a comment's text; may hold several lines
    Point position;    ///< upper left corner
    Point size;        ///< width and height, both at least 0
    std::string color; ///< name of a colour role of the studio; empty for the usual one
    UnknownFields unknown = {};
    friend bool operator==(const Annotation &, const Annotation &) = default;
};

/// Everything about places on the canvas: changes here never touch what runs.
struct Layout {
    std::map<NodeId, NodeLayout> nodes; ///< only of nodes that exist; may lack some
    std::map<AnnotationId, Annotation> annotations;
    UnknownFields unknown = {};
    friend bool operator==(const Layout &, const Layout &) = default;
};

/// A pipeline as data: what a `.millrace` file holds (FORMAT.md). Streams themselves are not in
/// it; a stream node refers to one by name. Maps are ordered, so that equal documents write equal
/// bytes. Change it through `apply` (edit.h) wherever somebody may want to undo.
///
/// Kept by the reader and by `apply`: the key of `nodes` is the node's id; ids are well formed;
/// texts are UTF-8 and numbers finite; `layout.nodes` only names nodes that exist.
/// Thread-safety: a plain value.
struct Document {
    Uuid project = {}; ///< names the pipeline for ever; progress and data directories refer to it
    std::string name = {};
    std::map<NodeId, Node> nodes = {};
    std::map<WireEnds, Wire> wires = {};
    Layout layout = {};
    UnknownFields unknown = {};
    friend bool operator==(const Document &, const Document &) = default;

    const Node *find(const NodeId &id) const; ///< null when there is none
    /// Adds a node under its id, or replaces the one with that id.
    Node &put(Node node);
};

/// Whether `text` is spelled like an id: 8 characters of [a-z0-9].
bool isNodeId(std::string_view text);

/// A new id, each of 36⁸ equally likely. Two nodes of one document practically never get the same;
/// AddNode refuses it when they do.
NodeId newNodeId(RandomSource &random);
AnnotationId newAnnotationId(RandomSource &random);

/// "enabled", "disabled", "bypassed": the spelling in the file.
std::string_view toText(NodeState state);

} // namespace millrace::graph
