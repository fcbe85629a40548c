// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/stream/sequence_number.h"

#include <string>

namespace millrace::stream {

/// Where a cursor begins [Kinesis: shard iterator types].
enum class From : std::uint8_t {
    TrimHorizon = 1, ///< oldest readable record
    Latest,          ///< behind the newest one there is now
    AtSequence,
    AfterSequence,
    AtTime, ///< first record that arrived at or after a time
};

/// The same with what it needs.
struct CursorStart {
    From from = From::TrimHorizon;
    SequenceNumber sequence = {}; ///< of AtSequence and AfterSequence
    WallTime time = {};           ///< of AtTime
};

/// The ordinal where a cursor begins, in a log::Log or a log::LogReader. Errors: InvalidArgument
/// with the place `stream` when the sequence number names another shard, and those of the log.
template <class AnyLog>
Result<Ordinal> resolve(AnyLog &log, ShardIndex shard, const CursorStart &start,
                        const std::string &stream)
{
    switch (start.from) {
    case From::TrimHorizon:
        return log.bounds(shard).trimHorizon;
    case From::Latest:
        return log.bounds(shard).end;
    case From::AtTime:
        return log.find(shard, start.time);
    case From::AtSequence:
    case From::AfterSequence:
        break;
    }
    if (start.sequence.shard != shard)
        return invalidArgument("the sequence number encodes shard " +
                                   std::to_string(start.sequence.shard.value) +
                                   ", while it was used for shard " + std::to_string(shard.value),
                               stream);
    return log.findSeqIx(shard, start.sequence.seqIx + (start.from == From::AfterSequence ? 1 : 0));
}

} // namespace millrace::stream
