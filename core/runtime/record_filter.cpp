// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/record_filter.h"

namespace millrace::runtime {

RecordFilter::RecordFilter(std::shared_ptr<const sql::BoundExpression> condition,
                           SequenceNumbers numbers)
    : m_condition(std::move(condition))
    , m_numbers(std::move(numbers))
{
    m_scratch.setSequenceNumbers(&m_numbers);
}

RecordFilter::Bound RecordFilter::bind(std::string_view condition, const record::Schema &schema,
                                       SequenceNumbers numbers)
{
    Bound out;
    auto bound = sql::bindFilter(condition, schema);
    if (bound)
        out.filter.reset(new RecordFilter(bound.value, std::move(numbers)));
    else
        out.problems = std::move(bound.problems);
    return out;
}

std::span<const std::uint32_t> RecordFilter::wanted(const record::RecordBatch &batch,
                                                    std::span<const std::uint32_t> rows)
{
    m_condition->evaluateFilter(batch, rows, m_scratch, m_result);
    m_nulls += m_result.nulls;
    for (const sql::RowError &error : m_result.errors) {
        if (m_failures.size() < kMostReasons || m_failures.contains(error.reason))
            ++m_failures[error.reason];
        else
            ++m_furtherFailures;
    }
    return m_result.passed;
}

} // namespace millrace::runtime
