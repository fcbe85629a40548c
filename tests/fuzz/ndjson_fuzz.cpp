// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/file_rows.h"

/// Any bytes are JSON objects or dead lines; every byte belongs to exactly one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace millrace;
    nodes::RowSettings settings;
    settings.timeField = "t";
    fuzz::readRows(std::as_bytes(std::span(data, size)), settings);
    return 0;
}
