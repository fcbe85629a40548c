// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/graph/document.h"

namespace millrace::engine {

/// Where data directories stand that nobody named: $XDG_DATA_HOME/millrace, else
/// ~/.local/share/millrace (XDG Base Directory Specification 0.8: a relative one is ignored).
/// Errors: NoDataHome. Thread-safety: as getenv().
Result<Path> dataHome();

/// The data directory of a pipeline in dataHome(): "<name>-<first 8 digits of its project UUID>".
/// Every program takes this one, so that they meet at one engine. What is no ASCII letter, digit,
/// '_' or '-' in the name becomes '-'; at most 40 bytes of it are taken. Errors: NoDataHome.
Result<Path> defaultDataDirectory(const graph::Document &document);

} // namespace millrace::engine
