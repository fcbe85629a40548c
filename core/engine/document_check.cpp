// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/document_check.h"

#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/engine/problem_list.h"
#include "core/engine/schema_keeper.h"
#include "core/engine/sound_part.h"
#include "core/graph/parameter_reader.h"
#include "core/graph/place.h"
#include "core/graph/validate.h"
#include "core/nodes/kinds.h"
#include "core/sql/nearest_name.h"
#include "core/sql/parser.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace millrace::engine {
namespace {

constexpr std::array<std::string_view, 6> kTopFields{"formatVersion", "project", "name",
                                                     "nodes",         "wires",   "layout"};
constexpr std::array<std::string_view, 4> kNodeFields{"kind", "name", "state", "parameters"};
constexpr std::array<std::string_view, 2> kWireFields{"from", "to"};

/// Fields that the file keeps and nobody reads, of all that decides what runs: most are slips.
std::vector<Problem> unknownFields(const graph::Document &document)
{
    std::vector<Problem> out;
    const auto add = [&](const graph::UnknownFields &fields,
                         std::span<const std::string_view> known, const std::string &place) {
        for (const auto &[name, value] : fields) {
            const std::string_view near = sql::nearestName(name, known);
            out.emplace_back(
                Code::DocumentFieldUnknown,
                std::vector<Problem::Argument>{
                    {"field", shortened(name)},
                    {"hint", near.empty() ? "" : "; did you mean " + std::string(near) + "?"}},
                place);
        }
    };
    add(document.unknown, kTopFields, {});
    for (const auto &[id, node] : document.nodes)
        add(node.unknown, kNodeFields, graph::nodePlace(id));
    for (const auto &[ends, wire] : document.wires)
        add(wire.unknown, kWireFields, graph::wirePlace(ends));
    return out;
}

/// Carries schemas along the plan and makes every operator whose input is known.
class Checker
{
public:
    Checker(const SoundPart &part, runtime::NodeContext context, const KnownSchema &known)
        : m_part(part)
        , m_document(part.document)
        , m_context(std::move(context))
        , m_known(known)
    {
        m_context.project = m_document.project;
        m_context.furtherProblems = &m_further;
    }

    std::vector<Problem> run()
    {
        const Plan plan =
            makePlan(m_document, nodes::kindCatalog(), [](const std::string &) { return false; });
        for (const auto &[id, stream] : plan.nodeStreams) {
            if (stream == plan.deadLetters || isWireStream(stream))
                add(id, Problem(Code::InvalidArgument,
                                {{"what", "The pipeline keeps streams of its own under that name; "
                                          "choose another one"}},
                                graph::parameterPlace(id, "stream")));
        }
        for (const auto &[id, stream] : plan.nodeStreams) {
            if (m_part.incomplete.contains(id))
                m_incomplete.insert(stream);
        }
        for (const auto &[ends, stream] : plan.wireStreams) {
            if (m_part.incomplete.contains(ends.from.node))
                m_incomplete.insert(stream);
        }
        for (const PlannedProducer &producer : plan.producers)
            checkProducer(producer);
        // Each pass may make more schemas known, and those of streams with several writers whole; a
        // plan is as deep as it has fragments at most. Only then can it be said what is wrong.
        m_quiet = true;
        for (std::size_t pass = 0; pass < plan.fragments.size(); ++pass) {
            for (const PlannedFragment &fragment : plan.fragments)
                checkFragment(fragment);
        }
        m_quiet = false;
        for (const PlannedFragment &fragment : plan.fragments)
            checkFragment(fragment);
        if (!m_part.leftOut.empty() || !m_part.incomplete.empty())
            checkRest(plan);
        return std::move(m_problems);
    }

private:
    const graph::Node &node(const NodeId &id) const { return m_document.nodes.at(id); }

    void add(const NodeId &id, Problem problem)
    {
        addOne(id, std::move(problem));
        for (Problem &further : std::exchange(m_further, {}))
            addOne(id, std::move(further));
    }

    void addOne(const NodeId &id, Problem problem)
    {
        if (m_quiet)
            return;
        problem = atNode(std::move(problem), id);
        if (std::find(m_problems.begin(), m_problems.end(), problem) == m_problems.end())
            m_problems.push_back(std::move(problem));
    }

    void checkProducer(const PlannedProducer &producer)
    {
        const auto *factory = nodes::findFactory(node(producer.node).kind);
        m_context.node = producer.node;
        auto source = factory->source(node(producer.node), m_context);
        if (!source)
            return add(producer.node, std::move(source).error());
        if (auto schema = (*source)->schema()) {
            m_outputs[producer.node] = *schema;
            m_writers[producer.stream][producer.node.value] = *std::move(schema);
        }
    }

    std::optional<record::Schema> schemaOf(const std::string &stream) const
    {
        const auto found = m_writers.find(stream);
        if (found != m_writers.end() && !m_incomplete.contains(stream))
            return schemaOfAll(found->second, {});
        return m_known ? m_known(stream) : std::nullopt;
    }

