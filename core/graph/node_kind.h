// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::graph {

// What a kind of node is, said once: palette, property form, validation, command-line help, file
// schema, translations and exporters are made from it. The list of kinds lives in core/nodes. All
// texts are English source texts; the studio translates them. All are plain values.

/// The part a node plays. A stream is where records rest; only it may close a cycle.
enum class Category : std::uint8_t { Producer = 1, Stream, Transform, Destination };

/// What a parameter may be set to; in brackets the alternative of ParameterValue that holds it.
enum class ParameterType : std::uint8_t {
    Boolean = 1,   ///< [bool]
    Integer,       ///< [int64]
    Real,          ///< [double, or int64]
    Rate,          ///< [double, or int64] per second; `unit` says of what
    Bytes,         ///< [int64] a size in bytes, at least 0
    Duration,      ///< [Milliseconds] at least 0
    Text,          ///< [string] one line
    MultilineText, ///< [string]
    Choice,        ///< [string] the id of one of `choices`
    FilePath,      ///< [string] a file
    FolderPath,    ///< [string] a folder
    Expression,    ///< [string] one SQL expression, bound to the schema of the node's input
    SelectList,    ///< [string] what stands between SELECT and FROM
    Sql,           ///< [string] whole SQL statements
    SchemaText,    ///< [string] columns as in CREATE TABLE
    StreamName,    ///< [string] AWS's rule: 1 to 128 of [a-zA-Z0-9_.-]
    Secret,        ///< [string] "secret://name", never the secret itself
    Texts,         ///< [TextList]
    Pairs,         ///< [KeyValues]
};

/// When a changed parameter of a running node takes effect, in growing order of cost.
enum class Applies : std::uint8_t {
    AtOnce = 1,
    NextBatch,
    FragmentRestart, ///< the fragments of the node stop and go on from their cursors
    StopFirst,       ///< the pipeline must be stopped
};

/// What the inspector opens for a node.
enum class Editor : std::uint8_t { Form = 1, Sql, Code, Zones };

struct Choice {
    std::string id;    ///< stands in the file
    std::string title; ///< stands in the form
    std::string help = {};
};

/// The parameter is shown, and means something, only while another one has one of these values.
struct ShownWhen {
    std::string parameter;
    std::vector<ParameterValue> anyOf;
};

struct Parameter {
    std::string id; ///< "ratePerSecond": [a-z][a-zA-Z0-9]*
    std::string title;
    ParameterType type = ParameterType::Text;
    std::optional<ParameterValue> defaultValue = {}; ///< none: empty, false or 0
    std::string unit = {};                           ///< "records", "%"; beside the field
    std::optional<double> minimum = {};              ///< inclusive; of numbers, bytes, ms
    std::optional<double> maximum = {};              ///< inclusive
    std::vector<Choice> choices = {};                ///< of a Choice
    std::string help = {};                           ///< a sentence or two
    std::string zeroMeans = {};                      ///< "no limit": said instead of 0
    std::optional<ShownWhen> shownWhen = {};
    Applies applies = Applies::FragmentRestart;
    bool required = false; ///< must be set (and not be empty) where there is no default
};

struct Port {
    std::string id; ///< "in", "out", "left": [a-z][a-zA-Z0-9]*
    std::string title;
    bool manyWires = true;
};

/// What corresponds to the kind elsewhere, as a sentence or a name; empty where nothing does.
struct Mappings {
    std::string flink = {};
    std::string aws = {};
    std::string kafka = {};
};

/// What holds for the fate of records at every node of the kind (architecture: one-fate law).
struct FateLaws {
    bool oneToOne = false;         ///< also out = processed
    bool replayableSource = false; ///< a producer that can give its records again
};

struct NodeKind {
    std::string id; ///< stands in the file: [a-z][a-z0-9-]*
    Category category = Category::Transform;
    std::string title;
    std::string summary; ///< one line
    std::vector<Port> inputs = {};
    std::vector<Port> outputs = {};
    std::vector<Parameter> parameters = {}; ///< in the order of the form
    Editor editor = Editor::Form;
    Mappings mappings = {};
    FateLaws laws = {};

    const Parameter *findParameter(std::string_view parameter) const; ///< null when there is none
    const Port *findInput(std::string_view port) const;
    const Port *findOutput(std::string_view port) const;
    /// The parameter of type StreamName that says which stream a stream node means; null for
    /// other categories.
    const Parameter *streamNameParameter() const;
};

/// "an integer", "a duration, like {\"ms\": 60000}", …: what a parameter of the type wants, for
/// messages.
std::string_view expectation(ParameterType type);

/// Whether a value of this alternative can hold a parameter of the type.
bool fits(ParameterType type, const ParameterValue &value);

/// Whether `name` is a legal stream name (AWS CreateStream: [a-zA-Z0-9_.-]{1,128}).
bool isStreamName(std::string_view name);

/// Whether `text` is "secret://" and a name of [a-zA-Z0-9_.-]+.
bool isSecretReference(std::string_view text);

} // namespace millrace::graph
