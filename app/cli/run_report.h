// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <chrono>
#include <string>

namespace millrace::cli {

/// What `run --report json` says at the end.
struct RunReport {
    const graph::Document &document;
    const runtime::Snapshot &last;  ///< taken while it ran: states
    const runtime::Snapshot &final; ///< taken when it had stopped: counts
    std::vector<engine::StreamInfo> streams;
    std::chrono::milliseconds elapsed{};
    std::string_view ended; ///< "done", "time", "interrupted", "failed"
};

/// One JSON object, indented, with a newline at the end: {"pipeline", "project", "ended",
/// "elapsed_ms", "nodes": {id: {name, kind, state, in, processed, filtered, late, dead, expired,
/// in_flight, out}}, "streams": {name: {id, shards, records, damaged_records,
/// disk_bytes, role}}, "problems": […]}.
std::string toJson(const RunReport &report);

} // namespace millrace::cli
