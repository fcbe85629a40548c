// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/bound_expression.h"

#include "core/sql/evaluation.h"
#include "core/sql/json_text.h"
#include "core/sql/node.h"

#include <algorithm>

namespace millrace::sql {
namespace {

/// Rows evaluated at a time where results need not outlive the next: columns of this many cells
/// stay in the cache.
constexpr std::size_t kChunkRows = 1024;

template <class F>
void forChunks(std::span<const std::uint32_t> rows, F &&evaluate)
{
    for (std::size_t at = 0; at < rows.size(); at += kChunkRows)
        evaluate(rows.subspan(at, std::min(kChunkRows, rows.size() - at)));
}

} // namespace

EvaluationScratch::EvaluationScratch()
    : m_context(std::make_unique<EvaluationContext>())
{}
EvaluationScratch::~EvaluationScratch() = default;
EvaluationScratch::EvaluationScratch(EvaluationScratch &&) noexcept = default;
EvaluationScratch &EvaluationScratch::operator=(EvaluationScratch &&) noexcept = default;

void EvaluationScratch::setSequenceNumbers(const SequenceNumberSource *source)
{
    m_context->setSequenceNumbers(source);
}

BoundExpression::BoundExpression(std::string text, std::shared_ptr<const Program> program)
    : m_text(std::move(text))
    , m_program(std::move(program))
{}
BoundExpression::~BoundExpression() = default;

const DataType &BoundExpression::type() const
{
    return m_program->roots.front()->type();
}

void BoundExpression::evaluateFilter(const record::RecordBatch &batch,
                                     std::span<const std::uint32_t> rows,
                                     EvaluationScratch &scratch, FilterResult &out) const
{
    MILLRACE_ASSERT(type().is(TypeKind::Boolean) || type().is(TypeKind::Null));
    out.passed.clear();
    out.rejected.clear();
    out.errors.clear();
    EvaluationContext &context = scratch.context();
    forChunks(rows, [&](std::span<const std::uint32_t> chunk) {
        m_program->begin(context, batch, chunk);
        const ColumnVector &values =
            m_program->roots.front()->evaluate(context, context.everyPosition());
        for (std::size_t i = 0; i < chunk.size(); ++i) {
            if (context.failed(i))
                continue;
            const bool passed = !values.isNull(i) && values.asBoolean(i);
            (passed ? out.passed : out.rejected).push_back(chunk[i]);
        }
        context.takeErrors(out.errors);
    });
}

const ColumnVector &BoundExpression::evaluate(const record::RecordBatch &batch,
                                              std::span<const std::uint32_t> rows,
                                              EvaluationScratch &scratch,
                                              std::vector<RowError> &errors) const
{
    errors.clear();
    EvaluationContext &context = scratch.context();
    m_program->begin(context, batch, rows);
    const ColumnVector &values =
        m_program->roots.front()->evaluate(context, context.everyPosition());
    context.takeErrors(errors);
    return values;
}

SelectList::SelectList(record::Schema output, std::shared_ptr<const Program> program)
    : m_output(std::move(output))
    , m_program(std::move(program))
{
    for (const record::Field &field : m_output.fields) {
        std::string key;
        appendJsonString(key, field.name);
        m_keys.push_back(key + ':');
    }
}
SelectList::~SelectList() = default;

void SelectList::evaluate(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                          EvaluationScratch &scratch, std::vector<const ColumnVector *> &columns,
                          std::vector<RowError> &errors) const
{
    columns.clear();
    errors.clear();
    EvaluationContext &context = scratch.context();
    m_program->begin(context, batch, rows);
    for (const NodePtr &root : m_program->roots)
        columns.push_back(&root->evaluate(context, context.everyPosition()));
    context.takeErrors(errors);
}

void SelectList::project(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                         EvaluationScratch &scratch, ProjectedRows &out) const
{
    out.rows.clear();
    out.offsets.assign(1, 0);
    out.text.clear();
    out.errors.clear();
    EvaluationContext &context = scratch.context();
    std::vector<const ColumnVector *> columns(m_program->roots.size());
    forChunks(rows, [&](std::span<const std::uint32_t> chunk) {
        m_program->begin(context, batch, chunk);
        for (std::size_t i = 0; i < columns.size(); ++i)
            columns[i] = &m_program->roots[i]->evaluate(context, context.everyPosition());
        for (std::size_t row = 0; row < chunk.size(); ++row) {
            if (context.failed(row))
                continue;
            const std::size_t begin = out.text.size();
            out.text += '{';
            for (std::size_t i = 0; i < columns.size(); ++i) {
                out.text += i == 0 ? "" : ",";
                out.text += m_keys[i];
                if (!columns[i]->appendJson(row, out.text))
                    context.fail(row, "column `" + m_output.fields[i].name +
                                          "`: " + record::doubleText(columns[i]->asDouble(row)) +
                                          " cannot be written as JSON");
            }
            out.text += '}';
            if (context.failed(row)) {
                out.text.resize(begin);
                continue;
            }
            out.rows.push_back(chunk[row]);
            out.offsets.push_back(out.text.size());
        }
        context.takeErrors(out.errors);
    });
}

} // namespace millrace::sql
