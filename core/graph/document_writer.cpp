// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/graph/file.h"
#include "core/graph/json_tree.h"
#include "core/graph/place.h"

#include <cmath>

namespace millrace::graph {

namespace {

/// Writes objects and lists with one item per line, indented by two blanks.
class LineWriter
{
public:
    explicit LineWriter(std::string &out)
        : m_out(out)
    {}

    void open(char bracket)
    {
        m_out += bracket;
        ++m_depth;
        m_first = true;
    }
    /// An object or list in which nothing was written becomes "{}" or "[]".
    void close(char bracket)
    {
        --m_depth;
        if (!m_first)
            newLine();
        m_out += bracket;
        m_first = false;
    }
    /// Begins the next item of a list.
    void item()
    {
        if (!m_first)
            m_out += ',';
        newLine();
        m_first = false;
    }
    /// Begins the next member of an object.
    void name(std::string_view name)
    {
        item();
        appendJsonText(m_out, name);
        m_out += ": ";
    }
    void raw(std::string_view json) { m_out += json; }
    void text(std::string_view text) { appendJsonText(m_out, text); }

    void field(std::string_view fieldName, std::string_view value)
    {
        name(fieldName);
        text(value);
    }
    void unknown(const UnknownFields &fields)
    {
        for (const auto &[fieldName, json] : fields) {
            name(fieldName);
            raw(json);
        }
    }
    void texts(const TextList &list)
    {
        open('[');
        for (const std::string &line : list) {
            item();
            text(line);
        }
        close(']');
    }

private:
    void newLine()
    {
        m_out += '\n';
        m_out.append(2 * m_depth, ' ');
    }

