// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/transforms/map.h"

#include "core/base/problem_codes.h"
#include "core/graph/parameter_reader.h"
#include "core/nodes/refusal.h"
#include "core/sql/bound_expression.h"

#include <algorithm>

namespace millrace::nodes {
namespace {

using graph::Parameter;
using graph::ParameterType;

graph::NodeKind describeKind()
{
    graph::NodeKind kind;
    kind.id = "map";
    kind.category = graph::Category::Transform;
    kind.title = "Map";
    kind.summary = "Makes new fields of each record's fields";
    kind.inputs = {{.id = "in", .title = "Records"}};
    kind.outputs = {{.id = "out", .title = "Mapped"}};
    kind.parameters = {
        Parameter{.id = "select",
                  .title = "Select",
                  .type = ParameterType::SelectList,
                  .defaultValue = "*",
                  .help = "What stands between SELECT and FROM, for instance "
                          "page, ms / 1000.0 AS seconds."},
        Parameter{.id = "partitionKey",
                  .title = "New partition key",
                  .type = ParameterType::Expression,
                  .defaultValue = "",
                  .help = "An expression over the input; empty keeps the key."},
    };
    kind.mappings = {.flink = "SELECT", .aws = "Lambda transform", .kafka = "KStream.map"};
    kind.laws = {.oneToOne = true, .replayableSource = false};
    return kind;
}

const graph::NodeKind &kind()
{
    static const graph::NodeKind described = describeKind();
    return described;
}

struct MapState final : runtime::TransformState {
    sql::EvaluationScratch scratch;
    sql::ProjectedRows projected;
    std::vector<sql::RowError> keyErrors;
    record::RecordBatchBuilder builder;
    std::vector<std::uint32_t> made; ///< the input row of each row in `builder`
    std::string key;
};

class Map final : public runtime::Transform
{
public:
    Map(std::shared_ptr<const sql::SelectList> select,
        std::shared_ptr<const sql::BoundExpression> key,
        std::shared_ptr<const sql::SequenceNumberSource> sequenceNumbers)
        : m_select(std::move(select))
        , m_key(std::move(key))
        , m_sequenceNumbers(std::move(sequenceNumbers))
    {}

    std::unique_ptr<runtime::TransformState> newState() const override
    {
        auto state = std::make_unique<MapState>();
        state->scratch.setSequenceNumbers(m_sequenceNumbers.get());
        return state;
    }

    Result<runtime::TransformOutput> process(const runtime::Chunk &in,
                                             runtime::TransformState &state) const override
    {
        auto &scratch = static_cast<MapState &>(state);
        runtime::TransformOutput out;
        scratch.made.clear();
        m_select->project(*in.batch, in.rows, scratch.scratch, scratch.projected);
        out.taken = scratch.projected.taken;
        for (sql::RowError &error : scratch.projected.errors)
            out.dead.push_back(dead(error.row, std::move(error.reason)));
        if (m_key)
            appendWithNewKeys(*in.batch, scratch, out);
        else
            appendWithOldKeys(*in.batch, scratch, out);
        std::sort(out.dead.begin(), out.dead.end(),
                  [](const auto &a, const auto &b) { return a.row < b.row; });
        out.processed = scratch.builder.count();
        out.chunk = runtime::Chunk::all(scratch.builder.finishDerived(*in.batch, scratch.made));
        return out;
    }

    std::optional<record::Schema> outputSchema() const override { return m_select->output(); }

private:
    static runtime::DeadRow dead(std::uint32_t row, std::string reason)
    {
        return {row, Problem(Code::NodeRowError, {{"reason", std::move(reason)}})};
    }

    static void append(const record::RecordBatch &batch, std::uint32_t row,
                       std::string_view payload, std::string_view key, bool keepHash,
                       MapState &state, runtime::TransformOutput &out)
    {
        if (payload.size() > record::kMaxDataBytes) { // no stream would take it
            out.dead.push_back({row, Problem(Code::RecordTooLarge,
                                             {{"bytes", std::to_string(payload.size())},
                                              {"limit", std::to_string(record::kMaxDataBytes)}})});
            return;
        }
        state.made.push_back(row);
        const record::Origin origin = batch.origin(row);
        const std::vector<record::Attribute> attributes = batch.attributes(row);
        state.builder.append({.data = payload,
                              .key = key,
                              .explicitHash = keepHash ? batch.explicitHash(row) : std::nullopt,
                              .attributes = attributes,
                              .origin = &origin});
    }

    static void appendWithOldKeys(const record::RecordBatch &batch, MapState &state,
                                  runtime::TransformOutput &out)
    {
        const sql::ProjectedRows &rows = state.projected;
        for (std::size_t i = 0; i < rows.rows.size(); ++i) {
            const std::uint32_t row = rows.rows[i];
            append(batch, row, rows.payload(i), batch.key(row), true, state, out);
        }
    }

    void appendWithNewKeys(const record::RecordBatch &batch, MapState &state,
                           runtime::TransformOutput &out) const
    {
        const std::vector<std::uint32_t> &rows = state.projected.rows;
        for (std::size_t at = 0; at < rows.size();) {
            const auto keys =
                m_key->evaluate(batch, std::span(rows).subspan(at), state.scratch, state.keyErrors);
            appendWithNewKeys(batch, at, keys, state, out);
            at += keys.count;
        }
    }

    /// `keys` are those of the projected rows from `begin` on.
    static void appendWithNewKeys(const record::RecordBatch &batch, std::size_t begin,
                                  const sql::EvaluatedRows &keys, MapState &state,
                                  runtime::TransformOutput &out)
    {
        auto error = state.keyErrors.begin();
        for (std::size_t i = 0; i < keys.count; ++i) {
            const std::uint32_t row = state.projected.rows[begin + i];
            if (error != state.keyErrors.end() && error->row == row) {
                out.dead.push_back(dead(row, "partition key: " + (error++)->reason));
                continue;
            }
            state.key.clear();
            if (!keys.values.isNull(i))
                keys.values.appendText(i, state.key);
            if (state.key.empty())
                out.dead.push_back(dead(row, "the new partition key is NULL or empty"));
            else if (auto bad = record::keyProblem(state.key))
                out.dead.push_back({row, *std::move(bad)});
            else
                append(batch, row, state.projected.payload(begin + i), state.key, false, state,
                       out);
        }
    }

    std::shared_ptr<const sql::SelectList> m_select;
    std::shared_ptr<const sql::BoundExpression> m_key; ///< null: the key stays
    std::shared_ptr<const sql::SequenceNumberSource> m_sequenceNumbers;
};

} // namespace

runtime::NodeFactory makeMap()
{
    runtime::NodeFactory factory;
    factory.kind = kind();
    factory.transform = [](const graph::Node &node, const runtime::NodeContext &context)
        -> Result<std::shared_ptr<const runtime::Transform>> {
        const graph::ParameterReader parameters(node, kind());
        const auto select = sql::bindSelect(parameters.text("select"), context.inputSchema);
        if (!select)
            return refusal(select.problems, node, "select", context);
        std::shared_ptr<const sql::BoundExpression> key;
        if (const std::string text = parameters.text("partitionKey"); !text.empty()) {
            const auto bound = sql::bindExpression(text, context.inputSchema);
            if (!bound)
                return refusal(bound.problems, node, "partitionKey", context);
            key = bound.value;
        }
        return std::shared_ptr<const runtime::Transform>(
            new Map(select.value, std::move(key), context.sequenceNumbers));
    };
    return factory;
}

} // namespace millrace::nodes
