// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/record_batch.h"
#include "core/sql/schema_inference.h"

#include <functional>

namespace millrace::runtime {

/// What the records that a stream begins with, shard by shard, have in common.
struct StreamInference {
    sql::SchemaInference inference;
    std::uint64_t seen = 0;           ///< records, sql::kInferenceRecords at most
    WallTime first = WallTime::max(); ///< the earliest arrival of these
};

/// The block that holds a record, or the first one behind it; null when there is none. As
/// Log::read(), with its errors; damage is passed.
using ReadBlock = std::function<Result<record::BatchPtr>(ShardIndex shard, Ordinal at)>;

/// `begins` has where each shard begins. Payloads that are no JSON objects become dead letters
/// where they are read; they count and say nothing. Errors: those of `read` but damage.
/// Thread-safety: that of `read`.
Result<StreamInference> inferSchema(const std::vector<Ordinal> &begins, const ReadBlock &read);

} // namespace millrace::runtime
