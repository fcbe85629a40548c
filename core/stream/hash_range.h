// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/record/record.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::stream {

/// The part of the ring of 2^128 hash keys that a shard owns, both ends included.
struct HashRange {
    record::Hash128 first;
    record::Hash128 last;
    bool contains(const record::Hash128 &hash) const { return first <= hash && hash <= last; }
    friend bool operator==(const HashRange &, const HashRange &) = default;
};

/// N even ranges: width floor(2^128 / N), the last one ends at 2^128 - 1 [Kinesis facts, 3.1].
/// `shards` is at least 1.
std::vector<HashRange> evenRanges(std::uint32_t shards);

/// MD5 of the UTF-8 partition key as a big-endian number [Kinesis facts, 3.1]: "a" is
/// 16955237001963240173058271559858726497.
record::Hash128 hashOfKey(std::string_view key);

std::string toDecimal(const record::Hash128 &hash);
/// Reads `0|([1-9]\d{0,38})` below 2^128, AWS's spelling. Errors: InvalidArgument.
Result<record::Hash128> parseHash(std::string_view decimal);

} // namespace millrace::stream
