// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace millrace {

/// A number that cannot be mixed up with another kind of number. `Tag` only tells kinds apart.
template <class Tag, class Rep = std::uint64_t>
struct StrongNumber {
    using rep = Rep;
    Rep value = 0;

    constexpr StrongNumber() = default;
    constexpr explicit StrongNumber(Rep v)
        : value(v)
    {}
    friend constexpr auto operator<=>(const StrongNumber &, const StrongNumber &) = default;

    constexpr StrongNumber next() const { return StrongNumber(static_cast<Rep>(value + 1)); }
    friend constexpr StrongNumber operator+(StrongNumber a, Rep n)
    {
        return StrongNumber(static_cast<Rep>(a.value + n));
    }
    friend constexpr Rep operator-(StrongNumber a, StrongNumber b)
    {
        return static_cast<Rep>(a.value - b.value);
    }
};

/// Position of a record in its shard: dense from 0, never reused, survives rewriting and restarts.
using Ordinal = StrongNumber<struct OrdinalTag>;
/// Index of a shard in its stream, in the order of creation; shardId-%012d in AWS's spelling.
using ShardIndex = StrongNumber<struct ShardIndexTag, std::uint32_t>;
/// Number of a segment file of a stream, from 1, growing by one.
using SegmentNumber = StrongNumber<struct SegmentNumberTag>;
/// Byte position in a file.
using FilePos = StrongNumber<struct FilePosTag>;
/// Growing number of a producer's incarnations; an older epoch is refused.
using Epoch = StrongNumber<struct EpochTag>;

/// Random name of a node in a document: 8 characters of [a-z0-9]. Stable over renames and moves.
struct NodeId {
    std::string value;
    friend auto operator<=>(const NodeId &, const NodeId &) = default;
};

} // namespace millrace

template <class Tag, class Rep>
struct std::hash<millrace::StrongNumber<Tag, Rep>> {
    std::size_t operator()(millrace::StrongNumber<Tag, Rep> n) const noexcept
    {
        return std::hash<Rep>{}(n.value);
    }
};
template <>
struct std::hash<millrace::NodeId> {
    std::size_t operator()(const millrace::NodeId &id) const noexcept
    {
        return std::hash<std::string>{}(id.value);
    }
};
