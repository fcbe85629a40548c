// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::record {

/// The kinds of SQL types, with Flink's names and meaning [Flink 2.x, "Data Types"]. Null and the
/// intervals only occur inside expressions, never in a Schema.
enum class TypeKind : std::uint8_t {
    Boolean = 1,
    Int,          ///< 32 bits, signed
    BigInt,       ///< 64 bits, signed
    Double,       ///< IEEE 754, 64 bits
    Decimal,      ///< DECIMAL(p, s), 1 <= p <= 38, 0 <= s <= p
    String,       ///< UTF-8
    Bytes,        ///< base64 in a payload
    Timestamp,    ///< TIMESTAMP(3): a calendar time without a zone
    TimestampLtz, ///< TIMESTAMP_LTZ(3): a point in time; the session zone is UTC
    Date,         ///< a day of the calendar: held as the TIMESTAMP that it begins with
    Row,
    Array,
    Null,          ///< the type of a bare NULL
    DayInterval,   ///< INTERVAL DAY TO SECOND, in milliseconds
    MonthInterval, ///< INTERVAL YEAR TO MONTH, in months
};

struct Field;

/// A type: its kind, and what the kind needs beside it.
struct DataType {
    TypeKind kind = TypeKind::Null;
    int precision = 0;           ///< Decimal only
    int scale = 0;               ///< Decimal only
    std::vector<Field> children; ///< Row: its fields; Array: one field, the element, without a name

    DataType();
    DataType(TypeKind k); // NOLINT: a kind is a type where the kind says all
    static DataType decimal(int precision, int scale);
    static DataType row(std::vector<Field> fields);
    static DataType array(DataType element);

    bool is(TypeKind k) const { return kind == k; }
    bool isInteger() const { return kind == TypeKind::Int || kind == TypeKind::BigInt; }
    bool isNumeric() const
    {
        return isInteger() || kind == TypeKind::Double || kind == TypeKind::Decimal;
    }
    bool isTime() const
    {
        return kind == TypeKind::Timestamp || kind == TypeKind::TimestampLtz ||
               kind == TypeKind::Date;
    }
    bool isNested() const { return kind == TypeKind::Row || kind == TypeKind::Array; }
    const DataType &element() const; ///< of an Array

    /// Flink's spelling: "DECIMAL(10, 2)", "ROW<`a b` INT NOT NULL, c ARRAY<STRING>>".
    std::string toString() const;
    friend bool operator==(const DataType &, const DataType &);
};

/// A named column.
struct Field {
    std::string name;
    DataType type;
    bool nullable = true;
    friend bool operator==(const Field &, const Field &) = default;
};

// Here, because only here a vector of fields is a complete type.
inline DataType::DataType() = default;
inline DataType::DataType(TypeKind k)
    : kind(k)
{}

/// What the payloads of a stream look like: the fields of a JSON object, in the order of the
/// schema's text. Names are case-sensitive, as in Flink.
///
/// Thread-safety: a plain value.
struct Schema {
    std::vector<Field> fields;

    const Field *find(std::string_view name) const;   ///< null when absent
    std::size_t indexOf(std::string_view name) const; ///< fields.size() when absent

    /// "id BIGINT NOT NULL, page STRING": what stands between the parentheses of CREATE TABLE.
    std::string toString() const;
    /// The same as one line of JSON for the catalog, the same bytes for the same schema:
    /// {"version":1,"fields":[{"name":"id","type":"BIGINT","nullable":false}]}
    std::string toJson() const;

    friend bool operator==(const Schema &, const Schema &) = default;
};

/// Reads a type at `position` of `text` and moves `position` behind it. Upper or lower case;
/// understands VARCHAR(n), CHAR(n) as STRING, INTEGER, SMALLINT and TINYINT as INT, FLOAT as
/// DOUBLE, NUMERIC as DECIMAL, VARBINARY as BYTES, TIMESTAMP [WITHOUT TIME ZONE], TIMESTAMP WITH
/// LOCAL TIME ZONE. Errors: InvalidArgument, whose place is "column N"; for TIME, which there is
/// not, and for a time with another precision than 3, it says what to use.
Result<DataType> parseTypeAt(std::string_view text, std::size_t &position);

/// Reads one type and nothing behind it. Errors as parseTypeAt.
Result<DataType> parseType(std::string_view text);

/// Reads what Schema::toString() writes. Errors: InvalidArgument (also for a name used twice).
Result<Schema> parseSchema(std::string_view text);

/// Reads what Schema::toJson() writes. Errors: Corrupt, NewerFormat.
Result<Schema> schemaFromJson(std::string_view json);

/// A name as SQL writes it: in backticks where it is not a plain identifier.
std::string quotedName(std::string_view name);

} // namespace millrace::record
