// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/column_vector.h"

#include "core/record/timestamp_text.h"
#include "core/sql/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace millrace::sql {

Storage storageOf(const DataType &type)
{
    switch (type.kind) {
    case TypeKind::Double:
        return Storage::Real;
    case TypeKind::Decimal:
        return Storage::Decimal;
    case TypeKind::String:
    case TypeKind::Bytes:
    case TypeKind::Row:
    case TypeKind::Array:
        return Storage::Text;
    default:
        return Storage::Integer;
    }
}

void ColumnVector::reset(const DataType &type, std::size_t rows)
{
    if (!(m_type == type))
        m_type = type;
    m_rows = rows;
    m_mask = ~std::size_t{0};
    m_states.resize(rows);
    switch (storageOf(type)) {
    case Storage::Integer:
        m_integers.resize(rows);
        break;
    case Storage::Real:
        m_reals.resize(rows);
        break;
    case Storage::Decimal:
        m_decimals.resize(rows);
        break;
    case Storage::Text:
        m_texts.resize(rows);
        break;
    }
}

void ColumnVector::resetConstant(const DataType &type, const Value &value)
{
    reset(type, 1);
    m_mask = 0;
    setNull(0);
    if (const bool *boolean = value.boolean())
        set(0, *boolean);
    else if (const std::int64_t *integer = value.integer())
        set(0, *integer);
    else if (const double *real = value.real())
        set(0, *real);
    else if (const Decimal *decimal = value.decimal())
        set(0, decimal->unscaled);
    else if (const std::string *text = value.text())
        set(0, std::string_view(*text));
}

void ColumnVector::copyCell(std::size_t row, const ColumnVector &from)
{
    const std::size_t at = row & from.m_mask;
    m_states[row] = from.m_states[at];
    if (m_states[row] != CellState::Valid)
        return;
    switch (storageOf(m_type)) {
    case Storage::Integer:
        m_integers[row] = from.m_integers[at];
        break;
    case Storage::Real:
        m_reals[row] = from.m_reals[at];
        break;
    case Storage::Decimal:
        m_decimals[row] = from.m_decimals[at];
        break;
    case Storage::Text:
        m_texts[row] = from.m_texts[at];
        break;
    }
}

Value ColumnVector::valueAt(std::size_t row) const
{
    if (isNull(row))
        return {};
    if (m_type.is(TypeKind::Boolean))
        return Value(asBoolean(row));
    switch (storageOf(m_type)) {
    case Storage::Integer:
        return Value(asInt64(row));
    case Storage::Real:
        return Value(asDouble(row));
    case Storage::Decimal:
        return Value(asDecimal(row));
    case Storage::Text:
        return Value(std::string(asText(row)));
    }
    return {};
}

void ColumnVector::appendText(std::size_t row, std::string &out) const
{
    if (isNull(row))
        return;
    if (storageOf(m_type) == Storage::Text)
        out += asText(row);
    else
        out += valueAt(row).toString(m_type);
}

bool ColumnVector::appendJson(std::size_t row, std::string &out) const
{
    if (isNull(row)) {
        out += "null";
        return true;
    }
    std::array<char, 32> buffer{};
    const auto number = [&](auto value) {
        const auto [end, error] =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
        out.append(buffer.data(), end);
        return error == std::errc();
    };
    switch (m_type.kind) {
    case TypeKind::Boolean:
        out += asBoolean(row) ? "true" : "false";
        return true;
    case TypeKind::Double:
        return std::isfinite(asDouble(row)) && number(asDouble(row));
    case TypeKind::Decimal:
        out += record::decimalText(asDecimal(row));
        return true;
    case TypeKind::String:
    case TypeKind::Bytes: // held as the base64 text that JSON has
        appendJsonString(out, asText(row));
        return true;
    case TypeKind::Row:
    case TypeKind::Array:
        out += asText(row);
        return true;
    case TypeKind::Timestamp:
    case TypeKind::TimestampLtz: // Flink's json.timestamp-format.standard = SQL
        out += '"';
        out += record::timestampText(asInt64(row));
        out += m_type.is(TypeKind::TimestampLtz) ? "Z\"" : "\"";
        return true;
    case TypeKind::Date:
        out += '"' + record::dateText(asInt64(row)) + '"';
        return true;
    default:
        return number(asInt64(row));
    }
}

} // namespace millrace::sql
