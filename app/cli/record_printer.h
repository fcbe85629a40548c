// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/record_batch.h"

#include <string>
#include <string_view>

namespace millrace::cli {

/// Records as lines of text, without the line end.

/// One JSON object:
/// {"shard":0,"ordinal":5,"sequence_number":"…","arrival":"2026-11-22T14:03:07.123Z",
/// "key":"…","origin":"…","attributes":{…},"data":…}. `data` is the payload as it stands when it is
/// JSON; otherwise `data64` has it in base64. A key that is not UTF-8 is `key64` likewise;
/// attributes are left out where there are none.
std::string recordJson(const record::RecordBatch &batch, std::uint32_t row,
                       std::string_view sequenceNumber);

/// The head of the table, and a row of it, at most `columns` wide.
std::string recordTableHead(std::size_t columns);
std::string recordTableRow(const record::RecordBatch &batch, std::uint32_t row,
                           std::string_view sequenceNumber, std::size_t columns);

} // namespace millrace::cli
