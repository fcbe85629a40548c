// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace millrace::cli {

/// `millrace run`: runs a pipeline until it is stopped.
Command runCommand();

struct CheckedDocument {
    graph::Document document;
    std::vector<Problem> warnings; ///< which were printed
};

/// Reads a pipeline and checks it as far as that goes without running it; prints every problem.
/// Nothing when it has errors.
std::optional<CheckedDocument> loadChecked(const std::string &file, const Environment &environment);

} // namespace millrace::cli
