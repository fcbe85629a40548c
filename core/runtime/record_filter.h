// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/runtime/sequence_numbers.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::runtime {

/// Which records of one stream somebody who looks into it wants to see: those for which an
/// expression is true. Records for which it fails are not wanted; they are counted by the reason.
/// Nor are those for which it is NULL, which SQL takes for false: whoever looks for a record wants
/// to know of them.
/// Thread-safety: one thread at a time.
class RecordFilter
{
public:
    struct Bound {
        std::unique_ptr<RecordFilter> filter; ///< null exactly when there are problems
        std::vector<Problem> problems;        ///< of the expression
    };
    /// Binds `condition` to the schema of the stream's payloads. `numbers` are the stream's.
    static Bound bind(std::string_view condition, const record::Schema &schema,
                      SequenceNumbers numbers);

    /// Those of `rows` that are wanted, rising; until the next call.
    std::span<const std::uint32_t> wanted(const record::RecordBatch &batch,
                                          std::span<const std::uint32_t> rows);
    /// Records for which it failed so far, by the reason. Reasons may quote values, and so be as
    /// many as there are records: those beyond kMostReasons are counted together.
    const std::map<std::string, std::uint64_t> &failures() const { return m_failures; }
    std::uint64_t furtherFailures() const { return m_furtherFailures; }
    static constexpr std::size_t kMostReasons = 1000;
    /// Records for which it was NULL so far.
    std::uint64_t nulls() const { return m_nulls; }

private:
    RecordFilter(std::shared_ptr<const sql::BoundExpression> condition, SequenceNumbers numbers);

    const std::shared_ptr<const sql::BoundExpression> m_condition;
    const SequenceNumbers m_numbers;
    sql::EvaluationScratch m_scratch;
    sql::FilterResult m_result;
    std::map<std::string, std::uint64_t> m_failures;
    std::uint64_t m_furtherFailures = 0;
    std::uint64_t m_nulls = 0;
};

} // namespace millrace::runtime
