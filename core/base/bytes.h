// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView asBytes(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view asText(ByteView bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// Appends integers in little-endian order, LEB128 varints and length-prefixed strings.
class ByteWriter
{
public:
    explicit ByteWriter(Bytes &out)
        : m_out(out)
    {}

    void u8(std::uint8_t v) { fixed(v); }
    void u16(std::uint16_t v) { fixed(v); }
    void u32(std::uint32_t v) { fixed(v); }
    void u64(std::uint64_t v) { fixed(v); }
    void i64(std::int64_t v) { fixed(static_cast<std::uint64_t>(v)); }
    void varint(std::uint64_t v);
    void zigzag(std::int64_t v);
    void raw(ByteView bytes);
    void sized(ByteView bytes); ///< varint length, then the bytes
    void sized(std::string_view text) { sized(asBytes(text)); }

private:
    template <class T>
    void fixed(T v)
    {
        const std::size_t at = m_out.size();
        m_out.resize(at + sizeof v);
        std::memcpy(m_out.data() + at, &v,
                    sizeof v); // the targets are little-endian: see bytes.cpp
    }
    Bytes &m_out;
};

/// Reads what ByteWriter wrote. After the first read past the end every read gives zero or empty
/// and `ok()` is false, so that a caller checks once.
class ByteReader
{
public:
    explicit ByteReader(ByteView in)
        : m_in(in)
    {}

    std::uint8_t u8() { return fixed<std::uint8_t>(); }
    std::uint16_t u16() { return fixed<std::uint16_t>(); }
    std::uint32_t u32() { return fixed<std::uint32_t>(); }
    std::uint64_t u64() { return fixed<std::uint64_t>(); }
    std::int64_t i64() { return static_cast<std::int64_t>(fixed<std::uint64_t>()); }
    std::uint64_t varint();
    std::int64_t zigzag();
    ByteView raw(std::size_t count); ///< points into the input
    ByteView sized();
    std::string_view sizedText() { return asText(sized()); }

    bool ok() const { return m_ok; }
    std::size_t position() const { return m_at; }
    std::size_t remaining() const { return m_in.size() - m_at; }

private:
    template <class T>
    T fixed()
    {
        T v = 0;
        if (const ByteView bytes = raw(sizeof v); bytes.size() == sizeof v)
            std::memcpy(&v, bytes.data(), sizeof v);
        return v;
    }
    ByteView m_in;
    std::size_t m_at = 0;
    bool m_ok = true;
};

} // namespace millrace
