// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <nlohmann/json_fwd.hpp>

namespace millrace::cli {

struct LogBenchOptions {
    Path folder; ///< on the disk to be measured; its contents are replaced
    std::uint64_t records = 10'000'000;
    std::uint32_t shards = 4;
    bool shrinks = true; ///< records that zstd makes smaller; else random bytes
};

/// What the machine itself can do, measured in the same run as the figures it bounds: MD5 of short
/// keys, zstd level 1, fdatasync of 4 KiB (p50, p99), sequential writing with fdatasync.
/// Errors: Io, DiskFull.
Result<nlohmann::json> measureBounds(const Path &folder);

/// Durable append in process of 100-byte records, then recovery of the log written.
/// Errors: Io, DiskFull.
Result<nlohmann::json> measureLogAppend(const LogBenchOptions &options);

/// Recovery of a log as a crash leaves it that came before anything was rewritten, walked from one
/// end to the other, and of the same log once rewritten, by its indexes. The records are random
/// bytes, so that not much more than `options.records` × 100 bytes is to be written for a log of
/// some size.
/// Errors: Io, DiskFull.
Result<nlohmann::json> measureLogRecovery(LogBenchOptions options);

/// Sequential reading of one shard and of all, one core, of the log that measureLogAppend() left,
/// as it was written and once rewritten; then recovery with footers.
/// Errors: Io.
Result<nlohmann::json> measureLogRead(const LogBenchOptions &options);

} // namespace millrace::cli
