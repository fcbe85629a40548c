// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/record/record_batch.h"
#include "core/record/schema.h"
#include "core/sql/column_vector.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

class EvaluationContext;
class Program;

/// Gives the sequence number of a record: the number depends on when the shard was made, which
/// only the stream knows.
class SequenceNumberSource
{
public:
    virtual ~SequenceNumberSource() = default;
    /// Appends the decimal digits for `row` of `batch`.
    virtual void append(const record::RecordBatch &batch, std::size_t row,
                        std::string &out) const = 0;
};

/// A row that cannot be evaluated, and why, in English: what a dead letter carries.
struct RowError {
    std::uint32_t row = 0; ///< of the batch
    std::string reason;    ///< "column x: division by zero"
    friend bool operator==(const RowError &, const RowError &) = default;
};

/// The memory evaluation works in: parsers, columns, texts. Kept and reused, it stops allocating
/// after the first batches. Results that are columns live in it until it is used again.
/// Thread-safety: one thread at a time; make one for each.
class EvaluationScratch
{
public:
    EvaluationScratch();
    ~EvaluationScratch();
    EvaluationScratch(EvaluationScratch &&) noexcept;
    EvaluationScratch &operator=(EvaluationScratch &&) noexcept;

    /// Where `sequence_number` comes from; it is NULL without. Not owned, must outlive the use.
    void setSequenceNumbers(const SequenceNumberSource *source);

    EvaluationContext &context() { return *m_context; }

private:
    std::unique_ptr<EvaluationContext> m_context;
};

/// Where each row went. All three are in the order of the rows given; together they are those
/// rows.
struct FilterResult {
    std::vector<std::uint32_t> passed;   ///< TRUE
    std::vector<std::uint32_t> rejected; ///< FALSE or NULL
    std::vector<RowError> errors;
    std::size_t nulls = 0; ///< of the rejected ones, those for which it is NULL
};

/// The values of an expression for `count` rows, from the first one asked for on.
struct EvaluatedRows {
    const ColumnVector &values; ///< lives until the scratch is used again
    std::size_t count = 0;
};

/// The rows of a select list as JSON objects, one behind the other.
struct ProjectedRows {
    std::size_t taken = 0;            ///< rows of those given, from the first on, that are in here
    std::vector<std::uint32_t> rows;  ///< of the batch, without those with errors
    std::vector<std::size_t> offsets; ///< rows.size() + 1, into `text`
    std::string text;                 ///< {"a":1,"b":"x"}{"a":2,"b":null}…
    std::vector<RowError> errors;

    std::string_view payload(std::size_t index) const
    {
        return std::string_view(text).substr(offsets[index], offsets[index + 1] - offsets[index]);
    }
};

/// An expression bound to a schema: names are columns, types are known, functions are chosen.
///
/// A row error is a value that does not fit the schema, a division by zero, an overflow or a
/// failed CAST; it counts only where evaluation gets to: not behind FALSE AND, TRUE OR, the branch
/// a CASE does not take. The same record gives the same result, whatever batch it is in.
/// Thread-safety: immutable; any number of threads, each with its own scratch.
class BoundExpression
{
public:
    BoundExpression(std::string text, std::shared_ptr<const Program> program);
    ~BoundExpression();

    const std::string &text() const { return m_text; }
    const DataType &type() const;

    /// Sorts `rows` of `batch` by the outcome of a BOOLEAN expression. `out` is cleared first.
    void evaluateFilter(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                        EvaluationScratch &scratch, FilterResult &out) const;

    /// The values of the first of `rows`: cell i is that of rows[i], unspecified where `errors` has
    /// that row. Of all of them, unless the texts made would fill the memory; of at least one.
    /// `errors` is cleared first.
    EvaluatedRows evaluate(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                           EvaluationScratch &scratch, std::vector<RowError> &errors) const;

private:
    std::string m_text;
    std::shared_ptr<const Program> m_program;
};

/// One batch of records may become many times as large; what comes behind is asked for later.
inline constexpr std::size_t kMaxProjectedBytes = 16U << 20U;

/// A select list bound to a schema. Thread-safety and row errors as BoundExpression; a reason
/// begins with the name of the column that could not be made, of a field as it stands with the
/// field's.
class SelectList
{
public:
    SelectList(record::Schema output, std::shared_ptr<const Program> program);
    ~SelectList();

    /// Names and types of what it makes, in its order.
    const record::Schema &output() const { return m_output; }

    /// Makes a JSON object of each of `rows`: fields in the order of the list, NULL as null, ROW
    /// and ARRAY as the JSON they came as, timestamps as text, the same bytes for the same record.
    /// A DOUBLE that JSON cannot hold (NaN, Infinity) is a row error. Stops behind the row with
    /// which the objects take kMaxProjectedBytes. `out` is cleared first.
    void project(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                 EvaluationScratch &scratch, ProjectedRows &out) const;

    /// The columns of all of `rows`, whatever texts it makes of them; one for each field of
    /// output(): cell i is that of rows[i], unspecified where `errors` has that row. Both are
    /// cleared first. The columns live until `scratch` is used again.
    void evaluate(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
                  EvaluationScratch &scratch, std::vector<const ColumnVector *> &columns,
                  std::vector<RowError> &errors) const;

private:
    void appendObject(std::span<const ColumnVector *const> columns, std::size_t row,
                      EvaluationContext &context, ProjectedRows &out) const;

    record::Schema m_output;
    std::vector<std::string> m_keys;     ///< `"name":` as JSON
    std::vector<std::string> m_subjects; ///< for each field, what its row errors begin with
    std::shared_ptr<const Program> m_program;
};

/// What binding gives: the bound thing, or why not (every problem of the text, in its order, each
/// with the place "line L, column C").
template <class T>
struct BindResult {
    std::shared_ptr<const T> value;
    std::vector<Problem> problems;
    explicit operator bool() const { return value != nullptr; }
    const T *operator->() const { return value.get(); }
    const T &operator*() const { return *value; }
};

/// Binds text to the payload fields of `schema` and to the record's own columns: shard INT,
/// partition_key STRING, arrival_time TIMESTAMP_LTZ(3), sequence_number STRING, ordinal BIGINT and
/// data STRING (the whole payload). Each is always record.shard and so on, and plain shard where
/// no payload field has that name; data only as record.data.
/// Problems: SqlSyntax, SqlBadLiteral, SqlTooComplex, SqlUnknownColumn (with the nearest name),
/// SqlUnknownFunction, SqlType, SqlArguments, SqlDuplicateName.
BindResult<BoundExpression> bindExpression(std::string_view text, const record::Schema &schema);
/// Likewise; the expression must be BOOLEAN.
BindResult<BoundExpression> bindFilter(std::string_view text, const record::Schema &schema);
/// Likewise, a list `expr [AS name], *`. A column without AS keeps its name, of a path the last
/// part; another expression is called EXPR$0, EXPR$1, … by its place in the list, as in Flink.
BindResult<SelectList> bindSelect(std::string_view text, const record::Schema &schema);
/// Every field of `schema` as it stands in the payload: SELECT *, without text.
std::shared_ptr<const SelectList> bindColumns(const record::Schema &schema);

} // namespace millrace::sql
