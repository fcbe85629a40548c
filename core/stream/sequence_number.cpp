// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/sequence_number.h"

#include <algorithm>
#include <array>

namespace millrace::stream {
namespace {

/// 47 hex digits, most significant first.
constexpr std::size_t kDigits = 47;
using Hex = std::array<std::uint8_t, kDigits>;

void put(Hex &hex, std::size_t at, std::size_t digits, std::uint64_t value)
{
    for (std::size_t i = digits; i > 0; --i) {
        hex[at + i - 1] = static_cast<std::uint8_t>(value & 15U);
        value >>= 4U;
    }
}

std::uint64_t get(const Hex &hex, std::size_t at, std::size_t digits)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < digits; ++i)
        value = value << 4U | hex[at + i];
    return value;
}

/// Places of the parts in the hex string.
constexpr std::size_t kCreated = 1;
constexpr std::size_t kNibble = 10;
constexpr std::size_t kSeqIx = 11;
constexpr std::size_t kTime = 29;
constexpr std::size_t kShard = 38;
constexpr std::size_t kVersion = 46;

} // namespace

std::string SequenceNumber::toString() const
{
    Hex hex{};
    hex[0] = 2;
    put(hex, kCreated, 9, static_cast<std::uint64_t>(shardCreated));
    put(hex, kNibble, 1, shard.value);
    put(hex, kSeqIx, 16, seqIx);
    put(hex, kTime, 9, static_cast<std::uint64_t>(time));
    put(hex, kShard, 8, shard.value);
    hex[kVersion] = 2;
    // Base 16 to base 10 by repeated division; 47 digits are few enough.
    std::string out;
    std::size_t lead = 0;
    while (lead < kDigits) {
        unsigned rest = 0;
        for (std::size_t i = lead; i < kDigits; ++i) {
            const unsigned value = rest * 16 + hex[i];
            hex[i] = static_cast<std::uint8_t>(value / 10);
            rest = value % 10;
        }
        out += static_cast<char>('0' + static_cast<int>(rest));
        while (lead < kDigits && hex[lead] == 0)
            ++lead;
    }
    std::reverse(out.begin(), out.end());
    return out;
}

Result<SequenceNumber> SequenceNumber::parse(std::string_view decimal)
{
    const auto fail = [&] {
        return invalidArgument("'" + std::string(decimal) + "' is no sequence number");
    };
    if (decimal.empty() || decimal.size() > 57)
        return fail();
    Hex hex{};
    for (const char c : decimal) {
        if (c < '0' || c > '9')
            return fail();
        auto carry = static_cast<unsigned>(c - '0');
        for (std::size_t i = kDigits; i > 0; --i) {
            const unsigned value = hex[i - 1] * 10U + carry;
            hex[i - 1] = static_cast<std::uint8_t>(value & 15U);
            carry = value >> 4U;
        }
        if (carry != 0)
            return fail();
    }
    SequenceNumber out;
    out.shardCreated = static_cast<std::int64_t>(get(hex, kCreated, 9));
    out.seqIx = get(hex, kSeqIx, 16);
    out.time = static_cast<std::int64_t>(get(hex, kTime, 9));
    out.shard = ShardIndex(static_cast<std::uint32_t>(get(hex, kShard, 8)));
    const bool valid = hex[0] == 2 && hex[kVersion] == 2 && get(hex, kSeqIx + 16, 2) == 0 &&
                       (out.seqIx >> 63U) == 0 && hex[kNibble] == (out.shard.value & 15U);
    if (!valid)
        return fail();
    return out;
}

} // namespace millrace::stream
