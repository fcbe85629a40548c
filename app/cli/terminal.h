// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::cli {

bool isTerminal(int descriptor);
/// Columns of the terminal behind `descriptor`; 100 when it is none.
std::size_t terminalWidth(int descriptor);

/// "2,600"
std::string grouped(std::uint64_t number);
/// "1.5 MiB", "812 B"
std::string bytesText(double bytes);
/// "0:07", "1:02:07"
std::string clockText(std::int64_t seconds);

/// `text` on exactly `columns` columns: cut with '…' or filled with blanks. Control characters
/// become '·', broken UTF-8 U+FFFD. Every other character is counted as one column.
std::string cell(std::string_view text, std::size_t columns);
/// The same without filling.
std::string cut(std::string_view text, std::size_t columns);

} // namespace millrace::cli
