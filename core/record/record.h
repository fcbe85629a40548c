// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/problem.h"
#include "core/base/uuid.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::record {

/// An unsigned 128-bit integer: where a partition key lies on the hash ring of a stream.
struct Hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend constexpr auto operator<=>(const Hash128 &, const Hash128 &) = default;
};

/// Where a record stood first: its root. It is given once, when a record enters its first stream,
/// and travels with everything made from it. `path` says which of several outputs it is: one
/// sub-index for each step that made more than one record of one, outermost first; empty for a
/// chain of 1:1 steps. Two runs are compared, and destinations keyed, by origin.
struct Origin {
    StreamUuid stream;
    ShardIndex shard;
    Ordinal ordinal;
    std::vector<std::uint32_t> path;
    friend auto operator<=>(const Origin &, const Origin &) = default;

    std::string toString() const; ///< "<stream uuid>/<shard>/<ordinal>[/<sub>…]"
};

/// A named value that travels beside the payload: a dead letter's reason, a Kafka header, a tag.
struct Attribute {
    std::string name;
    std::string value;
    friend bool operator==(const Attribute &, const Attribute &) = default;
};

/// Limits of AWS's interface that hold for every stream [Kinesis API, PutRecord].
inline constexpr std::size_t kMaxKeyChars = 256;
/// Why `key` cannot be the partition key of a record: InvalidKey when it is empty or has more than
/// kMaxKeyChars characters; else nothing. Thread-safety: pure function.
std::optional<Problem> keyProblem(std::string_view key);
/// Payloads beyond this are refused everywhere; a stream may set a lower limit.
inline constexpr std::size_t kMaxDataBytes = 64U << 20U;

/// Attributes that a dead letter carries.
inline constexpr std::string_view kDeadLetterReason = "millrace.dead-letter.reason";
inline constexpr std::string_view kDeadLetterCode = "millrace.dead-letter.code";
inline constexpr std::string_view kDeadLetterNode = "millrace.dead-letter.node";

} // namespace millrace::record
