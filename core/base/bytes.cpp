// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/bytes.h"

#include <bit>

namespace millrace {

static_assert(std::endian::native == std::endian::little,
              "formats are little-endian and are copied as they stand");

void ByteWriter::varint(std::uint64_t v)
{
    while (v >= 0x80) {
        u8(static_cast<std::uint8_t>(v | 0x80));
        v >>= 7;
    }
    u8(static_cast<std::uint8_t>(v));
}

void ByteWriter::zigzag(std::int64_t v)
{
    varint(static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63));
}

void ByteWriter::raw(ByteView bytes)
{
    const std::size_t at = m_out.size();
    m_out.resize(at + bytes.size());
    if (!bytes.empty())
        std::memcpy(m_out.data() + at, bytes.data(), bytes.size());
}

void ByteWriter::sized(ByteView bytes)
{
    varint(bytes.size());
    raw(bytes);
}

std::uint64_t ByteReader::varint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = u8();
        if (!m_ok)
            return 0;
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    m_ok = false;
    return 0;
}

std::int64_t ByteReader::zigzag()
{
    const std::uint64_t v = varint();
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

ByteView ByteReader::raw(std::size_t count)
{
    if (!m_ok || count > remaining()) {
        m_ok = false;
        return {};
    }
    const ByteView out = m_in.subspan(m_at, count);
    m_at += count;
    return out;
}

ByteView ByteReader::sized()
{
    const std::uint64_t count = varint();
    return count > remaining() ? raw(remaining() + 1) : raw(static_cast<std::size_t>(count));
}

} // namespace millrace
