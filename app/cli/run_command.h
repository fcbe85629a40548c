// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

#include <variant>

namespace millrace::cli {

/// `millrace run`: runs a pipeline until it is stopped.
Command runCommand();

struct CheckedDocument {
    graph::Document document;
    std::vector<Problem> warnings; ///< which were printed
};

/// Reads a pipeline and checks it as far as that goes without running it; prints every problem.
/// What to end with when it has errors: NotFound when there is no such file, else InvalidPipeline.
std::variant<CheckedDocument, ExitCode> loadChecked(const std::string &file,
                                                    const Environment &environment);

} // namespace millrace::cli
