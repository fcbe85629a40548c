// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/stream/data_stream.h"

namespace millrace::engine {

/// A stream as StreamsReply shows it, at this moment.
StreamInfo infoOf(const stream::DataStream &stream);

} // namespace millrace::engine
