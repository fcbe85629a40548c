// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/expression.h"
#include "core/sql/kernel.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

enum class FunctionGroup : std::uint8_t { Text = 1, Pattern, Math, Time, Json, Conditional };

/// What a function makes of its constant arguments when it is bound: a compiled pattern, a unit.
struct Prepared {
    std::shared_ptr<const void> data;
    std::string problem;          ///< not empty: why these arguments cannot be
    std::optional<DataType> type; ///< of the result, where it hangs on more than types
};
using Prepare = Prepared (*)(std::span<const NodePtr> arguments, const Expression &call);
using ResultType = DataType (*)(std::span<const DataType> arguments);

/// One way to call a function. The signature is what people read and what the binder goes by:
/// "STRING, BIGINT -> STRING". Parameters: a type (BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL, STRING,
/// BYTES, DATE, TIMESTAMP, TIMESTAMP_LTZ, ARRAY), TIMEPOINT (a timestamp or a date), NUMERIC, ANY,
/// T (one common type for all of them) or KEYWORD; the last may end in "...". The result is a type,
/// T, or 1 to 9: that of the argument.
struct Overload {
    std::string_view signature;
    Kernel kernel = nullptr; ///< null: the binder knows this function itself
    Prepare prepare = nullptr;
    ResultType result = nullptr; ///< says the result's type where the signature cannot
};

/// One function of the language.
struct Function {
    std::string_view name; ///< upper case
    FunctionGroup group;
    std::string_view help; ///< one line
    std::vector<Overload> overloads;
    bool constant = true; ///< the same arguments give the same result
};

/// The tables, one for each file beside this.
std::span<const Function> textFunctions();
std::span<const Function> textPartFunctions(); ///< length, positions, parts of a text
std::span<const Function> encodingFunctions();
std::span<const Function> patternFunctions();
std::span<const Function> mathFunctions();
std::span<const Function> timeFunctions();
std::span<const Function> jsonFunctions();
std::span<const Function> conditionalFunctions();

/// FLOOR and CEIL stand in the time table, for FLOOR(time TO unit); these are theirs for numbers.
std::vector<Overload> floorOverloads();
std::vector<Overload> ceilOverloads();

/// All functions by name: completion, help and the binder read this.
const std::vector<const Function *> &allFunctions();
/// Null when there is none. Any case.
const Function *findFunction(std::string_view name);

} // namespace millrace::sql
