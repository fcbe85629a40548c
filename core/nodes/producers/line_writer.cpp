// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/line_writer.h"

#include "core/base/assert.h"
#include "core/record/timestamp_text.h"

#include <chrono>

namespace millrace::nodes {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void putDigits(char *at, std::uint64_t value, std::size_t digits)
{
    while (digits-- > 0) {
        at[digits] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

std::size_t digitsOf(std::uint64_t value)
{
    std::size_t digits = 1;
    while (value >= 10) {
        value /= 10;
        ++digits;
    }
    return digits;
}

} // namespace

char *LineWriter::take(std::size_t bytes)
{
    MILLRACE_ASSERT(m_size + bytes <= kCapacity);
    char *at = m_buffer.data() + m_size;
    m_size += bytes;
    return at;
}

LineWriter &LineWriter::number(std::uint64_t value)
{
    return padded(value, digitsOf(value));
}

LineWriter &LineWriter::padded(std::uint64_t value, std::size_t digits)
{
    putDigits(take(digits), value, digits);
    return *this;
}

LineWriter &LineWriter::hex(std::uint64_t value, std::size_t digits)
{
    char *at = take(digits);
    while (digits-- > 0) {
        at[digits] = kHexDigits[value & 15];
        value >>= 4;
    }
    return *this;
}

LineWriter &LineWriter::fixed(std::int64_t value, std::size_t decimals)
{
    if (value < 0)
        text("-");
    const auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
    std::uint64_t scale = 1;
    for (std::size_t i = 0; i < decimals; ++i)
        scale *= 10;
    number(size / scale);
    return decimals == 0 ? *this : text(".").padded(size % scale, decimals);
}

LineWriter &LineWriter::time(WallTime at)
{
    const auto millis = at.time_since_epoch().count();
    const auto second = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    if (second != m_second) {
        const record::CivilTime civil = record::civilFromMillis(second * 1000);
        char *text = m_secondText.data();
        std::memcpy(text, "0000-00-00T00:00:00.", m_secondText.size());
        putDigits(text, static_cast<std::uint64_t>(civil.year), 4);
        putDigits(text + 5, static_cast<std::uint64_t>(civil.month), 2);
        putDigits(text + 8, static_cast<std::uint64_t>(civil.day), 2);
        putDigits(text + 11, static_cast<std::uint64_t>(civil.hour), 2);
        putDigits(text + 14, static_cast<std::uint64_t>(civil.minute), 2);
        putDigits(text + 17, static_cast<std::uint64_t>(civil.second), 2);
        m_second = second;
    }
    text({m_secondText.data(), m_secondText.size()});
    return padded(static_cast<std::uint64_t>(millis - second * 1000), 3).text("Z");
}

} // namespace millrace::nodes
