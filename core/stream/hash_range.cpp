// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/hash_range.h"

#include "core/base/md5.h"

#include <algorithm>

namespace millrace::stream {
namespace {

__extension__ using Wide = unsigned __int128;

Wide toWide(const record::Hash128 &hash)
{
    return static_cast<Wide>(hash.high) << 64U | hash.low;
}

record::Hash128 fromWide(Wide value)
{
    return {static_cast<std::uint64_t>(value >> 64U), static_cast<std::uint64_t>(value)};
}

constexpr Wide kMax = ~static_cast<Wide>(0);

} // namespace

std::vector<HashRange> evenRanges(std::uint32_t shards)
{
    MILLRACE_ASSERT(shards > 0);
    // floor(2^128 / N) without 2^128: (2^128 - 1) / N, one more where N divides 2^128.
    Wide width = kMax / shards;
    if (kMax % shards == shards - 1)
        ++width;
    std::vector<HashRange> ranges;
    ranges.reserve(shards);
    for (std::uint32_t i = 0; i < shards; ++i) {
        const Wide first = width * i;
        const Wide last = i + 1 == shards ? kMax : first + width - 1;
        ranges.push_back({fromWide(first), fromWide(last)});
    }
    return ranges;
}

record::Hash128 hashOfKey(std::string_view key)
{
    const auto digest = md5(key);
    record::Hash128 hash;
    for (std::size_t i = 0; i < 8; ++i) {
        hash.high = hash.high << 8U | digest[i];
        hash.low = hash.low << 8U | digest[i + 8];
    }
    return hash;
}

std::string toDecimal(const record::Hash128 &hash)
{
    Wide value = toWide(hash);
    std::string out;
    do {
        out += static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
    } while (value != 0);
    std::reverse(out.begin(), out.end());
    return out;
}

Result<record::Hash128> parseHash(std::string_view decimal)
{
    const auto fail = [&] {
        return invalidArgument("'" + std::string(decimal) +
                               "' is no hash key: a whole number from 0 to 2^128 - 1");
    };
    if (decimal.empty() || decimal.size() > 39 || (decimal.size() > 1 && decimal[0] == '0'))
        return fail();
    Wide value = 0;
    for (const char c : decimal) {
        if (c < '0' || c > '9')
            return fail();
        const auto digit = static_cast<unsigned>(c - '0');
        if (value > (kMax - digit) / 10)
            return fail();
        value = value * 10 + digit;
    }
    return fromWide(value);
}

} // namespace millrace::stream
