// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

/// Appends `text` as a JSON string with its quotes: RFC 8259, the shortest escapes, everything
/// from 0x20 up but quote and backslash as it is.
void appendJsonString(std::string &out, std::string_view text);

/// Whether `text` has nothing but what JSON lets stand between its values, or nothing at all.
bool isJsonBlank(std::string_view text);

/// A copy of a JSON text in which every whole number of more than 18 digits is written as a real of
/// about its size, padded to its length: "1e22   ". For simdjson's tree, which refuses a document
/// for one number of more than 64 bits, where only the rest of it is looked at. The same as `json`
/// where it holds no such number; what is no JSON stays none.
std::string wideIntegersAsReals(std::string_view json);

} // namespace millrace::sql
