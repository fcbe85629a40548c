// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/file.h"

#include <cstdint>
#include <cstdlib>

/// Any bytes give problems, or a document that writes and reads back equal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace millrace::graph;
    const auto outcome = readDocument({reinterpret_cast<const char *>(data), size});
    if (outcome.document.has_value() == !outcome.problems.empty())
        std::abort();
    if (!outcome.document)
        return 0;
    const auto text = writeDocument(*outcome.document);
    if (!text)
        std::abort();
    const auto again = readDocument(*text);
    if (!again.document || *again.document != *outcome.document)
        std::abort();
    const auto second = writeDocument(*again.document);
    if (!second || *second != *text)
        std::abort();
    return 0;
}
