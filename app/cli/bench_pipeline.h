// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace millrace::cli {

/// Puts through a data stream (routing by MD5, sequence numbers, top keys, committer threads),
/// 100-byte records to 4 shards, acknowledged after fdatasync: records/s with one putting thread.
/// Errors: Io, DiskFull.
Result<nlohmann::json> measureStreamPut(const Path &folder, std::uint64_t records);

/// From put() to the moment a consumer has read the record: 50,000 records/s of 100 bytes in puts
/// of 50, durable, 16 shards; p50 and p99, and the disk's part in the same seconds: its fdatasyncs,
/// and how long a put that comes at any moment waits for the call under way (disk_wait_p99_ms).
/// Errors: Io, DiskFull.
Result<nlohmann::json> measurePutToConsumer(const Path &folder);

/// A whole engine on one data directory: generator as fast as it goes, stream of 4 shards, filter,
/// map and SQLite table; records/s from the first to the last one stored.
/// Errors: as the engine's.
Result<nlohmann::json> measurePipeline(const Path &folder, std::uint64_t records);

} // namespace millrace::cli
