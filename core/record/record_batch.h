// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/record.h"

#include <memory>
#include <span>

namespace millrace::record {

class RecordBatch;
using BatchPtr = std::shared_ptr<const RecordBatch>;

/// Readable bytes behind the last payload, so that simdjson may read past any record
/// (SIMDJSON_PADDING is 64).
inline constexpr std::size_t kArenaPadding = 64;

/// Many records in one block of memory: the unit in which records are stored, read and processed.
///
/// A *placed* batch is a run of one shard of one stream: row i has ordinal firstOrdinal() + i. One
/// that was made of rows of a placed batch (finishDerived) has their places and arrivals; its
/// ordinals rise and may have gaps. A batch that was never put has no place and seqIx 0, and no
/// arrivals (0) but where it was made with finishArriving. Rows are 0 to count() - 1.
///
/// Ownership: immutable and shared; views into it live as long as the batch.
/// Thread-safety: any number of readers.
class RecordBatch
{
public:
    std::size_t count() const { return m_count; }
    bool placed() const { return m_placed; }
    const StreamUuid &stream() const { return m_stream; } ///< null when not placed
    ShardIndex shard() const { return m_shard; }
    Ordinal firstOrdinal() const { return m_firstOrdinal; }
    /// Behind the last row.
    Ordinal endOrdinal() const
    {
        return m_ordinals.empty() ? m_firstOrdinal + m_count : m_ordinals.back().next();
    }
    Ordinal ordinal(std::size_t row) const
    {
        return m_ordinals.empty() ? m_firstOrdinal + row : m_ordinals[row];
    }

    std::string_view data(std::size_t row) const { return slice(m_dataOffsets, row); }
    std::string_view key(std::size_t row) const { return slice(m_keyOffsets, row); }
    std::optional<Hash128> explicitHash(std::size_t row) const;
    WallTime arrival(std::size_t row) const
    {
        return WallTime(std::chrono::milliseconds(m_arrivals.empty() ? 0 : m_arrivals[row]));
    }
    bool hasArrivals() const { return !m_arrivals.empty(); }
    std::uint64_t seqIx(std::size_t row) const { return m_seqIx.empty() ? 0 : m_seqIx[row]; }
    std::vector<Attribute> attributes(std::size_t row) const;

    /// True when some rows carry a root other than their own place.
    bool hasOrigins() const { return !m_origins.empty(); }
    /// The row's root: the stored one, else its own place. A row of a batch that is not placed and
    /// has no stored root gives an Origin with a null stream.
    Origin origin(std::size_t row) const;

    std::size_t dataBytes() const { return m_dataBytes; } ///< sum of data(row).size()
    std::size_t keyBytes() const { return m_keyBytes; }
    std::size_t memoryBytes() const; ///< what keeping this batch costs

private:
    friend class RecordBatchBuilder;
    friend class BlockCodecAccess; ///< core/log: fills a batch from a stored block without copying

    /// A part of the arena; size 0 is "none".
    struct Slice {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
    };

    RecordBatch() = default;
    std::string_view text(const std::vector<Slice> &slices, std::size_t row) const
    {
        return slices.empty() ? std::string_view()
                              : std::string_view(m_arena.get() + slices[row].at, slices[row].size);
    }
    std::string_view slice(const std::vector<std::uint32_t> &offsets, std::size_t row) const
    {
        return {m_arena.get() + offsets[row], offsets[row + 1] - offsets[row]};
    }

    std::size_t m_count = 0;
    bool m_placed = false;
    StreamUuid m_stream;
    ShardIndex m_shard;
    Ordinal m_firstOrdinal;
    std::unique_ptr<char[]> m_arena; ///< m_arenaBytes and then kArenaPadding zero bytes
    std::size_t m_arenaBytes = 0;
    std::size_t m_dataBytes = 0;
    std::size_t m_keyBytes = 0;
    std::vector<std::uint32_t> m_dataOffsets; ///< count + 1, into the arena
    std::vector<std::uint32_t> m_keyOffsets;  ///< count + 1, into the arena
    std::vector<Ordinal> m_ordinals;          ///< count, or empty: they are dense
    std::vector<std::int64_t> m_arrivals;     ///< count, or empty
    std::vector<std::uint64_t> m_seqIx;       ///< count, or empty
    /// The three below have count values, or none when no row has such a thing. Each row's part of
    /// the arena is encoded as in core/log/FORMAT.md ("Record columns").
    std::vector<Slice> m_hashes;
    std::vector<Slice> m_attributes;
    std::vector<Slice> m_origins;
};

/// Everything of a record but its place.
struct RecordInput {
    std::string_view data;
    std::string_view key;
    std::optional<Hash128> explicitHash = {};
    std::span<const Attribute> attributes = {};
    const Origin *origin = nullptr; ///< null: the record is (or will be) its own root
};

/// Makes a batch row by row. finish() copies each column in one piece and keeps the builder's own
/// memory, so that a builder in use again and again allocates nothing for a record.
/// Thread-safety: one thread at a time.
class RecordBatchBuilder
{
public:
    void append(const RecordInput &record);
    /// Copies a row of another batch: payload, key, explicit hash, attributes and root (its own
    /// place where it has no stored root).
    void appendRow(const RecordBatch &from, std::size_t row);
    /// Makes room for so many rows of so many payload bytes in all.
    void reserve(std::size_t rows, std::size_t dataBytes);

    std::size_t count() const { return m_data.ends.size(); }
    /// Payloads, keys and the rest so far.
    std::size_t bytes() const;

    /// The rows as a batch without a place; the builder is empty afterwards.
    BatchPtr finish();
    /// The same, of rows that all arrive at one moment: before a place is known.
    BatchPtr finishArriving(WallTime arrival);
    /// The rows as what was made of `rows` of `from`, one of each: they keep place, arrival and
    /// seqIx. `rows` has count() values, rising.
    BatchPtr finishDerived(const RecordBatch &from, std::span<const std::uint32_t> rows);
    /// The rows as a run of a shard. `arrivals` and `seqIx` have count() values.
    BatchPtr finishPlaced(const StreamUuid &stream, ShardIndex shard, Ordinal first,
                          std::vector<std::int64_t> arrivals, std::vector<std::uint64_t> seqIx);

private:
    std::shared_ptr<RecordBatch> take();
    struct Column {
        Bytes bytes;
        std::vector<std::uint32_t> ends; ///< one for each row; of rare columns: up to the last used
        void put(std::string_view text);
        void close() { ends.push_back(static_cast<std::uint32_t>(bytes.size())); }
        void pad(std::size_t rows); ///< gives rows that have nothing an empty value
        void clear();
    };
    void putRoot(const StreamUuid &stream, ShardIndex shard, Ordinal ordinal,
                 std::span<const std::uint32_t> path);

    Column m_data;
    Column m_keys;
    Column m_hashes;
    Column m_attributes;
    Column m_origins;
};

} // namespace millrace::record
