// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/file_rows.h"

/// Any bytes are rows or dead lines; every byte belongs to exactly one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace millrace;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    nodes::RowSettings plain;
    plain.csv = true;
    fuzz::readRows(bytes, plain);
    nodes::RowSettings typed;
    typed.csv = true;
    typed.delimiter = ';';
    typed.header = false;
    typed.schema = record::parseSchema("a INT, b DECIMAL(10, 2), c TIMESTAMP(3), d STRING").value();
    typed.timeField = "c";
    fuzz::readRows(bytes, typed);
    return 0;
}
