// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::stream {

/// AWS's sequence number, version 2 [Kinesis facts, 3.2]: 186 bits, 56 decimal digits for current
/// times. As a hex string from the left: `2` | 9 digits shard creation time (s) | 1 digit low
/// nibble of the shard index | 16 digits seqIx | `00` | 9 digits time (s) | 8 digits shard index |
/// `2`. Numbers of one shard order by seqIx.
struct SequenceNumber {
    std::int64_t shardCreated = 0; ///< seconds since 1970
    ShardIndex shard;
    std::uint64_t seqIx = 0; ///< below 2^63
    std::int64_t time = 0;   ///< seconds since 1970

    std::string toString() const; ///< decimal
    /// Errors: InvalidArgument, with what is wrong.
    static Result<SequenceNumber> parse(std::string_view decimal);
    friend bool operator==(const SequenceNumber &, const SequenceNumber &) = default;
};

} // namespace millrace::stream
