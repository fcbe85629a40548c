// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/sink.h"

#include "core/base/problem_codes.h"

namespace millrace::runtime {
namespace {

/// First byte of an encoded progress; another layout gets another number.
constexpr std::uint8_t kLayout = 1;

Problem corruptProgress()
{
    return Problem(Code::Corrupt,
                   {{"what", "a fragment's progress"}, {"reason", "it does not decode"}});
}

} // namespace

Bytes FragmentProgress::encode() const
{
    Bytes out;
    ByteWriter writer(out);
    writer.u8(kLayout);
    writer.varint(cursors.size());
    for (const Cursor &cursor : cursors) {
        writer.raw(std::as_bytes(std::span(cursor.stream.bytes)));
        writer.varint(cursor.shard.value);
        writer.varint(cursor.next.value);
    }
    writer.sized(details);
    return out;
}

Result<FragmentProgress> FragmentProgress::decode(ByteView bytes)
{
    FragmentProgress out;
    ByteReader reader(bytes);
    if (reader.u8() != kLayout)
        return corruptProgress();
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        Cursor cursor;
        const ByteView stream = reader.raw(cursor.stream.bytes.size());
        if (stream.size() == cursor.stream.bytes.size())
            std::memcpy(cursor.stream.bytes.data(), stream.data(), stream.size());
        cursor.shard = ShardIndex(static_cast<std::uint32_t>(reader.varint()));
        cursor.next = Ordinal(reader.varint());
        out.cursors.push_back(cursor);
    }
    const ByteView details = reader.sized();
    if (!reader.ok() || reader.remaining() != 0)
        return corruptProgress();
    out.details.assign(details.begin(), details.end());
    return out;
}

} // namespace millrace::runtime
