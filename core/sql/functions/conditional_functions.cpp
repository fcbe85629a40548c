// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"

namespace millrace::sql {

std::span<const Function> conditionalFunctions()
{
    // Those without a kernel evaluate only the arguments they need: the binder makes CASE and
    // COALESCE nodes of them.
    static const std::vector<Function> table{
        {"COALESCE",
         FunctionGroup::Conditional,
         "The first argument that is not NULL",
         {{"T, T... -> T"}}},
        {"IF",
         FunctionGroup::Conditional,
         "The second argument where the first is TRUE, else the "
         "third",
         {{"BOOLEAN, T, T -> T"}}},
        {"IFNULL",
         FunctionGroup::Conditional,
         "The first argument, or the second where it is NULL",
         {{"T, T -> T"}}},
        {"NULLIF",
         FunctionGroup::Conditional,
         "NULL where both are equal, else the first",
         {{"T, T -> T"}}},
    };
    return table;
}

} // namespace millrace::sql
