// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/reference_engine.h"

#include "core/sql/bound_expression.h"

namespace millrace::reference {

/// What a transform makes of one record: given on, or dead with a reason, or neither: filtered out.
struct RowFate {
    std::optional<Record> given = {};
    std::optional<std::string> dead = {};
};

/// One record at a time, each in a batch of its own.
RowFate filterRow(const sql::BoundExpression &condition, const Record &record,
                  sql::EvaluationScratch &scratch);
/// Without `key` the record keeps its own.
RowFate mapRow(const sql::SelectList &select, const sql::BoundExpression *key, const Record &record,
               sql::EvaluationScratch &scratch);

} // namespace millrace::reference
