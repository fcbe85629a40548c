// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"

#include <string>

namespace millrace::nodes {

/// Why nothing can ever be made at the place of a destination, as a part of a sentence; empty for
/// what may heal by itself (Io, DiskFull, Busy) and for what is not about the place.
std::string whyImpossible(const Problem &problem);

/// The same of a folder that was to be made.
std::string whyNoFolder(const Problem &problem);

} // namespace millrace::nodes
