// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory_file_system.h"
#include "core/nodes/producers/line_reader.h"
#include "core/nodes/producers/row_format.h"

#include <cstdlib>

namespace millrace::fuzz {

/// Reads `bytes` as a data file in the format of `settings` and aborts when a line is skipped or
/// given twice, or a line that is taken gives a payload that is no JSON object.
inline void readRows(ByteView bytes, const nodes::RowSettings &settings)
{
    MemoryFileSystem files;
    files.setContent("/in", Bytes(bytes.begin(), bytes.end()));
    const auto format = nodes::makeRowFormat(files, "/in", settings);
    if (!format)
        return;
    const auto payloads = nodes::makeNdjsonFormat({}, {});
    nodes::LineReader lines(files.open("/in", OpenMode::Read).value(), FilePos(0),
                            (*format)->delimiter());
    nodes::RowFormat::Row row;
    nodes::RowFormat::Row copy;
    std::uint64_t at = 0;
    for (;;) {
        const auto line = lines.next();
        if (!line)
            std::abort();
        if (!*line)
            break;
        if ((*line)->at != at || (*line)->end <= at)
            std::abort();
        at = (*line)->end;
        if (const auto text = nodes::trimLine((*line)->text); !text.empty()) {
            const Status taken = (*format)->convert(text, row);
            if (taken && !payloads->convert(row.payload, copy))
                std::abort();
        }
        lines.accept(**line);
    }
    if (at != bytes.size())
        std::abort();
}

} // namespace millrace::fuzz
