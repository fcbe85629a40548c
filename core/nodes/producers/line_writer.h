// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace::nodes {

/// Puts a generated record together in one fixed buffer: no allocation, no locale, no format
/// string. The datasets' records stay far below its size; what does not fit is a bug of ours and
/// asserts. Thread-safety: one thread at a time.
class LineWriter
{
public:
    static constexpr std::size_t kCapacity = 4096;

    void clear() { m_size = 0; }
    std::string_view view() const { return {m_buffer.data(), m_size}; }

    LineWriter &text(std::string_view text)
    {
        char *at = take(text.size());
        std::memcpy(at, text.data(), text.size());
        return *this;
    }
    LineWriter &number(std::uint64_t value);
    LineWriter &padded(std::uint64_t value, std::size_t digits); ///< leading zeros
    LineWriter &hex(std::uint64_t value, std::size_t digits);    ///< lower case, the low digits
    LineWriter &fixed(std::int64_t value,
                      std::size_t decimals); ///< value / 10^decimals: 1234, 2 → 12.34
    LineWriter &time(WallTime at);           ///< 2026-11-22T14:03:07.123Z
    LineWriter &boolean(bool value) { return text(value ? "true" : "false"); }

private:
    char *take(std::size_t bytes);

    std::size_t m_size = 0;
    std::array<char, kCapacity> m_buffer;
    std::int64_t m_second = INT64_MIN; ///< what m_secondText is the text of
    std::array<char, 20> m_secondText; ///< "2026-11-22T14:03:07."
};

} // namespace millrace::nodes
