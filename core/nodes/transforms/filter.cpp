// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/transforms/filter.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/nodes/refusal.h"
#include "core/sql/bound_expression.h"

namespace millrace::nodes {
namespace {

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "filter";
    kind.category = graph::Category::Transform;
    kind.title = "Filter";
    kind.summary = "Passes on the records that meet a condition";
    kind.inputs = {{.id = "in", .title = "Records"}};
    kind.outputs = {{.id = "out", .title = "Passed"}};
    kind.parameters = {
        graph::Parameter{.id = "condition",
                         .title = "Condition",
                         .type = graph::ParameterType::Expression,
                         .help = "A condition over the fields of the records, for instance "
                                 "status >= 500 AND page LIKE '/cart%'.",
                         .required = true},
    };
    kind.mappings = {.flink = "WHERE", .aws = "Lambda event filter", .kafka = "KStream.filter"};
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

struct FilterState final : runtime::TransformState {
    sql::EvaluationScratch scratch;
    sql::FilterResult result;
};

class Filter final : public runtime::Transform
{
public:
    Filter(std::shared_ptr<const sql::BoundExpression> condition, record::Schema schema,
           std::shared_ptr<const sql::SequenceNumberSource> sequenceNumbers)
        : m_condition(std::move(condition))
        , m_schema(std::move(schema))
        , m_sequenceNumbers(std::move(sequenceNumbers))
    {}

    std::unique_ptr<runtime::TransformState> newState() const override
    {
        auto state = std::make_unique<FilterState>();
        state->scratch.setSequenceNumbers(m_sequenceNumbers.get());
        return state;
    }

    Result<runtime::TransformOutput> process(const runtime::Chunk &in,
                                             runtime::TransformState &state) const override
    {
        auto &[scratch, result] = static_cast<FilterState &>(state);
        m_condition->evaluateFilter(*in.batch, in.rows, scratch, result);
        runtime::TransformOutput out;
        out.taken = in.count();
        out.chunk = {in.batch, std::move(result.passed)};
        out.processed = out.chunk.count();
        out.filtered = result.rejected.size();
        for (const sql::RowError &error : result.errors)
            out.dead.push_back({error.row, Problem(Code::NodeRowError,
                                                   {{"reason", "condition: " + error.reason}})});
        return out;
    }

    std::optional<record::Schema> outputSchema() const override { return m_schema; }

private:
    std::shared_ptr<const sql::BoundExpression> m_condition;
    record::Schema m_schema;
    std::shared_ptr<const sql::SequenceNumberSource> m_sequenceNumbers;
};

} // namespace

runtime::NodeFactory makeFilter()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.transform = [](const graph::Node &node, const runtime::NodeContext &context)
        -> Result<std::shared_ptr<const runtime::Transform>> {
        const graph::ParameterReader parameters(node, kind());
        const auto condition = sql::bindFilter(parameters.text("condition"), context.inputSchema);
        if (!condition)
            return refusal(condition.problems, node, "condition", context);
        return std::shared_ptr<const runtime::Transform>(
            new Filter(condition.value, context.inputSchema, context.sequenceNumbers));
    };
    return factory;
}

} // namespace millrace::nodes
