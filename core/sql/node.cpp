// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/node.h"

namespace millrace::sql {

CallNode::CallNode(DataType type, std::size_t slot, Kernel kernel, std::vector<NodePtr> arguments,
                   std::shared_ptr<const void> data)
    : Node(std::move(type), slot)
    , m_kernel(kernel)
    , m_arguments(std::move(arguments))
    , m_data(std::move(data))
{}

const ColumnVector &CallNode::evaluate(EvaluationContext &context, Selection rows) const
{
    constexpr std::size_t kInline = 8;
    std::array<const ColumnVector *, kInline> few{};
    std::vector<const ColumnVector *> many; // only CONCAT and IN with long lists
    if (m_arguments.size() > kInline)
        many.resize(m_arguments.size());
    const std::span<const ColumnVector *> columns =
        many.empty() ? std::span(few).first(m_arguments.size()) : std::span(many);
    for (std::size_t i = 0; i < m_arguments.size(); ++i)
        columns[i] = &m_arguments[i]->evaluate(context, rows);
    ColumnVector &out = output(context);
    m_kernel({context, rows, columns, out, m_data.get()});
    return out;
}

ColumnNode::ColumnNode(DataType type, std::size_t slot, std::string name)
    : Node(std::move(type), slot)
    , m_name(std::move(name))
{}

const ColumnVector &ColumnNode::evaluate(EvaluationContext &context, Selection rows) const
{
    const ColumnVector &column = context.vector(slot());
    for (const std::uint32_t row : rows) {
        if (column.state(row) > CellState::Null)
            context.fail(row, cellErrorText(m_name, type(), column.state(row)));
    }
    return column;
}

LiteralNode::LiteralNode(DataType type, std::size_t slot, Value value)
    : Node(std::move(type), slot)
    , m_value(std::move(value))
{
    if (const std::string *text = m_value.text())
        m_padded = *text + std::string(record::kArenaPadding, '\0');
}

const ColumnVector &LiteralNode::evaluate(EvaluationContext &context, Selection) const
{
    ColumnVector &out = context.vector(slot());
    out.resetConstant(type(), m_value);
    if (const std::string *text = m_value.text())
        out.set(0, std::string_view(m_padded).substr(0, text->size()));
    return out;
}

MetadataNode::MetadataNode(DataType type, std::size_t slot, Metadata column)
    : Node(std::move(type), slot)
    , m_column(column)
{}

const ColumnVector &MetadataNode::evaluate(EvaluationContext &context, Selection rows) const
{
    ColumnVector &out = output(context);
    const record::RecordBatch &batch = context.batch();
    std::string number;
    // A record that was never put has no place: its columns of the place are NULL.
    const bool known = batch.placed() || m_column == Metadata::PartitionKey ||
                       m_column == Metadata::Data ||
                       (m_column == Metadata::ArrivalTime && batch.hasArrivals());
    for (const std::uint32_t row : rows) {
        const std::size_t at = context.batchRow(row);
        if (!known) {
            out.setNull(row);
            continue;
        }
        switch (m_column) {
        case Metadata::Shard:
            out.set(row, static_cast<std::int64_t>(batch.shard().value));
            break;
        case Metadata::PartitionKey:
            out.set(row, batch.key(at));
            break;
        case Metadata::ArrivalTime:
            out.set(row, static_cast<std::int64_t>(batch.arrival(at).time_since_epoch().count()));
            break;
        case Metadata::SequenceNumber:
            if (context.sequenceNumbers() == nullptr) {
                out.setNull(row);
                break;
            }
            number.clear();
            context.sequenceNumbers()->append(batch, at, number);
            out.set(row, context.arena().copy(number));
            break;
        case Metadata::Ordinal:
            out.set(row, static_cast<std::int64_t>(batch.ordinal(at).value));
            break;
        case Metadata::Data:
            out.set(row, batch.data(at));
            break;
        }
    }
    return out;
}

LogicNode::LogicNode(std::size_t slot, bool conjunction, std::vector<NodePtr> terms)
    : Node(TypeKind::Boolean, slot)
    , m_conjunction(conjunction)
    , m_terms(std::move(terms))
{}

const ColumnVector &LogicNode::evaluate(EvaluationContext &context, Selection rows) const
{
    // A term that is `decisive` settles the row: FALSE for AND, TRUE for OR.
    const bool decisive = !m_conjunction;
    ColumnVector &out = output(context);
    for (const std::uint32_t row : rows)
        out.set(row, m_conjunction);
    EvaluationContext::Positions positions(context);
    std::vector<std::uint32_t> &open = positions.list();
    open.assign(rows.begin(), rows.end());
    for (const NodePtr &term : m_terms) {
        const ColumnVector &values = term->evaluate(context, open);
        std::size_t kept = 0;
        for (const std::uint32_t row : open) {
            if (values.isNull(row)) {
                out.setNull(row);
            } else if (values.asBoolean(row) == decisive) {
                out.set(row, decisive);
                continue;
            }
            open[kept] = row;
            // A failed row is not asked on: what comes behind must not add to its cost.
            kept += context.failed(row) ? 0U : 1U;
        }
        open.resize(kept);
        if (open.empty())
            break;
    }
    return out;
}

CaseNode::CaseNode(DataType type, std::size_t slot, std::vector<Branch> branches, NodePtr otherwise)
    : Node(std::move(type), slot)
    , m_branches(std::move(branches))
    , m_otherwise(std::move(otherwise))
{}

const ColumnVector &CaseNode::evaluate(EvaluationContext &context, Selection rows) const
{
    ColumnVector &out = output(context);
    EvaluationContext::Positions openPositions(context);
    EvaluationContext::Positions takenPositions(context);
    std::vector<std::uint32_t> &open = openPositions.list();
    std::vector<std::uint32_t> &taken = takenPositions.list();
    open.assign(rows.begin(), rows.end());
    const auto copy = [&](const Node &from, Selection selection) {
        if (selection.empty())
            return;
        const ColumnVector &values = from.evaluate(context, selection);
        for (const std::uint32_t row : selection)
            out.copyCell(row, values);
    };
    for (const Branch &branch : m_branches) {
        if (open.empty())
            break;
        const ColumnVector &condition = branch.condition->evaluate(context, open);
        taken.clear();
        std::size_t kept = 0;
        for (const std::uint32_t row : open) {
            if (context.failed(row)) {
                out.setNull(row);
            } else if (!condition.isNull(row) && condition.asBoolean(row)) {
                taken.push_back(row);
            } else {
                open[kept++] = row;
            }
        }
        open.resize(kept);
        copy(*branch.result, taken);
    }
    if (m_otherwise) {
        copy(*m_otherwise, open);
    } else {
        for (const std::uint32_t row : open)
            out.setNull(row);
    }
    return out;
}

CoalesceNode::CoalesceNode(DataType type, std::size_t slot, std::vector<NodePtr> arguments)
    : Node(std::move(type), slot)
    , m_arguments(std::move(arguments))
{}

const ColumnVector &CoalesceNode::evaluate(EvaluationContext &context, Selection rows) const
{
    ColumnVector &out = output(context);
    EvaluationContext::Positions positions(context);
    std::vector<std::uint32_t> &open = positions.list();
    open.assign(rows.begin(), rows.end());
    for (const NodePtr &argument : m_arguments) {
        if (open.empty())
            break;
        const ColumnVector &values = argument->evaluate(context, open);
        std::size_t kept = 0;
        for (const std::uint32_t row : open) {
            out.copyCell(row, values);
            open[kept] = row;
            kept += values.isNull(row) && !context.failed(row) ? 1U : 0U;
        }
        open.resize(kept);
    }
    return out;
}

FieldNode::FieldNode(DataType type, std::size_t slot, NodePtr base, std::string name)
    : Node(type, slot)
    , m_base(std::move(base))
{
    m_wanted.push_back({std::move(name), 0, std::move(type), {}});
}

const ColumnVector &FieldNode::evaluate(EvaluationContext &context, Selection rows) const
{
    const ColumnVector &base = m_base->evaluate(context, rows);
    ColumnVector &out = output(context);
    ColumnVector *const columns[] = {&out};
    for (const std::uint32_t row : rows) {
        if (base.isNull(row)) {
            out.setNull(row);
            continue;
        }
        context.values().readObject(base.asText(row), m_wanted, columns, row, context.arena());
        if (out.state(row) > CellState::Null)
            context.fail(row, cellErrorText(m_wanted.front().name, type(), out.state(row)));
    }
    return out;
}

ElementNode::ElementNode(DataType type, std::size_t slot, NodePtr base, NodePtr index)
    : Node(std::move(type), slot)
    , m_base(std::move(base))
    , m_index(std::move(index))
{}

const ColumnVector &ElementNode::evaluate(EvaluationContext &context, Selection rows) const
{
    const ColumnVector &base = m_base->evaluate(context, rows);
    const ColumnVector &index = m_index->evaluate(context, rows);
    ColumnVector &out = output(context);
    for (const std::uint32_t row : rows) {
        if (base.isNull(row) || index.isNull(row)) {
            out.setNull(row);
            continue;
        }
        const std::int64_t at = index.asInt64(row);
        if (at < 1) {
            context.fail(row, "array index " + std::to_string(at) + ": the first element is 1");
            out.setNull(row);
            continue;
        }
        context.values().readElement(base.asText(row), at, out, row, context.arena());
        if (out.state(row) > CellState::Null)
            context.fail(row,
                         cellErrorText("[" + std::to_string(at) + "]", type(), out.state(row)));
    }
    return out;
}

void Program::begin(EvaluationContext &context, const record::RecordBatch &batch,
                    std::span<const std::uint32_t> rows) const
{
    context.begin(batch, rows, slotCount);
    if (wanted.empty())
        return;
    std::vector<ColumnVector *> &cells = context.columnPointers();
    cells.clear();
    for (const Column &column : columns)
        cells.push_back(&context.output(column.slot, column.type));
    for (std::size_t position = 0; position < rows.size(); ++position)
        context.payloads().readObject(batch.data(rows[position]), wanted, cells, position,
                                      context.arena());
}

} // namespace millrace::sql
