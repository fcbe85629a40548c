// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/record_batch.h"

#include <algorithm>
#include <limits>

namespace millrace::record {
namespace {

Problem corrupt(const char *what)
{
    return Problem(Code::Corrupt, {{"what", what}, {"reason", "it does not decode"}});
}

std::string toText(const Bytes &bytes)
{
    return std::string(asText(bytes));
}

std::size_t vectorBytes(const auto &v)
{
    return v.capacity() * sizeof v[0];
}

} // namespace

std::string Origin::toString() const
{
    std::string out = stream.toString() + '/' + std::to_string(shard.value) + '/' +
                      std::to_string(ordinal.value);
    for (const auto sub : path)
        out += '/' + std::to_string(sub);
    return out;
}

std::string encodeHash(const Hash128 &hash)
{
    Bytes out;
    ByteWriter writer(out);
    writer.u64(hash.high);
    writer.u64(hash.low);
    return toText(out);
}

Result<Hash128> decodeHash(std::string_view text)
{
    ByteReader reader(asBytes(text));
    Hash128 hash;
    hash.high = reader.u64();
    hash.low = reader.u64();
    if (!reader.ok() || reader.remaining() != 0)
        return corrupt("an explicit hash key");
    return hash;
}

std::string encodeAttributes(std::span<const Attribute> attributes)
{
    Bytes out;
    ByteWriter writer(out);
    for (const auto &attribute : attributes) {
        writer.sized(attribute.name);
        writer.sized(attribute.value);
    }
    return toText(out);
}

Result<std::vector<Attribute>> decodeAttributes(std::string_view text)
{
    ByteReader reader(asBytes(text));
    std::vector<Attribute> out;
    while (reader.ok() && reader.remaining() > 0) {
        Attribute attribute;
        attribute.name = reader.sizedText();
        attribute.value = reader.sizedText();
        out.push_back(std::move(attribute));
    }
    if (!reader.ok())
        return corrupt("an attribute list");
    return out;
}

std::string encodeOrigin(const Origin &origin)
{
    Bytes out;
    ByteWriter writer(out);
    writer.raw(std::as_bytes(std::span(origin.stream.bytes)));
    writer.varint(origin.shard.value);
    writer.varint(origin.ordinal.value);
    for (const auto sub : origin.path)
        writer.varint(sub);
    return toText(out);
}

Result<Origin> decodeOrigin(std::string_view text)
{
    ByteReader reader(asBytes(text));
    Origin origin;
    const ByteView stream = reader.raw(16);
    if (stream.size() == 16)
        std::memcpy(origin.stream.bytes.data(), stream.data(), 16);
    const std::uint64_t shard = reader.varint();
    origin.ordinal = Ordinal(reader.varint());
    while (reader.ok() && reader.remaining() > 0) {
        const std::uint64_t sub = reader.varint();
        if (sub > std::numeric_limits<std::uint32_t>::max())
            return corrupt("an origin");
        origin.path.push_back(static_cast<std::uint32_t>(sub));
    }
    if (!reader.ok() || shard > std::numeric_limits<std::uint32_t>::max())
        return corrupt("an origin");
    origin.shard = ShardIndex(static_cast<std::uint32_t>(shard));
    return origin;
}

std::optional<Hash128> RecordBatch::explicitHash(std::size_t row) const
{
    if (m_hashOffsets.empty())
        return {};
    const std::string_view text = slice(m_hashOffsets, row);
    if (text.empty())
        return {};
    const auto hash = decodeHash(text);
    return hash ? std::optional(*hash) : std::nullopt;
}

std::vector<Attribute> RecordBatch::attributes(std::size_t row) const
{
    if (m_attributeOffsets.empty())
        return {};
    auto decoded = decodeAttributes(slice(m_attributeOffsets, row));
    return decoded ? *std::move(decoded) : std::vector<Attribute>{};
}

Origin RecordBatch::origin(std::size_t row) const
{
    if (hasOrigins()) {
        const std::string_view text = slice(m_originOffsets, row);
        if (!text.empty()) {
            if (auto decoded = decodeOrigin(text))
                return *std::move(decoded);
        }
    }
    if (!m_placed)
        return {};
    return Origin{m_stream, m_shard, m_firstOrdinal + row, {}};
}

std::size_t RecordBatch::memoryBytes() const
{
    return sizeof *this + m_arenaBytes + kArenaPadding + vectorBytes(m_dataOffsets) +
           vectorBytes(m_keyOffsets) + vectorBytes(m_arrivals) + vectorBytes(m_seqIx) +
           vectorBytes(m_hashOffsets) + vectorBytes(m_attributeOffsets) +
           vectorBytes(m_originOffsets);
}

RecordBatchBuilder::Span RecordBatchBuilder::put(std::string_view text)
{
    MILLRACE_ASSERT(m_bytes.size() + text.size() < std::numeric_limits<std::uint32_t>::max());
    const Span span{static_cast<std::uint32_t>(m_bytes.size()),
                    static_cast<std::uint32_t>(text.size())};
    m_bytes.append(text);
    return span;
}

void RecordBatchBuilder::append(const RecordInput &record)
{
    const std::size_t row = count();
    const auto column = [&](std::vector<Span> &spans, bool wanted, auto &&encode) {
        if (!wanted && spans.empty())
            return;
        spans.resize(row); // rows before the first that has one
        spans.push_back(wanted ? put(encode()) : Span{});
    };
    m_data.push_back(put(record.data));
    m_keys.push_back(put(record.key));
    column(m_hashes, record.explicitHash.has_value(),
           [&] { return encodeHash(*record.explicitHash); });
    column(m_attributes, !record.attributes.empty(),
           [&] { return encodeAttributes(record.attributes); });
    column(m_origins, record.origin != nullptr && !record.origin->stream.isNull(),
           [&] { return encodeOrigin(*record.origin); });
}

void RecordBatchBuilder::appendRow(const RecordBatch &from, std::size_t row)
{
    const std::vector<Attribute> attributes = from.attributes(row);
    const Origin origin = from.origin(row);
    append({from.data(row), from.key(row), from.explicitHash(row), attributes, &origin});
}

BatchPtr RecordBatchBuilder::finish()
{
    return finishPlaced({}, {}, {}, {}, {});
}

BatchPtr RecordBatchBuilder::finishPlaced(const StreamUuid &stream, ShardIndex shard, Ordinal first,
                                          std::vector<std::int64_t> arrivals,
                                          std::vector<std::uint64_t> seqIx)
{
    auto batch = std::shared_ptr<RecordBatch>(new RecordBatch);
    const std::size_t rows = count();
    batch->m_count = rows;
    batch->m_placed = !stream.isNull();
    batch->m_stream = stream;
    batch->m_shard = shard;
    batch->m_firstOrdinal = first;
    batch->m_arrivals = std::move(arrivals);
    batch->m_seqIx = std::move(seqIx);
    batch->m_arenaBytes = m_bytes.size();
    batch->m_arena = std::make_unique_for_overwrite<char[]>(m_bytes.size() + kArenaPadding);
    std::memset(batch->m_arena.get() + m_bytes.size(), 0, kArenaPadding);

    // A batch keeps each column contiguous, so that offsets of count + 1 values suffice.
    std::uint32_t at = 0;
    const auto gather = [&](std::vector<Span> &spans, std::vector<std::uint32_t> &offsets) {
        if (spans.empty() && rows > 0)
            return std::size_t{0};
        spans.resize(rows);
        offsets.reserve(rows + 1);
        offsets.push_back(at);
        const std::uint32_t begin = at;
        for (const Span &span : spans) {
            std::memcpy(batch->m_arena.get() + at, m_bytes.data() + span.at, span.size);
            at += span.size;
            offsets.push_back(at);
        }
        return std::size_t{at - begin};
    };
    batch->m_keyBytes = gather(m_keys, batch->m_keyOffsets);
    if (!m_hashes.empty())
        gather(m_hashes, batch->m_hashOffsets);
    if (!m_attributes.empty())
        gather(m_attributes, batch->m_attributeOffsets);
    if (!m_origins.empty())
        gather(m_origins, batch->m_originOffsets);
    batch->m_dataBytes = gather(m_data, batch->m_dataOffsets);
    *this = RecordBatchBuilder{};
    return batch;
}

} // namespace millrace::record
