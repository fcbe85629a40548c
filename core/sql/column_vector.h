// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

using record::DataType;
using record::Decimal;
using record::Int128;
using record::TypeKind;
using record::Value;

/// How the cells of a type are held.
enum class Storage : std::uint8_t {
    Integer = 1, ///< BOOLEAN (0, 1), INT, BIGINT, timestamps and dates (ms), intervals
    Real,        ///< DOUBLE
    Decimal,     ///< DECIMAL, unscaled
    Text,        ///< STRING, BYTES, and ROW and ARRAY as the JSON they came as
};
Storage storageOf(const DataType &type);

/// What a cell is. From FoundNull on: a payload's value that does not fit its column, which becomes
/// a row error when an expression reaches it.
enum class CellState : std::uint8_t {
    Valid = 0,
    Null = 1,
    FoundNull, ///< nothing, or null, in a field that is NOT NULL
    FoundString,
    FoundNumber,
    FoundBoolean,
    FoundObject,
    FoundArray,
    OutOfRange,
    BadText,
    Malformed,
    NotAnObject,
    Unset, ///< inside the payload reader only
};

/// A column of cells of one type: what expressions are evaluated into.
///
/// Rows are positions in the list of rows that was evaluated, not rows of the batch. A constant
/// holds one cell for all rows. Reading a cell that isNull() gives an unspecified value.
/// Ownership: texts point into the batch, the scratch or the bound expression; they live until the
/// scratch is used again. Thread-safety: any number of readers.
class ColumnVector
{
public:
    const DataType &type() const { return m_type; }
    std::size_t rows() const { return m_rows; }

    bool isNull(std::size_t row) const { return m_states[row & m_mask] != CellState::Valid; }
    bool asBoolean(std::size_t row) const { return m_integers[row & m_mask] != 0; }
    /// BOOLEAN, INT, BIGINT, timestamps and dates in ms since 1970, intervals in ms or months.
    std::int64_t asInt64(std::size_t row) const { return m_integers[row & m_mask]; }
    double asDouble(std::size_t row) const { return m_reals[row & m_mask]; }
    Decimal asDecimal(std::size_t row) const { return {m_decimals[row & m_mask], m_type.scale}; }
    /// STRING and BYTES; ROW and ARRAY as JSON.
    std::string_view asText(std::size_t row) const { return m_texts[row & m_mask]; }

    Value valueAt(std::size_t row) const; ///< copies
    /// Appends the cell as CAST(… AS STRING) writes it. Nothing for NULL.
    void appendText(std::size_t row, std::string &out) const;
    /// Appends the cell as a JSON value. False when JSON cannot hold it (NaN, Infinity).
    bool appendJson(std::size_t row, std::string &out) const;

    /// Makes room for `rows` cells of unspecified state.
    void reset(const DataType &type, std::size_t rows);
    /// One cell for all rows. Texts are not copied.
    void resetConstant(const DataType &type, const Value &value);

    CellState state(std::size_t row) const { return m_states[row & m_mask]; }
    void setState(std::size_t row, CellState state) { m_states[row] = state; }
    void setNull(std::size_t row) { m_states[row] = CellState::Null; }
    void set(std::size_t row, std::int64_t value)
    {
        m_states[row] = CellState::Valid;
        m_integers[row] = value;
    }
    void set(std::size_t row, bool value) { set(row, std::int64_t{value ? 1 : 0}); }
    void set(std::size_t row, double value)
    {
        m_states[row] = CellState::Valid;
        m_reals[row] = value;
    }
    void set(std::size_t row, Int128 unscaled)
    {
        m_states[row] = CellState::Valid;
        m_decimals[row] = unscaled;
    }
    void set(std::size_t row, std::string_view text)
    {
        m_states[row] = CellState::Valid;
        m_texts[row] = text;
    }
    /// Copies a cell of a column of the same storage.
    void copyCell(std::size_t row, const ColumnVector &from);

private:
    DataType m_type;
    std::size_t m_rows = 0;
    std::size_t m_mask = ~std::size_t{0}; ///< 0 for a constant
    std::vector<CellState> m_states;
    std::vector<std::int64_t> m_integers; ///< of these four, the one of the storage is filled
    std::vector<double> m_reals;
    std::vector<Int128> m_decimals;
    std::vector<std::string_view> m_texts;
};

} // namespace millrace::sql
