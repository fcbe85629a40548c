// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/graph/file.h"
#include "core/graph/json_tree.h"

#include <algorithm>
#include <set>

namespace millrace::graph {

namespace {

using Kind = JsonNode::Kind;

std::string joinPlace(const std::string &place, std::string_view part)
{
    return place.empty() ? shortened(part) : place + "/" + shortened(part);
}

std::string joinPlace(const std::string &place, std::size_t index)
{
    return joinPlace(place, std::to_string(index));
}

/// A text in quotes, anything else by its kind: what a message says stands there.
std::string quoted(const JsonNode &node)
{
    return node.kind == Kind::Text ? '"' + shortened(node.text) + '"'
                                   : std::string(node.kindName());
}

/// Collects problems while reading goes on.
class Problems
{
public:
    void add(Code code, std::vector<Problem::Argument> arguments, std::size_t line,
             const std::string &place)
    {
        arguments.emplace_back("line", std::to_string(line));
        if (m_list.size() < kMaxReadProblems)
            m_list.emplace_back(code, std::move(arguments), place);
    }
    void wrong(std::string_view expected, std::string found, const JsonNode &at,
               const std::string &place)
    {
        add(Code::DocumentStructure,
            {{"expected", std::string(expected)}, {"found", std::move(found)}}, at.line, place);
    }
    void wrong(std::string_view expected, const JsonNode &found, const std::string &place)
    {
        wrong(expected, std::string(found.kindName()), found, place);
    }
    bool require(Kind kind, std::string_view expected, const JsonNode &node,
                 const std::string &place)
    {
        if (node.kind == kind)
            return true;
        wrong(expected, node, place);
        return false;
    }
    bool empty() const { return m_list.empty(); }
    std::vector<Problem> take() { return std::move(m_list); }

private:
    std::vector<Problem> m_list;
};

/// The members of one object: hands out the ones asked for and keeps the rest as unknown.
class Fields
{
public:
    Fields(const JsonNode &object, std::string place, Problems &problems)
        : m_object(object)
        , m_place(std::move(place))
        , m_problems(problems)
    {}

    const JsonNode *optional(std::string_view name)
    {
        m_known.insert(name);
        return m_object.find(name);
    }
    const JsonNode *required(std::string_view name)
    {
        const JsonNode *found = optional(name);
        if (found == nullptr)
            m_problems.add(Code::DocumentFieldMissing, {{"field", std::string(name)}},
                           m_object.line, m_place);
        return found;
    }
    std::string text(std::string_view name) { return textOf(required(name), name); }
    std::string optionalText(std::string_view name) { return textOf(optional(name), name); }
    double number(std::string_view name)
    {
        const JsonNode *node = required(name);
        if (node != nullptr && node->kind != Kind::Integer && node->kind != Kind::Real)
            m_problems.wrong("a number", *node, placeOf(name));
        return node == nullptr ? 0 : node->real;
    }
    UnknownFields unknown() const
    {
        UnknownFields rest;
        for (const auto &[name, value] : m_object.members) {
            if (!m_known.contains(name))
                rest.emplace(name, value.toText());
        }
        return rest;
    }
    std::string placeOf(std::string_view name) const { return joinPlace(m_place, name); }

private:
    std::string textOf(const JsonNode *node, std::string_view name)
    {
        if (node == nullptr || !m_problems.require(Kind::Text, "a text", *node, placeOf(name)))
            return {};
        return node->text;
    }