    std::string &m_out;
    std::size_t m_depth = 0;
    bool m_first = true;
};

/// An object on one line: for wires and places, of which one is one item.
class InlineObject
{
public:
    InlineObject &raw(std::string_view name, std::string_view json)
    {
        m_out += m_out.empty() ? "{" : ", ";
        appendJsonText(m_out, name);
        m_out += ": ";
        m_out += json;
        return *this;
    }
    InlineObject &text(std::string_view name, std::string_view value)
    {
        std::string json;
        appendJsonText(json, value);
        return raw(name, json);
    }
    /// A coordinate: "120", not "120.0", and never "-0".
    InlineObject &number(std::string_view name, double value)
    {
        return raw(name, graph::toText(value + 0.0));
    }
    InlineObject &unknown(const UnknownFields &fields)
    {
        for (const auto &[name, json] : fields)
            raw(name, json);
        return *this;
    }
    std::string take() { return m_out.empty() ? "{}" : m_out + "}"; }

private:
    std::string m_out;
};

TextList splitLines(std::string_view text)
{
    TextList lines;
    for (std::size_t at = 0;;) {
        const auto end = text.find('\n', at);
        lines.emplace_back(text.substr(at, end - at));
        if (end == std::string_view::npos)
            return lines;
        at = end + 1;
    }
}

void writeValue(LineWriter &out, const ParameterValue &value)
{
    if (const auto *flag = std::get_if<bool>(&value)) {
        out.raw(*flag ? "true" : "false");
    } else if (const auto *whole = std::get_if<std::int64_t>(&value)) {
        out.raw(std::to_string(*whole));
    } else if (const auto *real = std::get_if<double>(&value)) {
        // The point tells a reader that this is no whole number.
        const std::string digits = toText(*real);
        out.raw(digits.find_first_of(".e") == std::string::npos ? digits + ".0" : digits);
    } else if (const auto *text = std::get_if<std::string>(&value)) {
        if (text->find('\n') == std::string::npos) {
            out.text(*text);
            return;
        }
        out.open('{');
        out.name("lines");
        out.texts(splitLines(*text));
        out.close('}');
    } else if (const auto *duration = std::get_if<Milliseconds>(&value)) {
        out.raw("{\"ms\": " + std::to_string(duration->count()) + "}");
    } else if (const auto *list = std::get_if<TextList>(&value)) {
        out.texts(*list);
    } else {
        out.open('{');
        out.name("pairs");
        out.open('[');
        for (const KeyValue &pair : std::get<KeyValues>(value)) {
            std::string json = "[";
            appendJsonText(json, pair.key);
            json += ", ";
            appendJsonText(json, pair.value);
            out.item();
            out.raw(json + "]");
        }
        out.close(']');
        out.close('}');
    }
}

void writeNode(LineWriter &out, const Node &node)
{
    out.open('{');
    out.field("kind", node.kind);
    out.field("name", node.name);
    if (node.state != NodeState::Enabled)
        out.field("state", toText(node.state));
    if (!node.parameters.empty()) {
        out.name("parameters");
        out.open('{');
        for (const auto &[name, value] : node.parameters) {
            out.name(name);
            writeValue(out, value);
        }
        out.close('}');
    }
    out.unknown(node.unknown);
    out.close('}');
}

void writeLayout(LineWriter &out, const Layout &layout)
{
    out.open('{');
    out.unknown(layout.unknown);
    out.name("annotations");
    out.open('{');
    for (const auto &[id, annotation] : layout.annotations) {
        InlineObject object;
        object.text("kind", annotation.kind == AnnotationKind::Frame ? "frame" : "comment");
        object.number("x", annotation.position.x).number("y", annotation.position.y);
        object.number("width", annotation.size.x).number("height", annotation.size.y);
        object.text("text", annotation.text);
        if (!annotation.color.empty())
            object.text("color", annotation.color);
        out.name(id.value);
        out.raw(object.unknown(annotation.unknown).take());
    }
    out.close('}');
    out.name("nodes");
    out.open('{');
    for (const auto &[id, place] : layout.nodes) {
        InlineObject object;
        if (place.position)
            object.number("x", place.position->x).number("y", place.position->y);
        out.name(id.value);
        out.raw(object.unknown(place.unknown).take());
    }
    out.close('}');
    out.close('}');
}

bool isFinite(const Point &point)
{
    return std::isfinite(point.x) && std::isfinite(point.y);
}

Status checkNodes(const Document &document)
{
    for (const auto &[id, node] : document.nodes) {
        if (id != node.id || !isNodeId(id.value))
            return invalidArgument("a node needs an id of 8 characters of a-z and 0-9",
                                   nodePlace(id));
        if (!isUtf8(node.kind) || !isUtf8(node.name))
            return invalidArgument("the kind and the name must be UTF-8", nodePlace(id));
        for (const auto &[name, value] : node.parameters) {
            if (!isUtf8(name) || !isStorable(value))
                return invalidArgument("the value must be UTF-8 and finite",
                                       parameterPlace(id, name));
        }
    }
    for (const auto &[id, place] : document.layout.nodes) {
        if (!document.nodes.contains(id) || place == NodeLayout{} ||
            (place.position && !isFinite(*place.position)))
            return invalidArgument("a place needs a node and finite numbers", nodePlace(id));
    }
    return Done{};
}

/// Whether the document keeps what document.h promises, so that what is written can be read.
Status check(const Document &document)
{
    if (!isUtf8(document.name))
        return invalidArgument("the name of the pipeline must be UTF-8");
    MILLRACE_TRY(checkNodes(document));
    for (const auto &[ends, wire] : document.wires) {
        for (const PortRef &end : {ends.from, ends.to}) {
            if (!isUtf8(end.port) || PortRef::parse(end.toString()) != end)
                return invalidArgument("a wire needs two ends like f81k2m0a.out", wirePlace(ends));
        }
    }
    for (const auto &[id, annotation] : document.layout.annotations) {
        if (!isNodeId(id.value) || !isUtf8(annotation.text) || !isUtf8(annotation.color) ||
            !isFinite(annotation.position) || !isFinite(annotation.size) || annotation.size.x < 0 ||
            annotation.size.y < 0)
            return invalidArgument("an annotation needs an id, UTF-8 and finite numbers",
                                   annotationPlace(id));
    }
    return Done{};
}

} // namespace

Result<std::string> writeDocument(const Document &document)
{
    MILLRACE_TRY(check(document));
    std::string text;
    LineWriter out(text);
    out.open('{');
    out.name("formatVersion");
    out.raw(std::to_string(kFormatVersion));
    out.field("project", document.project.toString());
    out.field("name", document.name);
    out.unknown(document.unknown);
    out.name("nodes");
    out.open('{');
    for (const auto &[id, node] : document.nodes) {
        out.name(id.value);
        writeNode(out, node);
    }
    out.close('}');
    out.name("wires");
    out.open('[');
    for (const auto &[ends, wire] : document.wires) {
        InlineObject object;
        object.text("from", ends.from.toString()).text("to", ends.to.toString());
        out.item();
        out.raw(object.unknown(wire.unknown).take());
    }
    out.close(']');
    out.name("layout");
    writeLayout(out, document.layout);
    out.close('}');
    text += '\n';
    if (text.size() > kMaxFileBytes)
        return Problem(Code::DocumentTooLarge, {{"found", std::to_string(text.size())},
                                                {"unit", "bytes"},
                                                {"limit", std::to_string(kMaxFileBytes)}});
    return text;
}

Status saveDocument(FileSystem &files, const Path &path, const Document &document)
{
    const auto text = writeDocument(document);
    if (!text)
        return Problem(text.error()).at(path);
    return files.replaceFile(path, asBytes(*text));
}

} // namespace millrace::graph
