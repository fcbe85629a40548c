// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/functions/function.h"

#include "core/sql/token.h"

#include <algorithm>

namespace millrace::sql {

const std::vector<const Function *> &allFunctions()
{
    static const auto all = [] {
        std::vector<const Function *> out;
        for (const auto table :
             {textFunctions(), textPartFunctions(), encodingFunctions(), patternFunctions(),
              mathFunctions(), timeFunctions(), jsonFunctions(), conditionalFunctions()}) {
            for (const Function &function : table)
                out.push_back(&function);
        }
        std::sort(out.begin(), out.end(),
                  [](const Function *a, const Function *b) { return a->name < b->name; });
        return out;
    }();
    return all;
}

const Function *findFunction(std::string_view name)
{
    const std::string upper = upperAscii(name);
    const auto &all = allFunctions();
    const auto found = std::lower_bound(all.begin(), all.end(), upper,
                                        [](const Function *function, const std::string &wanted) {
                                            return function->name < wanted;
                                        });
    return found != all.end() && (*found)->name == upper ? *found : nullptr;
}

} // namespace millrace::sql