    const JsonNode &m_object;
    std::string m_place;
    Problems &m_problems;
    std::set<std::string_view> m_known;
};

/// Reports every name that stands twice in one object, wherever it is.
void findTwins(const JsonNode &node, const std::string &place, Problems &problems)
{
    std::map<std::string_view, std::size_t> lines;
    for (const auto &[name, value] : node.members) {
        const auto [first, isNew] = lines.emplace(name, value.line);
        if (!isNew)
            problems.add(Code::DocumentFieldTwice,
                         {{"field", shortened(name)}, {"first", std::to_string(first->second)}},
                         value.line, place);
        if (value.kind == Kind::Object || value.kind == Kind::Array)
            findTwins(value, joinPlace(place, name), problems);
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        if (node.items[i].kind == Kind::Object || node.items[i].kind == Kind::Array)
            findTwins(node.items[i], joinPlace(place, i), problems);
    }
}

TextList readTexts(const JsonNode &list, const std::string &place, Problems &problems)
{
    TextList texts;
    if (!problems.require(Kind::Array, "a list of texts", list, place))
        return texts;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        if (problems.require(Kind::Text, "a text", list.items[i], joinPlace(place, i)))
            texts.push_back(list.items[i].text);
    }
    return texts;
}

KeyValues readPairs(const JsonNode &list, const std::string &place, Problems &problems)
{
    KeyValues pairs;
    if (!problems.require(Kind::Array, "a list of [name, value]", list, place))
        return pairs;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const JsonNode &pair = list.items[i];
        if (pair.kind == Kind::Array && pair.items.size() == 2 &&
            pair.items[0].kind == Kind::Text && pair.items[1].kind == Kind::Text)
            pairs.push_back({pair.items[0].text, pair.items[1].text});
        else
            problems.wrong("[name, value], both texts", pair, joinPlace(place, i));
    }
    return pairs;
}

std::string joinLines(const TextList &lines)
{
    std::string text;
    for (const std::string &line : lines)
        text += (&line == lines.data() ? "" : "\n") + line;
    return text;
}

ParameterValue readTagged(const JsonNode &object, const std::string &place, Problems &problems)
{
    if (object.members.size() == 1) {
        const auto &[tag, value] = object.members.front();
        const std::string inner = joinPlace(place, tag);
        if (tag == "lines")
            return joinLines(readTexts(value, inner, problems));
        if (tag == "pairs")
            return readPairs(value, inner, problems);
        if (tag == "ms") {
            if (problems.require(Kind::Integer, "a whole number of milliseconds", value, inner))
                return Milliseconds(value.integer);
            return Milliseconds(0);
        }
    }
    problems.wrong(R"(a value, or an object with one of "ms", "lines", "pairs")", object, place);
    return false;
}

ParameterValue readValue(const JsonNode &node, const std::string &place, Problems &problems)
{
    switch (node.kind) {
    case Kind::Boolean:
        return node.boolean;
    case Kind::Integer:
        return node.integer;
    case Kind::Real:
        if (node.text.find_first_of(".eE") == std::string::npos)
            problems.wrong("a number", "a whole number beyond 64 bits", node, place);
        return node.real;
    case Kind::Text:
        return node.text;
    case Kind::Array:
        return readTexts(node, place, problems);
    case Kind::Object:
        return readTagged(node, place, problems);
    case Kind::Null:
        break;
    }
    problems.wrong("a value (leave the parameter out for its default)", node, place);
    return false;
}

/// Whether a member's name is an id; a problem otherwise.
bool requireId(const std::string &id, const JsonNode &value, const std::string &place,
               Problems &problems)
{
    if (isNodeId(id))
        return true;
    problems.add(Code::DocumentBadId, {{"id", shortened(id)}}, value.line, place);
    return false;
}

NodeState readState(const JsonNode *node, const std::string &place, Problems &problems)
{
    if (node == nullptr)
        return NodeState::Enabled;
    for (const auto state : {NodeState::Enabled, NodeState::Disabled, NodeState::Bypassed}) {
        if (node->kind == Kind::Text && node->text == toText(state))
            return state;
    }
    problems.wrong(R"("enabled", "disabled" or "bypassed")", quoted(*node), *node, place);
    return NodeState::Enabled;
}

void readNode(Document &document, const std::string &id, const JsonNode &value,
              const std::string &place, Problems &problems)
{
    if (!requireId(id, value, place, problems) ||
        !problems.require(Kind::Object, "an object", value, place))
        return;
    Fields fields(value, place, problems);
    Node node;
    node.id = NodeId{id};
    node.kind = fields.text("kind");
    node.name = fields.text("name");
    node.state = readState(fields.optional("state"), fields.placeOf("state"), problems);
    const JsonNode *parameters = fields.optional("parameters");
    const std::string inner = fields.placeOf("parameters");
    if (parameters != nullptr && problems.require(Kind::Object, "an object", *parameters, inner)) {
        for (const auto &[name, parameter] : parameters->members)
            node.parameters.insert_or_assign(
                name, readValue(parameter, joinPlace(inner, name), problems));
    }
    node.unknown = fields.unknown();
    document.put(std::move(node));
}

