// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::cli {

/// `millrace help kinds`: every node kind with a line.
std::string kindsReference();
/// `millrace help kinds KIND`: its ports and parameters. Nothing when there is no such kind.
std::optional<std::string> kindReference(std::string_view kind);
/// `millrace help functions`: the functions of expressions, by group.
std::string functionsReference();

/// Words, wrapped at about 96 columns behind an indent.
std::string wrapped(std::string_view text, std::size_t indent);

} // namespace millrace::cli
