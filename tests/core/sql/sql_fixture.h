// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/record_batch.h"
#include "core/sql/bound_expression.h"

#include <QString>

#include <numeric>
#include <string>
#include <vector>

namespace millrace::test {

/// A batch of these payloads on shard 3 from ordinal 100 on, one second apart; keys k0, k1, ….
inline record::BatchPtr batchOf(const std::vector<std::string> &payloads)
{
    record::RecordBatchBuilder builder;
    std::vector<std::int64_t> arrivals;
    std::vector<std::uint64_t> seqIx;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        builder.append({payloads[i], "k" + std::to_string(i)});
        arrivals.push_back(1'767'225'600'000 + static_cast<std::int64_t>(i) * 1000);
        seqIx.push_back(i);
    }
    StreamUuid stream;
    stream.bytes[0] = 7;
    return builder.finishPlaced(stream, ShardIndex(3), Ordinal(100), std::move(arrivals),
                                std::move(seqIx));
}

inline std::vector<std::uint32_t> allRows(const record::RecordBatch &batch)
{
    std::vector<std::uint32_t> rows(batch.count());
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

inline std::string messages(const std::vector<Problem> &problems)
{
    std::string out;
    for (const Problem &problem : problems)
        out += (out.empty() ? "" : " | ") + problem.place() + ": " + problem.text();
    return out;
}

/// What `text` is over each payload: the value as text, "NULL", or "! reason"; when it does not
/// bind, one entry with the problems.
inline std::vector<std::string> evaluated(const std::string &text, const record::Schema &schema,
                                          const record::RecordBatch &batch)
{
    const auto bound = sql::bindExpression(text, schema);
    if (!bound)
        return {messages(bound.problems)};
    sql::EvaluationScratch scratch;
    std::vector<sql::RowError> errors;
    const std::vector<std::uint32_t> rows = allRows(batch);
    const sql::ColumnVector &column = bound->evaluate(batch, rows, scratch, errors).values;
    std::vector<std::string> out;
    for (const std::uint32_t row : rows) {
        std::string cell;
        column.appendText(row, cell);
        out.push_back(column.isNull(row) ? "NULL" : cell);
    }
    for (const sql::RowError &error : errors)
        out[error.row] = "! " + error.reason;
    return out;
}

inline std::string evaluatedOnce(const std::string &text, const record::Schema &schema = {},
                                 const std::string &payload = "{}")
{
    return evaluated(text, schema, *batchOf({payload})).front();
}

} // namespace millrace::test
