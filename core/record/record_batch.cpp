// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/record_batch.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <limits>

namespace millrace::record {
namespace {

Problem corrupt(const char *what)
{
    return Problem(Code::Corrupt, {{"what", what}, {"reason", "it does not decode"}});
}

std::size_t vectorBytes(const auto &v)
{
    return v.capacity() * sizeof v[0];
}

// One row's explicit hash, attributes and root as the arena holds them (core/log/FORMAT.md).

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

} // namespace

std::string Origin::toString() const
{
    std::string out =
        stream.toString() + '/' + std::to_string(shard.value) + '/' + std::to_string(ordinal.value);
    for (const auto sub : path)
        out += '/' + std::to_string(sub);
    return out;
}

std::optional<Hash128> RecordBatch::explicitHash(std::size_t row) const
{
    const std::string_view encoded = text(m_hashes, row);
    if (encoded.empty())
        return {};
    const auto hash = decodeHash(encoded);
    return hash ? std::optional(*hash) : std::nullopt;
}

std::vector<Attribute> RecordBatch::attributes(std::size_t row) const
{
    auto decoded = decodeAttributes(text(m_attributes, row));
    return decoded ? *std::move(decoded) : std::vector<Attribute>{};
}

Origin RecordBatch::origin(std::size_t row) const
{
    if (const std::string_view encoded = text(m_origins, row); !encoded.empty()) {
        if (auto decoded = decodeOrigin(encoded))
            return *std::move(decoded);
    }
    if (!m_placed)
        return {};
    return Origin{m_stream, m_shard, ordinal(row), {}};
}

std::size_t RecordBatch::memoryBytes() const
{
    return sizeof *this + m_arenaBytes + kArenaPadding + vectorBytes(m_dataOffsets) +
           vectorBytes(m_keyOffsets) + vectorBytes(m_ordinals) + vectorBytes(m_arrivals) +
           vectorBytes(m_seqIx) + vectorBytes(m_hashes) + vectorBytes(m_attributes) +
           vectorBytes(m_origins);
}

void RecordBatchBuilder::Column::put(std::string_view text)
{
    MILLRACE_ASSERT(bytes.size() + text.size() < std::numeric_limits<std::uint32_t>::max());
    const ByteView view = asBytes(text);
    bytes.insert(bytes.end(), view.begin(), view.end());
    close();
}

void RecordBatchBuilder::Column::pad(std::size_t rows)
{
    if (ends.size() < rows)
        ends.resize(rows, static_cast<std::uint32_t>(bytes.size()));
}

void RecordBatchBuilder::Column::clear()
{
    bytes.clear();
    ends.clear();
}

void RecordBatchBuilder::append(const RecordInput &record)
{
    const std::size_t row = count();
    m_data.put(record.data);
    m_keys.put(record.key);
    if (record.explicitHash) {
        m_hashes.pad(row);
        ByteWriter writer(m_hashes.bytes);
        writer.u64(record.explicitHash->high);
        writer.u64(record.explicitHash->low);
        m_hashes.close();
    }
    if (!record.attributes.empty()) {
        m_attributes.pad(row);
        ByteWriter writer(m_attributes.bytes);
        for (const Attribute &attribute : record.attributes) {
            writer.sized(attribute.name);
            writer.sized(attribute.value);
        }
        m_attributes.close();
    }
    if (record.origin != nullptr && !record.origin->stream.isNull()) {
        m_origins.pad(row);
        putRoot(record.origin->stream, record.origin->shard, record.origin->ordinal,
                record.origin->path);
    }
}

void RecordBatchBuilder::appendRow(const RecordBatch &from, std::size_t row)
{
    const std::size_t own = count();
    m_data.put(from.data(row));
    m_keys.put(from.key(row));
    const auto copy = [own](Column &column, std::string_view encoded) {
        if (encoded.empty())
            return;
        column.pad(own);
        column.put(encoded);
    };
    copy(m_hashes, from.text(from.m_hashes, row));
    copy(m_attributes, from.text(from.m_attributes, row));
    const std::string_view root = from.text(from.m_origins, row);
    copy(m_origins, root);
    if (root.empty() && from.m_placed) {
        m_origins.pad(own);
        putRoot(from.m_stream, from.m_shard, from.ordinal(row), {});
    }
}

void RecordBatchBuilder::putRoot(const StreamUuid &stream, ShardIndex shard, Ordinal ordinal,
                                 std::span<const std::uint32_t> path)
{
    ByteWriter writer(m_origins.bytes);
    writer.raw(std::as_bytes(std::span(stream.bytes)));
    writer.varint(shard.value);
    writer.varint(ordinal.value);
    for (const auto sub : path)
        writer.varint(sub);
    m_origins.close();
}

void RecordBatchBuilder::reserve(std::size_t rows, std::size_t dataBytes)
{
    m_data.bytes.reserve(dataBytes);
    m_data.ends.reserve(rows);
    m_keys.ends.reserve(rows);
}

std::size_t RecordBatchBuilder::bytes() const
{
    return m_data.bytes.size() + m_keys.bytes.size() + m_hashes.bytes.size() +
           m_attributes.bytes.size() + m_origins.bytes.size();
}

BatchPtr RecordBatchBuilder::finish()
{
    return take();
}

BatchPtr RecordBatchBuilder::finishArriving(WallTime arrival)
{
    auto batch = take();
    batch->m_arrivals.assign(batch->m_count, arrival.time_since_epoch().count());
    return batch;
}

BatchPtr RecordBatchBuilder::finishPlaced(const StreamUuid &stream, ShardIndex shard, Ordinal first,
                                          std::vector<std::int64_t> arrivals,
                                          std::vector<std::uint64_t> seqIx)
{
    auto batch = take();
    batch->m_placed = !stream.isNull();
    batch->m_stream = stream;
    batch->m_shard = shard;
    batch->m_firstOrdinal = first;
    batch->m_arrivals = std::move(arrivals);
    batch->m_seqIx = std::move(seqIx);
    return batch;
}

BatchPtr RecordBatchBuilder::finishDerived(const RecordBatch &from,
                                           std::span<const std::uint32_t> rows)
{
    MILLRACE_ASSERT(rows.size() == count());
    auto batch = take();
    if (!from.m_placed || rows.empty())
        return batch;
    batch->m_placed = true;
    batch->m_stream = from.m_stream;
    batch->m_shard = from.m_shard;
    batch->m_firstOrdinal = from.ordinal(rows.front());
    batch->m_ordinals.reserve(rows.size());
    for (const std::uint32_t row : rows)
        batch->m_ordinals.push_back(from.ordinal(row));
    if (!from.m_arrivals.empty()) {
        batch->m_arrivals.reserve(rows.size());
        for (const std::uint32_t row : rows)
            batch->m_arrivals.push_back(from.m_arrivals[row]);
    }
    if (!from.m_seqIx.empty()) {
        batch->m_seqIx.reserve(rows.size());
        for (const std::uint32_t row : rows)
            batch->m_seqIx.push_back(from.m_seqIx[row]);
    }
    return batch;
}

/// The rows without a place; the builder is empty afterwards.
std::shared_ptr<RecordBatch> RecordBatchBuilder::take()
{
    auto batch = std::shared_ptr<RecordBatch>(new RecordBatch);
    const std::size_t rows = count();
    MILLRACE_ASSERT(bytes() < std::numeric_limits<std::uint32_t>::max());
    batch->m_count = rows;
    batch->m_arenaBytes = bytes();
    batch->m_keyBytes = m_keys.bytes.size();
    batch->m_dataBytes = m_data.bytes.size();
    batch->m_arena = std::make_unique_for_overwrite<char[]>(bytes() + kArenaPadding);
    std::memset(batch->m_arena.get() + bytes(), 0, kArenaPadding);

    std::uint32_t base = 0;
    const auto move = [&](Column &column) {
        if (!column.bytes.empty())
            std::memcpy(batch->m_arena.get() + base, column.bytes.data(), column.bytes.size());
        const std::uint32_t at = base;
        base += static_cast<std::uint32_t>(column.bytes.size());
        return at;
    };
    const auto contiguous = [&](Column &column, std::vector<std::uint32_t> &offsets) {
        const std::uint32_t at = move(column);
        offsets.resize(rows + 1);
        offsets[0] = at;
        for (std::size_t row = 0; row < rows; ++row)
            offsets[row + 1] = at + column.ends[row];
        column.clear();
    };
    const auto rare = [&](Column &column, std::vector<RecordBatch::Slice> &slices) {
        if (column.ends.empty())
            return;
        column.pad(rows);
        const std::uint32_t at = move(column);
        slices.resize(rows);
        std::uint32_t begin = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            slices[row] = {at + begin, column.ends[row] - begin};
            begin = column.ends[row];
        }
        column.clear();
    };
    contiguous(m_keys, batch->m_keyOffsets);
    rare(m_hashes, batch->m_hashes);
    rare(m_attributes, batch->m_attributes);
    rare(m_origins, batch->m_origins);
    contiguous(m_data, batch->m_dataOffsets);
    return batch;
}

} // namespace millrace::record
