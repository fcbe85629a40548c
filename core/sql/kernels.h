// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/expression.h"
#include "core/sql/kernel.h"

namespace millrace::sql {

/// The kernels of operators, by what their arguments are. The binder has brought the arguments to
/// these types before; null when there is no such operator for them.
///
/// Arithmetic of INT and BIGINT that leaves the range of its type, and division by zero, is a row
/// error. DOUBLE follows IEEE 754. DECIMAL is exact and rounded half away from zero.
Kernel arithmeticKernel(Operator op, const DataType &type);

/// Of two arguments of the same storage; DECIMAL may differ in scale.
Kernel comparisonKernel(Operator op, Storage storage);

/// value BETWEEN low AND high, in three-valued logic.
Kernel betweenKernel(Storage storage);
/// value BETWEEN SYMMETRIC a AND b: between the smaller and the larger of them.
Kernel betweenSymmetricKernel(Storage storage);

/// value IN (a, b, …), in three-valued logic.
Kernel inKernel(Storage storage);

/// Timestamp or DayInterval + DayInterval (milliseconds), with a check of the range.
Kernel addMillisKernel(bool subtract);
/// Timestamp + MonthInterval: the same day, or the last of the month.
Kernel addMonthsKernel(bool subtract);

Kernel notKernel();
Kernel isNullKernel();
Kernel isTruthKernel(bool wanted); ///< IS TRUE, IS FALSE: never NULL
Kernel negateKernel(Storage storage);
Kernel concatKernel(); ///< a || b
/// text LIKE pattern, with a prepared LikePattern where the pattern is constant.
Kernel likeKernel();

/// text SIMILAR TO pattern, with a compiled Regex where the pattern is constant (similar.h).
Kernel similarKernel();

/// From one type to another, or null where Flink has no such CAST. With `attempt`, what cannot be
/// converted is NULL (TRY_CAST) and not a row error.
Kernel castKernel(const DataType &from, const DataType &to, bool attempt);

} // namespace millrace::sql
