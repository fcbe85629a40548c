// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/runtime/snapshot.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::cli {

/// A running pipeline as text: a head line, one line per node with its rates, a bar per shard of a
/// stream with the limit in it, and the problems that stand. No line is wider than `columns`.
/// Thread-safety: pure function.
std::vector<std::string> dashboardLines(const graph::Document &document,
                                        const runtime::Snapshot &snapshot, std::size_t columns);

/// The one line of a run without a dashboard: "0:12  running  2,600 records/s  …".
std::string statusLine(const runtime::Snapshot &snapshot);

/// How full a shard is, as `columns` characters: '#' up to the load, '.' beyond it, and '|' where
/// the limit is, at four fifths, so that an excess shows too.
std::string loadBar(double load, std::size_t columns);

} // namespace millrace::cli
