// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/file_rows.h"

/// Any bytes are rows or dead lines; every byte belongs to exactly one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace millrace;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    fuzz::readRows(bytes, {.csv = true});
    fuzz::readRows(
        bytes,
        {.csv = true,
         .delimiter = ';',
         .header = false,
         .schema = record::parseSchema("a INT, b DECIMAL(10, 2), c TIMESTAMP(3), d STRING").value(),
         .timeField = "c"});
    return 0;
}
