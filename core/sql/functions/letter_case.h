// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

/// `text` in capital or in small letters as Java's String.toUpperCase and toLowerCase give it for
/// Locale.ROOT: letter by letter (glibc's C.UTF-8 tables), with the letters that become several
/// ("ß" is "SS") and the Σ at the end of a word [Unicode, SpecialCasing.txt]. What is no UTF-8
/// stays as it is. The result has at most three times as many bytes.
std::string upperCase(std::string_view text);
std::string lowerCase(std::string_view text);

/// Each word with a capital and small letters behind it; words are made of ASCII letters and
/// digits, and no other letter is changed [Calcite, SqlFunctions.initcap].
std::string initialCapitals(std::string_view text);

} // namespace millrace::sql