std::optional<PortRef> readEnd(Fields &fields, std::string_view name, Problems &problems)
{
    const JsonNode *node = fields.required(name);
    if (node == nullptr)
        return std::nullopt;
    std::optional<PortRef> end;
    if (node->kind == Kind::Text)
        end = PortRef::parse(node->text);
    if (!end)
        problems.wrong(R"(a node's id and port, like "f81k2m0a.out")", quoted(*node), *node,
                       fields.placeOf(name));
    return end;
}

void readWire(Document &document, const JsonNode &value, const std::string &place,
              Problems &problems)
{
    if (!problems.require(Kind::Object, "an object", value, place))
        return;
    Fields fields(value, place, problems);
    const auto from = readEnd(fields, "from", problems);
    const auto to = readEnd(fields, "to", problems);
    if (!from || !to)
        return;
    if (!document.wires.try_emplace(WireEnds{*from, *to}, Wire{fields.unknown()}).second)
        problems.add(Code::DocumentWireTwice,
                     {{"wire", shortened(from->toString()) + " -> " + shortened(to->toString())}},
                     value.line, place);
}

void requirePlace(const Point &point, const JsonNode &value, const std::string &place,
                  Problems &problems)
{
    if (!isPlace(point))
        problems.wrong("numbers of at most a million", "a larger one", value, place);
}

void readAnnotation(Layout &layout, const std::string &id, const JsonNode &value,
                    const std::string &place, Problems &problems)
{
    if (!requireId(id, value, place, problems) ||
        !problems.require(Kind::Object, "an object", value, place))
        return;
    Fields fields(value, place, problems);
    Annotation annotation;
    const JsonNode *kind = fields.required("kind");
    if (kind != nullptr && kind->text == "frame")
        annotation.kind = AnnotationKind::Frame;
    else if (kind != nullptr && kind->text != "comment")
        problems.wrong(R"("frame" or "comment")", quoted(*kind), *kind, fields.placeOf("kind"));
    annotation.text = fields.text("text");
    annotation.position = {fields.number("x"), fields.number("y")};
    annotation.size = {fields.number("width"), fields.number("height")};
    requirePlace(annotation.position, value, place, problems);
    requirePlace(annotation.size, value, place, problems);
    if (annotation.size.x < 0 || annotation.size.y < 0)
        problems.wrong("a width and a height of at least 0", "a negative one", value, place);
    annotation.color = fields.optionalText("color");
    annotation.unknown = fields.unknown();
    layout.annotations.insert_or_assign(AnnotationId{id}, std::move(annotation));
}

void readNodeLayout(Document &document, const std::string &id, const JsonNode &value,
                    const std::string &place, Problems &problems)
{
    if (!requireId(id, value, place, problems) ||
        !problems.require(Kind::Object, "an object", value, place))
        return;
    Fields fields(value, place, problems);
    NodeLayout layout;
    const bool placed = fields.optional("x") != nullptr || fields.optional("y") != nullptr;
    if (placed) {
        layout.position = Point{fields.number("x"), fields.number("y")};
        requirePlace(*layout.position, value, place, problems);
    }
    layout.unknown = fields.unknown();
    // A merge of two versions of a file can leave the place of a node that is gone; it says
    // nothing any more.
    if (document.nodes.contains(NodeId{id}) && layout != NodeLayout{})
        document.layout.nodes.insert_or_assign(NodeId{id}, std::move(layout));
}

