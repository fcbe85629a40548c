// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"

namespace millrace::sql {

std::span<const Function> textFunctions()
{
    static const std::vector<Function> table{};
    return table;
}

} // namespace millrace::sql
