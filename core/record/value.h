// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/decimal.h"
#include "core/record/schema.h"

#include <cstdint>
#include <string>
#include <variant>

namespace millrace::record {

/// One typed scalar: a literal, a cell of the record table, a parameter of a SQLite statement. Not
/// for the hot path, where columns are (core/sql/column_vector.h).
///
/// INT, BIGINT and intervals are an int64; TIMESTAMP, TIMESTAMP_LTZ and DATE (its midnight) are
/// milliseconds since 1970 in an int64, told apart by the type that stands beside the value;
/// STRING, BYTES and the raw JSON of ROW and ARRAY are a string.
///
/// Thread-safety: a plain value.
class Value
{
public:
    Value() = default; ///< NULL
    explicit Value(bool value)
        : m_state(value)
    {}
    explicit Value(std::int64_t value)
        : m_state(value)
    {}
    explicit Value(double value)
        : m_state(value)
    {}
    explicit Value(Decimal value)
        : m_state(value)
    {}
    explicit Value(std::string value)
        : m_state(std::move(value))
    {}

    bool isNull() const { return std::holds_alternative<std::monostate>(m_state); }
    const bool *boolean() const { return std::get_if<bool>(&m_state); }
    const std::int64_t *integer() const { return std::get_if<std::int64_t>(&m_state); }
    const double *real() const { return std::get_if<double>(&m_state); }
    const Decimal *decimal() const { return std::get_if<Decimal>(&m_state); }
    const std::string *text() const { return std::get_if<std::string>(&m_state); }

    /// As a person reads it, and as CAST(… AS STRING) writes it: "NULL", "TRUE", "12.50",
    /// "2026-01-31 08:05:00.123". `type` tells a timestamp from an integer.
    std::string toString(const DataType &type) const;

    friend bool operator==(const Value &, const Value &) = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, Decimal, std::string> m_state;
};

/// The shortest decimal text that reads back as `value`, always with a point or an exponent:
/// "0.1", "3.0", "1.0E10", "NaN", "Infinity" (Java's and Flink's spelling).
std::string doubleText(double value);

} // namespace millrace::record
