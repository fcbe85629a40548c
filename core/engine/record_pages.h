// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/stream/data_stream.h"

namespace millrace::engine {

/// Reads a page of a stream, merged over its shards by (arrival, shard, ordinal).
/// `schema` is what `request.where` is bound to.
/// Errors: the first problem of the expression, Io.
/// Thread-safety: pure but for reading the stream.
Result<RecordsReply> readPage(stream::DataStream &stream, const RecordsRequest &request,
                              const record::Schema &schema);

} // namespace millrace::engine
