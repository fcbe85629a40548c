// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

/// Appends `text` as a JSON string with its quotes: RFC 8259, the shortest escapes, everything
/// from 0x20 up but quote and backslash as it is.
void appendJsonString(std::string &out, std::string_view text);

} // namespace millrace::sql