void readLayout(Document &document, const JsonNode &value, Problems &problems)
{
    const std::string place = "layout";
    if (!problems.require(Kind::Object, "an object", value, place))
        return;
    Fields fields(value, place, problems);
    const auto eachOf = [&](std::string_view name, auto read) {
        const JsonNode *section = fields.optional(name);
        const std::string inner = fields.placeOf(name);
        if (section == nullptr || !problems.require(Kind::Object, "an object", *section, inner))
            return;
        for (const auto &[id, item] : section->members)
            read(id, item, joinPlace(inner, id));
    };
    eachOf("annotations", [&](const auto &id, const auto &item, const auto &inner) {
        readAnnotation(document.layout, id, item, inner, problems);
    });
    eachOf("nodes", [&](const auto &id, const auto &item, const auto &inner) {
        readNodeLayout(document, id, item, inner, problems);
    });
    document.layout.unknown = fields.unknown();
}

Document readVersion1(const JsonNode &root, Problems &problems)
{
    Document document;
    Fields fields(root, "", problems);
    fields.optional("formatVersion");
    if (const JsonNode *project = fields.required("project")) {
        const auto uuid = Uuid::parse(project->text);
        if (uuid)
            document.project = *uuid;
        else
            problems.wrong("a UUID", *project, "project");
    }
    document.name = fields.text("name");
    if (const JsonNode *nodes = fields.optional("nodes");
        nodes != nullptr && problems.require(Kind::Object, "an object", *nodes, "nodes")) {
        for (const auto &[id, node] : nodes->members)
            readNode(document, id, node, joinPlace("nodes", id), problems);
    }
    if (const JsonNode *wires = fields.optional("wires");
        wires != nullptr && problems.require(Kind::Array, "a list", *wires, "wires")) {
        for (std::size_t i = 0; i < wires->items.size(); ++i)
            readWire(document, wires->items[i], joinPlace("wires", i), problems);
    }
    if (const JsonNode *layout = fields.optional("layout"))
        readLayout(document, *layout, problems);
    document.unknown = fields.unknown();
    return document;
}

/// Whether this reader may go on: in a file of another version the fields mean other things.
bool requireKnownVersion(const JsonNode &root, Problems &problems)
{
    const JsonNode *version = Fields(root, "", problems).required("formatVersion");
    if (version == nullptr)
        return false;
    if (version->kind != Kind::Integer || version->integer < 1) {
        problems.wrong("a whole number from 1", *version, "formatVersion");
        return false;
    }
    if (version->integer > kFormatVersion)
        problems.add(Code::NewerFormat,
                     {{"what", "The pipeline"},
                      {"found", version->text},
                      {"known", std::to_string(kFormatVersion)}},
                     version->line, "formatVersion");
    return version->integer <= kFormatVersion;
}

ReadOutcome failed(Problem problem)
{
    ReadOutcome outcome;
    outcome.problems.push_back(std::move(problem));
    return outcome;
}

Problem tooLarge(std::uint64_t found)
{
    return Problem(Code::DocumentTooLarge, {{"found", std::to_string(found)},
                                            {"unit", "bytes"},
                                            {"limit", std::to_string(kMaxFileBytes)}});
}

} // namespace

ReadOutcome readDocument(std::string_view text)
{
    if (text.size() > kMaxFileBytes)
        return failed(tooLarge(text.size()));
    const auto root = parseJson(text, kMaxDepth, kMaxValues);
    if (!root)
        return failed(root.error());

    ReadOutcome outcome;
    Problems problems;
    if (!problems.require(Kind::Object, "an object", *root, "") ||
        !requireKnownVersion(*root, problems)) {
        outcome.problems = problems.take();
        return outcome;
    }
    findTwins(*root, "", problems);
    Document document = readVersion1(*root, problems);
    if (problems.empty())
        outcome.document = std::move(document);
    outcome.problems = problems.take();
    return outcome;
}

ReadOutcome loadDocument(FileSystem &files, const Path &path)
{
    const auto info = files.info(path);
    if (!info)
        return failed(info.error());
    if (info->isFolder)
        return failed(invalidArgument("It is a folder; give a file", path));
    if (info->sizeBytes > kMaxFileBytes)
        return failed(tooLarge(info->sizeBytes).at(path));
    const auto bytes = files.readAll(path);
    if (!bytes)
        return failed(bytes.error());
    ReadOutcome outcome = readDocument(asText(*bytes));
    for (Problem &problem : outcome.problems)
        problem = std::move(problem).at(path);
    return outcome;
}

} // namespace millrace::graph
