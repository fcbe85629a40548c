// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/column_vector.h"
#include "core/sql/expression.h"

#include <optional>

namespace millrace::sql {

/// The type that holds the values of both, as CASE, COALESCE, IN and comparisons want it: INT goes
/// to BIGINT to DECIMAL to DOUBLE, DATE to TIMESTAMP to TIMESTAMP_LTZ, NULL to anything. Empty when
/// there is none: Flink does not mix texts and numbers.
std::optional<DataType> commonType(const DataType &a, const DataType &b);

/// The type of a + b and its kin [Flink, LogicalTypeMerging: precision and scale of DECIMAL].
/// Both are numeric.
DataType arithmeticType(Operator op, const DataType &a, const DataType &b);

/// The DECIMAL that holds every INT or BIGINT; a DECIMAL itself.
DataType asDecimalType(const DataType &type);

/// How far a value of type `from` must be bent for a parameter of type `to` without a CAST: 0 not
/// at all; empty when it cannot be. DECIMAL parameters take every precision.
std::optional<int> conversionCost(const DataType &from, const DataType &to);

} // namespace millrace::sql
