// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/edit.h"
#include "core/graph/kind_catalog.h"

#include <QString>
#include <QTest>

#include <string>
#include <vector>

namespace millrace::graph::test {

/// Kinds with one parameter of every type, for tests only; the product's are in core/nodes.
inline KindCatalog sampleKinds()
{
    const auto parameter = [](std::string id, ParameterType type) {
        return Parameter{.id = id, .title = "The " + id, .type = type, .help = "Help."};
    };
    NodeKind source;
    source.id = "source";
    source.category = Category::Producer;
    source.title = "Source";
    source.summary = "Makes records.";
    source.outputs = {{.id = "out", .title = "Records"}};
    source.parameters = {
        parameter("rate", ParameterType::Rate), parameter("count", ParameterType::Integer),
        parameter("skew", ParameterType::Real), parameter("shape", ParameterType::Choice),
        parameter("period", ParameterType::Duration)};
    source.parameters[0].defaultValue = 2600.0;
    source.parameters[0].unit = "records/s";
    source.parameters[0].minimum = 1;
    source.parameters[0].maximum = 100'000;
    source.parameters[0].applies = Applies::AtOnce;
    source.parameters[1].required = true;
    source.parameters[2].defaultValue = 0.5;
    source.parameters[3].choices = {{"steady", "Steady"}, {"daily", "Daily"}};
    source.parameters[3].defaultValue = "steady";
    source.parameters[3].applies = Applies::NextBatch;
    source.parameters[4].defaultValue = Milliseconds(60'000);
    source.parameters[4].shownWhen = ShownWhen{"shape", {"daily"}};
    source.parameters[4].maximum = 86'400'000;

    NodeKind stream;
    stream.id = "stream";
    stream.category = Category::Stream;
    stream.title = "Data stream";
    stream.summary = "Keeps records.";
    stream.inputs = {{.id = "in", .title = "Records"}};
    stream.outputs = {{.id = "out", .title = "Records"}};
    stream.parameters = {parameter("stream", ParameterType::StreamName),
                         parameter("shards", ParameterType::Integer),
                         parameter("retention", ParameterType::Duration)};
    stream.parameters[0].required = true;
    stream.parameters[0].applies = Applies::StopFirst;
    stream.parameters[1].defaultValue = std::int64_t{1};
    stream.parameters[1].minimum = 1;
    stream.parameters[2].defaultValue = Milliseconds(86'400'000);

    NodeKind map;
    map.id = "map";
    map.title = "Map";
    map.summary = "Makes a record of each.";
    map.inputs = {{.id = "in", .title = "Records"}};
    map.outputs = {{.id = "out", .title = "Records"}};
    map.laws.oneToOne = true;
    map.parameters = {parameter("columns", ParameterType::SelectList),
                      parameter("condition", ParameterType::Expression),
                      parameter("label", ParameterType::Text),
                      parameter("note", ParameterType::MultilineText),
                      parameter("strict", ParameterType::Boolean),
                      parameter("tags", ParameterType::Texts),
                      parameter("headers", ParameterType::Pairs)};

    NodeKind join;
    join.id = "join";
    join.title = "Join";
    join.summary = "Brings two together.";
    join.inputs = {{.id = "left", .title = "Left", .manyWires = false},
                   {.id = "right", .title = "Right", .manyWires = false}};
    join.outputs = {{.id = "out", .title = "Records"}};

    NodeKind sink;
    sink.id = "sink";
    sink.category = Category::Destination;
    sink.title = "Sink";
    sink.summary = "Takes records.";
    sink.inputs = {{.id = "in", .title = "Records"}};
    sink.parameters = {parameter("folder", ParameterType::FolderPath),
                       parameter("buffer", ParameterType::Bytes),
                       parameter("password", ParameterType::Secret)};
    sink.parameters[1].defaultValue = std::int64_t{1 << 20};
    return KindCatalog({source, stream, map, join, sink});
}

inline NodeId id(const std::string &name)
{
    return NodeId{(name + "00000000").substr(0, 8)};
}

inline WireEnds wire(const std::string &from, const std::string &to)
{
    const auto split = [](const std::string &end) {
        const auto dot = end.find('.');
        return PortRef{id(end.substr(0, dot)), end.substr(dot + 1)};
    };
    return {split(from), split(to)};
}

/// Speaks a pipeline: nodes by short names, which become ids ("gen" is gen00000).
class PipelineBuilder
{
public:
    PipelineBuilder &node(const std::string &name, const std::string &kind,
                          std::map<std::string, ParameterValue> parameters = {})
    {
        m_document.put({.id = id(name), .kind = kind, .name = name, .parameters = parameters});
        return *this;
    }
    PipelineBuilder &source(const std::string &name)
    {
        return node(name, "source", {{"count", std::int64_t{10}}});
    }
    PipelineBuilder &stream(const std::string &name)
    {
        return node(name, "stream", {{"stream", name}});
    }
    PipelineBuilder &state(const std::string &name, NodeState state)
    {
        m_document.nodes.at(id(name)).state = state;
        return *this;
    }
    PipelineBuilder &set(const std::string &name, const std::string &parameter,
                         ParameterValue value)
    {
        m_document.nodes.at(id(name)).parameters.insert_or_assign(parameter, std::move(value));
        return *this;
    }
    PipelineBuilder &rename(const std::string &name, const std::string &title)
    {
        m_document.nodes.at(id(name)).name = title;
        return *this;
    }
    PipelineBuilder &place(const std::string &name, double x, double y)
    {
        m_document.layout.nodes[id(name)].position = Point{x, y};
        return *this;
    }
    PipelineBuilder &wired(const std::string &from, const std::string &to)
    {
        m_document.wires.emplace(wire(from, to), Wire{});
        return *this;
    }
    Document build() const { return m_document; }

private:
    Document m_document{.project = *Uuid::parse("0b9d6a3e-5c1f-4b7e-9a55-1f0c3f2a7d10"),
                        .name = "Clickstream"};
};

/// A pipeline with something of everything that a file can hold.
inline Document richDocument()
{
    Document document =
        PipelineBuilder()
            .source("gen")
            .set("gen", "rate", 2600.0)
            .set("gen", "skew", 1e-9)
            .set("gen", "period", Milliseconds(60'000))
            .stream("clicks")
            .node("map", "map",
                  {{"columns", "a,\n  UPPER(b) AS b\n"},
                   {"label", "Übersicht \"今\" \\ \t\x01"},
                   {"strict", true},
                   {"tags", TextList{"one", "", "two\nlines"}},
                   {"headers", KeyValues{{"k", "v"}, {"k", "again"}}},
                   {"note", ""}})
            .state("map", NodeState::Bypassed)
            .node("sink", "sink", {{"password", "secret://db"}, {"tags", TextList{}}})
            .set("sink", "pairs", KeyValues{})
            .set("sink", "big", std::numeric_limits<std::int64_t>::min())
            .state("sink", NodeState::Disabled)
            .wired("gen.out", "clicks.in")
            .wired("clicks.out", "map.in")
            .wired("map.out", "sink.in")
            .place("gen", 40, 80.5)
            .place("clicks", -320, 0)
            .build();
    document.unknown = {{"dashboards", R"({"a": [1, 2.50, null], "b": "x"})"}};
    document.nodes.at(id("gen")).unknown = {{"breakpoint", "true"}};
    document.wires.at(wire("gen.out", "clicks.in")).unknown = {{"bends", "[[1, 2]]"}};
    document.layout.unknown = {{"zoom", "1.25"}};
    document.layout.nodes.at(id("gen")).unknown = {{"folded", "false"}};
    document.layout.annotations.emplace(
        AnnotationId{"frame001"},
        Annotation{
            AnnotationKind::Frame, "Input", {0, 0}, {640, 240.25}, "blue", {{"locked", "true"}}});
    document.layout.annotations.emplace(
        AnnotationId{"comment1"},
        Annotation{AnnotationKind::Comment, "two\nlines", {-1, 5}, {0, 0}, "", {}});
    return document;
}

inline std::vector<std::string> messages(const std::vector<Problem> &problems)
{
    std::vector<std::string> out;
    for (const Problem &problem : problems)
        out.push_back(problem.message());
    return out;
}

/// "graph.unknown-kind at node gen00000": what most tests want of a problem.
inline QString brief(const Problem &problem)
{
    std::string text(describe(problem.code()).id);
    if (!problem.place().empty())
        text += " at " + problem.place();
    return QString::fromStdString(text);
}

inline QStringList briefs(const std::vector<Problem> &problems)
{
    QStringList out;
    for (const Problem &problem : problems)
        out += brief(problem);
    return out;
}

} // namespace millrace::graph::test
