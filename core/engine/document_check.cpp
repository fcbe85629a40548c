// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/document_check.h"

#include "core/graph/place.h"
#include "core/graph/validate.h"
#include "core/nodes/kinds.h"

#include <algorithm>

namespace millrace::engine {
namespace {

/// Carries schemas along the plan and makes every operator whose input is known.
class Checker
{
public:
    Checker(const graph::Document &document, runtime::NodeContext context, const KnownSchema &known)
        : m_document(document)
        , m_context(std::move(context))
        , m_known(known)
    {
        m_context.project = document.project;
    }

    std::vector<Problem> run()
    {
        const Plan plan = makePlan(m_document, nodes::kindCatalog());
        for (const PlannedProducer &producer : plan.producers)
            checkProducer(producer);
        // Each pass may make more schemas known; a plan is as deep as it has fragments at most.
        for (std::size_t pass = 0; pass <= plan.fragments.size(); ++pass) {
            for (const PlannedFragment &fragment : plan.fragments)
                checkFragment(fragment);
        }
        return std::move(m_problems);
    }

private:
    const graph::Node &node(const NodeId &id) const { return m_document.nodes.at(id); }

    void add(const NodeId &id, Problem problem)
    {
        const std::string place = graph::nodePlace(id);
        if (problem.place().rfind(place, 0) != 0)
            problem = std::move(problem).at(place);
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
        if (auto schema = (*source)->schema())
            m_schemas[producer.stream] = *std::move(schema);
    }

    std::optional<record::Schema> schemaOf(const std::string &stream) const
    {
        const auto found = m_schemas.find(stream);
        if (found != m_schemas.end())
            return found->second;
        return m_known ? m_known(stream) : std::nullopt;
    }

    void checkFragment(const PlannedFragment &fragment)
    {
        auto schema = schemaOf(fragment.source);
        if (!schema)
            return;
        for (const NodeId &id : fragment.transforms) {
            m_context.node = id;
            m_context.inputSchema = *schema;
            auto made = nodes::findFactory(node(id).kind)->transform(node(id), m_context);
            if (!made)
                return add(id, std::move(made).error());
            if (auto output = (*made)->outputSchema())
                schema = std::move(output);
        }
        if (fragment.sink) {
            m_context.node = *fragment.sink;
            m_context.inputSchema = *schema;
            auto made = nodes::findFactory(node(*fragment.sink).kind)
                            ->sink(node(*fragment.sink), m_context);
            if (!made)
                add(*fragment.sink, std::move(made).error());
        } else if (!fragment.transforms.empty() && !m_schemas.contains(fragment.target)) {
            m_schemas[fragment.target] = *std::move(schema);
        }
    }

    const graph::Document &m_document;
    runtime::NodeContext m_context;
    const KnownSchema &m_known;
    std::map<std::string, record::Schema> m_schemas; ///< by stream
    std::vector<Problem> m_problems;
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
    std::vector<Problem> problems = graph::validate(document, nodes::kindCatalog());
    if (hasErrors(problems))
        return problems; // a plan needs a sound graph
    for (Problem &problem : Checker(document, context, known).run())
        problems.push_back(std::move(problem));
    return problems;
}

} // namespace millrace::engine
