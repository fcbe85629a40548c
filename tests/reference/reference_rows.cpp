// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/reference_rows.h"

#include "core/base/problem_codes.h"

namespace millrace::reference {
namespace {

record::BatchPtr asBatch(const Record &record)
{
    record::RecordBatchBuilder builder;
    builder.append({.data = record.data, .key = record.key});
    return builder.finish();
}

RowFate deadRow(const std::string &reason)
{
    return {.dead = Problem(Code::NodeRowError, {{"reason", reason}}).text()};
}

} // namespace

RowFate filterRow(const sql::BoundExpression &condition, const Record &record,
                  sql::EvaluationScratch &scratch)
{
    sql::FilterResult result;
    const std::uint32_t row = 0;
    condition.evaluateFilter(*asBatch(record), std::span(&row, 1), scratch, result);
    if (!result.errors.empty())
        return deadRow("condition: " + result.errors.front().reason);
    return result.passed.empty() ? RowFate{} : RowFate{.given = record};
}

RowFate mapRow(const sql::SelectList &select, const sql::BoundExpression *key, const Record &record,
               sql::EvaluationScratch &scratch)
{
    const auto batch = asBatch(record);
    const std::uint32_t row = 0;
    sql::ProjectedRows made;
    select.project(*batch, std::span(&row, 1), scratch, made);
    if (!made.errors.empty())
        return deadRow(made.errors.front().reason);
    Record mapped = record;
    mapped.data = made.payload(0);
    if (key == nullptr)
        return {.given = std::move(mapped)};
    std::vector<sql::RowError> errors;
    const auto &keys = key->evaluate(*batch, std::span(&row, 1), scratch, errors).values;
    if (!errors.empty())
        return deadRow("partition key: " + errors.front().reason);
    mapped.key.clear();
    mapped.hash.reset();
    if (!keys.isNull(0))
        keys.appendText(0, mapped.key);
    if (mapped.key.empty())
        return deadRow("the new partition key is NULL or empty");
    return {.given = std::move(mapped)};
}

} // namespace millrace::reference
