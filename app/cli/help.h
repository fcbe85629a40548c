// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace help [COMMAND | exit-codes | kinds [KIND] | functions]`.
ExitCode help(std::span<const std::string> words);

/// What `millrace help` prints: all commands, one line each.
std::string overview();
/// CliUnknownCommand, naming the nearest one there is.
Problem unknownCommand(const std::string &name);

} // namespace millrace::cli