    /// Whose columns are not known before the run can still be read. Twice says nothing twice.
    void checkSyntax(const NodeId &id)
    {
        const auto *factory = nodes::findFactory(node(id).kind);
        if (factory == nullptr)
            return;
        const graph::NodeKind &kind = factory->kind;
        const graph::ParameterReader parameters(node(id), kind);
        for (const graph::Parameter &parameter : kind.parameters) {
            const bool list = parameter.type == graph::ParameterType::SelectList;
            if (!list && parameter.type != graph::ParameterType::Expression)
                continue;
            const std::string text = parameters.text(parameter.id);
            if (text.empty())
                continue;
            auto problems = list ? sql::parseSelectList(text).problems.take()
                                 : sql::parseExpression(text).problems.take();
            for (Problem &problem : problems)
                addOne(id, std::move(problem).at(graph::parameterPlace(id, parameter.id)));
        }
    }

    /// The schema of what it gives; nothing when that is not known.
    std::optional<record::Schema> checkTransform(const NodeId &id,
                                                 std::optional<record::Schema> schema)
    {
        m_looked.insert(id);
        if (!schema) {
            checkSyntax(id);
            return {};
        }
        m_context.node = id;
        m_context.inputSchema = *schema;
        auto made = nodes::findFactory(node(id).kind)->transform(node(id), m_context);
        if (!made) {
            add(id, std::move(made).error());
            return {};
        }
        if (auto output = (*made)->outputSchema())
            schema = std::move(output);
        m_outputs[id] = *schema;
        return schema;
    }

    /// The plan reaches less than what is meant, where something was left out: what leads to that
    /// is followed along the wires, and the rest is read for its syntax.
    void checkRest(const Plan &plan)
    {
        const auto given = [&](const NodeId &id) -> std::optional<record::Schema> {
            if (const auto stream = plan.nodeStreams.find(id); stream != plan.nodeStreams.end())
                return schemaOf(stream->second);
            const auto output = m_outputs.find(id);
            return output == m_outputs.end() ? std::nullopt : std::optional(output->second);
        };
        const auto isOpen = [&](const NodeId &id) {
            const graph::Node *found = m_document.find(id);
            return found != nullptr && found->state == graph::NodeState::Enabled &&
                   nodes::findFactory(found->kind)->transform && !m_looked.contains(id);
        };
        for (bool more = true; more;) {
            more = false;
            for (const auto &[ends, wire] : m_document.wires) {
                if (!isOpen(ends.to.node) || m_part.incomplete.contains(ends.to.node))
                    continue;
                if (auto schema = given(ends.from.node)) {
                    checkTransform(ends.to.node, std::move(schema));
                    more = true;
                }
            }
        }
        for (const NodeId &id : m_part.leftOut)
            checkSyntax(id);
        for (const auto &[id, one] : m_document.nodes) {
            if (isOpen(id))
                checkSyntax(id);
        }
    }

    void checkFragment(const PlannedFragment &fragment)
    {
        auto schema = schemaOf(fragment.source);
        for (const NodeId &id : fragment.transforms)
            schema = checkTransform(id, std::move(schema));
        if (!schema)
            return;
        if (fragment.sink) {
            m_context.node = *fragment.sink;
            m_context.inputSchema = *schema;
            auto made = nodes::findFactory(node(*fragment.sink).kind)
                            ->sink(node(*fragment.sink), m_context);
            if (!made)
                add(*fragment.sink, std::move(made).error());
        } else if (!fragment.transforms.empty()) {
            m_writers[fragment.target][fragment.key()] = *std::move(schema);
        }
    }

    const SoundPart &m_part;
    const graph::Document &m_document;
    runtime::NodeContext m_context;
    const KnownSchema &m_known;
    std::set<std::string> m_incomplete;         ///< streams that do not have all their writers
    std::map<NodeId, record::Schema> m_outputs; ///< of producers and transforms
    std::set<NodeId> m_looked;                  ///< transforms
    std::map<std::string, std::map<std::string, record::Schema>> m_writers; ///< by stream
    bool m_quiet = false; ///< schemas are only being found out
    std::vector<Problem> m_problems;
    std::vector<Problem> m_further; ///< of the factory that was asked last
};

} // namespace

bool hasErrors(const std::vector<Problem> &problems)
{
    return std::any_of(problems.begin(), problems.end(),
                       [](const Problem &p) { return p.severity() == Severity::Error; });
}

std::vector<Problem> checkDocument(const graph::Document &document,
                                   const runtime::NodeContext &context, const KnownSchema &known)
{
    std::vector<Problem> problems = unknownFields(document);
    for (Problem &problem : graph::validate(document, nodes::kindCatalog()))
        problems.push_back(std::move(problem));
    // A plan needs a sound graph: of one that is not, what is sound is looked at.
    const auto part = soundPart(document, nodes::kindCatalog(), problems);
    for (Problem &problem : Checker(part, context, known).run())
        problems.push_back(std::move(problem));
    return problems;
}

std::vector<Problem> checkDocumentFile(const graph::Document &document, const Path &documentFolder)
{
    SystemClock clock;
    SystemRandom random;
    runtime::NodeContext context;
    context.fileSystem = &posixFileSystem();
    context.clock = &clock;
    context.random = &random;
    context.documentFolder = documentFolder;
    return checkDocument(document, context, {});
}

} // namespace millrace::engine
