// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/record_batch.h"
#include "core/sql/bound_expression.h"
#include "core/sql/column_vector.h"
#include "core/sql/functions/regex.h"
#include "core/sql/payload_reader.h"
#include "core/sql/text_arena.h"

#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// Positions (of the rows being evaluated) that an expression is to be evaluated for, ascending.
using Selection = std::span<const std::uint32_t>;

/// Everything that changes while bound expressions are evaluated: the inside of
/// EvaluationScratch. Bound nodes are immutable and shared; each thread has one of these.
class EvaluationContext
{
public:
    /// Begins the evaluation of `rows` of `batch`; what an earlier one left is gone.
    void begin(const record::RecordBatch &batch, std::span<const std::uint32_t> rows,
               std::size_t slotCount);

    const record::RecordBatch &batch() const { return *m_batch; }
    std::size_t rowCount() const { return m_rows.size(); }
    std::uint32_t batchRow(std::size_t position) const { return m_rows[position]; }
    TextArena &arena() { return m_arena; }
    PayloadReader &payloads() { return m_payloads; }
    PayloadReader &values() { return m_values; }    ///< for JSON inside a cell
    ColumnVector &jsonCell() { return m_jsonCell; } ///< for a value that nobody keeps
    RegexMemory &regexMemory() { return m_regexMemory; }
    const SequenceNumberSource *sequenceNumbers() const { return m_sequenceNumbers; }
    void setSequenceNumbers(const SequenceNumberSource *source) { m_sequenceNumbers = source; }

    /// The output of a node, with room for every row.
    ColumnVector &output(std::size_t slot, const DataType &type)
    {
        m_vectors[slot].reset(type, m_rows.size());
        return m_vectors[slot];
    }
    ColumnVector &vector(std::size_t slot) { return m_vectors[slot]; }

    /// A list of columns to fill, kept here for its memory.
    std::vector<ColumnVector *> &columnPointers() { return m_columnPointers; }

    /// Every position, for the root of an expression.
    Selection everyPosition();

    /// True when the texts made so far fill the memory that one evaluation may take. Of several
    /// rows, the evaluation is then worth nothing and must be done anew with fewer; of a single
    /// one, it is a row error.
    bool overfull() const
    {
        return m_arena.given() > (m_rows.size() > 1 ? kMaxBytesOfRows : kMaxBytesOfRow);
    }
    /// Kernels ask this before each row. True: it is overfull, and the row has failed.
    bool refuses(std::size_t position);

    /// What is evaluated from now on, "column x: ": reasons begin with it. Not owned; begin()
    /// forgets it.
    void setSubject(std::string_view subject) { m_subject = subject; }
    /// Marks a row as failed. Only the first reason of a row counts, and of that the beginning: it
    /// may quote a long value.
    void fail(std::size_t position, std::string reason);
    bool failed(std::size_t position) const { return m_failed[position] != 0; }
    /// The failed rows before position `end` with their numbers in the batch, in the order of rows.
    void takeErrors(std::vector<RowError> &out,
                    std::size_t end = std::numeric_limits<std::size_t>::max());

    /// A list of positions to fill, given back when it goes out of scope.
    class Positions
    {
    public:
        explicit Positions(EvaluationContext &context)
            : m_context(context)
        {
            if (context.m_pool.size() <= context.m_poolUsed)
                context.m_pool.emplace_back();
            m_index = context.m_poolUsed++;
            list().clear();
        }
        ~Positions() { --m_context.m_poolUsed; }
        Positions(const Positions &) = delete;
        Positions &operator=(const Positions &) = delete;
        std::vector<std::uint32_t> &list() { return m_context.m_pool[m_index]; }

    private:
        EvaluationContext &m_context;
        std::size_t m_index;
    };

private:
    static constexpr std::size_t kMaxBytesOfRows = 32U << 20U;
    /// A payload of the greatest size, read and changed a few times.
    static constexpr std::size_t kMaxBytesOfRow = 4 * record::kMaxDataBytes;

    const record::RecordBatch *m_batch = nullptr;
    std::span<const std::uint32_t> m_rows;
    const SequenceNumberSource *m_sequenceNumbers = nullptr;
    TextArena m_arena;
    PayloadReader m_payloads;
    PayloadReader m_values;
    ColumnVector m_jsonCell;
    RegexMemory m_regexMemory;
    std::deque<ColumnVector> m_vectors; ///< a deque: references stay while it grows
    std::vector<std::uint32_t> m_every; ///< 0, 1, 2, …
    std::vector<ColumnVector *> m_columnPointers;
    std::string_view m_subject;
    std::vector<std::uint8_t> m_failed;
    std::vector<RowError> m_errors; ///< `row` is a position until takeErrors()
    std::deque<std::vector<std::uint32_t>> m_pool;
    std::size_t m_poolUsed = 0;
};

} // namespace millrace::sql
