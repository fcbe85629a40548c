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

/// Evaluates all roots for `rows`. `subjects`: what the row errors of each begin with, or none.
void evaluateRoots(const Program &program, std::span<const std::string> subjects,
                   EvaluationContext &context, const record::RecordBatch &batch,
                   std::span<const std::uint32_t> rows, std::vector<const ColumnVector *> &columns)
{
    program.begin(context, batch, rows);
    columns.clear();
    for (std::size_t i = 0; i < program.roots.size(); ++i) {
        context.setSubject(subjects.empty() ? std::string_view() : subjects[i]);
        columns.push_back(&program.roots[i]->evaluate(context, context.everyPosition()));
    }
    context.setSubject({});
}

/// Evaluates all roots for the first of `rows`, for as many as fit the memory, and gives their
/// number. Of none, 0.
std::size_t evaluateFirst(const Program &program, std::span<const std::string> subjects,
                          EvaluationContext &context, const record::RecordBatch &batch,
                          std::span<const std::uint32_t> rows,
                          std::vector<const ColumnVector *> &columns)
{
    std::size_t count = rows.size();
    for (;;) {
        evaluateRoots(program, subjects, context, batch, rows.first(count), columns);
        if (count <= 1 || !context.overfull())
            return count;
        count /= 2;
    }
}

/// Calls `use(part, columns)` for one part of `rows` after the other, until that gives false.
template <class F>
void forParts(const Program &program, std::span<const std::string> subjects,
              EvaluationContext &context, const record::RecordBatch &batch,
              std::span<const std::uint32_t> rows, F &&use)
{
    std::vector<const ColumnVector *> columns;
    std::size_t most = kChunkRows; // rows like those that were too many come on
    while (!rows.empty()) {
        const auto wanted = rows.first(std::min(most, rows.size()));
        const std::size_t count = evaluateFirst(program, subjects, context, batch, wanted, columns);
        if (count < wanted.size())
            most = count;
        if (!use(rows.first(count), columns))
            return;
        rows = rows.subspan(count);
    }
}

std::string columnSubject(std::string_view name)
{
    return "column " + record::quotedName(name) + ": ";
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
    out.nulls = 0;
    EvaluationContext &context = scratch.context();
    forParts(*m_program, {}, context, batch, rows, [&](const auto part, const auto &columns) {
        const ColumnVector &values = *columns.front();
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (context.failed(i))
                continue;
            const bool null = values.isNull(i);
            const bool passed = !null && values.asBoolean(i);
            out.nulls += null ? 1 : 0;
            (passed ? out.passed : out.rejected).push_back(part[i]);
        }
        context.takeErrors(out.errors);
        return true;
    });
}

EvaluatedRows BoundExpression::evaluate(const record::RecordBatch &batch,
                                        std::span<const std::uint32_t> rows,
                                        EvaluationScratch &scratch,
                                        std::vector<RowError> &errors) const
{
    errors.clear();
    EvaluationContext &context = scratch.context();
    std::vector<const ColumnVector *> columns;
    const std::size_t count = evaluateFirst(*m_program, {}, context, batch, rows, columns);
    context.takeErrors(errors);
    return {*columns.front(), count};
}

SelectList::SelectList(record::Schema output, std::shared_ptr<const Program> program)
    : m_output(std::move(output))
    , m_program(std::move(program))
{
    for (std::size_t i = 0; i < m_output.fields.size(); ++i) {
        const std::string &name = m_output.fields[i].name;
        std::string key;
        appendJsonString(key, name);
        m_keys.push_back(key + ':');
        // A field that is read names itself, and may be called otherwise here.
        const bool field = dynamic_cast<const ColumnNode *>(m_program->roots[i].get()) != nullptr;
        m_subjects.push_back(field ? "" : columnSubject(name));
    }
}
SelectList::~SelectList() = default;

void SelectList::evaluate(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                          EvaluationScratch &scratch, std::vector<const ColumnVector *> &columns,
                          std::vector<RowError> &errors) const
{
    errors.clear();
    EvaluationContext &context = scratch.context();
    evaluateRoots(*m_program, m_subjects, context, batch, rows, columns);
    context.takeErrors(errors);
}

void SelectList::project(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                         EvaluationScratch &scratch, ProjectedRows &out) const
{
    out.taken = 0;
    out.rows.clear();
    out.offsets.assign(1, 0);
    out.text.clear();
    out.errors.clear();
    EvaluationContext &context = scratch.context();
    forParts(*m_program, m_subjects, context, batch, rows,
             [&](const auto part, const auto &columns) {
                 std::size_t row = 0;
                 for (; row < part.size() && out.text.size() < kMaxProjectedBytes; ++row) {
                     if (context.failed(row))
                         continue;
                     appendObject(columns, row, context, out);
                     if (context.failed(row))
                         continue;
                     out.rows.push_back(part[row]);
                     out.offsets.push_back(out.text.size());
                 }
                 out.taken += row;
                 context.takeErrors(out.errors, row);
                 return row == part.size();
             });
}

/// Appends the JSON object of a row; nothing when the row fails in it.
void SelectList::appendObject(std::span<const ColumnVector *const> columns, std::size_t row,
                              EvaluationContext &context, ProjectedRows &out) const
{
    const std::size_t begin = out.text.size();
    out.text += '{';
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out.text += i == 0 ? "" : ",";
        out.text += m_keys[i];
        if (!columns[i]->appendJson(row, out.text))
            context.fail(row, columnSubject(m_output.fields[i].name) +
                                  record::doubleText(columns[i]->asDouble(row)) +
                                  " cannot be written as JSON");
    }
    out.text += '}';
    if (context.failed(row))
        out.text.resize(begin);
}

} // namespace millrace::sql
