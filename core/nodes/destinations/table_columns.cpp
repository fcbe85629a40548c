// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/destinations/table_columns.h"

#include "core/record/decimal.h"
#include "core/record/timestamp_text.h"

#include <algorithm>
#include <cctype>

namespace millrace::nodes {
namespace {

enum class Affinity : std::uint8_t { Integer = 1, Text, Blob, Real, Numeric };

/// Of a number that SQLite keeps as a REAL. [sqlite.org/datatype3.html, 3.1]
constexpr int kSureDigits = 15;

Affinity affinityOf(std::string declared)
{
    std::transform(declared.begin(), declared.end(), declared.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto has = [&](const char *part) { return declared.find(part) != std::string::npos; };
    if (has("INT"))
        return Affinity::Integer;
    if (has("CHAR") || has("CLOB") || has("TEXT"))
        return Affinity::Text;
    if (declared.empty() || has("BLOB"))
        return Affinity::Blob;
    if (has("REAL") || has("FLOA") || has("DOUB"))
        return Affinity::Real;
    return Affinity::Numeric;
}

} // namespace

std::string sqliteType(const record::DataType &type)
{
    switch (type.kind) {
    case record::TypeKind::Boolean:
        return "BOOLEAN";
    case record::TypeKind::Int:
    case record::TypeKind::BigInt:
        return "INTEGER";
    case record::TypeKind::Double:
        return "REAL";
    case record::TypeKind::Decimal:
        return type.precision > kSureDigits ? "TEXT" : type.toString();
    default:
        return "TEXT";
    }
}

std::string foldedName(std::string_view name)
{
    std::string out(name);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

Result<std::vector<TableColumn>> readColumns(store::Database &database, const std::string &table)
{
    auto statement =
        database.prepare("SELECT x.name, x.type, x.\"notnull\" AND x.dflt_value IS NULL "
                         "AND NOT (x.pk = 1 AND upper(x.type) = 'INTEGER'), x.hidden "
                         "FROM pragma_table_xinfo(?1) x");
    if (!statement)
        return std::move(statement).error();
    statement->bind(0, table);
    std::vector<TableColumn> columns;
    for (;;) {
        const auto more = statement->step();
        if (!more)
            return more.error();
        if (!*more)
            return columns;
        columns.push_back({.name = std::string(statement->text(0)),
                           .type = std::string(statement->text(1)),
                           .mustBeGiven = statement->integer(2) != 0,
                           .generated = statement->integer(3) != 0});
    }
}

std::optional<std::string> misfit(const record::Field &field, const TableColumn &column)
{
    if (column.generated)
        return "column " + column.name + " is computed and cannot be written";
    const Affinity affinity = affinityOf(column.type);
    bool fits = affinity == Affinity::Blob; // takes every value as it is
    switch (field.type.kind) {
    case record::TypeKind::Boolean:
    case record::TypeKind::Int:
    case record::TypeKind::BigInt:
        fits = fits || affinity == Affinity::Integer || affinity == Affinity::Numeric;
        break;
    case record::TypeKind::Double:
        fits = fits || affinity == Affinity::Real || affinity == Affinity::Numeric;
        break;
    case record::TypeKind::Decimal:
        fits = fits || affinity == Affinity::Text ||
               (affinity == Affinity::Numeric && field.type.precision <= kSureDigits);
        break;
    default:
        fits = fits || affinity == Affinity::Text;
    }
    if (fits)
        return {};
    return "column " + column.name + " is " + column.type + ", the field is " +
           field.type.toString() + " (stored as " + sqliteType(field.type) + ')';
}

void bindCell(store::Statement &statement, int parameter, const sql::ColumnVector &cells,
              std::size_t row, std::string &text)
{
    if (cells.isNull(row)) {
        statement.bindNull(parameter);
        return;
    }
    switch (cells.type().kind) {
    case record::TypeKind::Boolean:
    case record::TypeKind::Int:
    case record::TypeKind::BigInt:
        statement.bind(parameter, cells.asInt64(row));
        return;
    case record::TypeKind::Double:
        statement.bind(parameter, cells.asDouble(row));
        return;
    case record::TypeKind::Decimal:
        text = record::decimalText(cells.asDecimal(row));
        break;
    case record::TypeKind::Timestamp:
        text = record::timestampText(cells.asInt64(row));
        break;
    case record::TypeKind::TimestampLtz:
        text = record::timestampText(cells.asInt64(row)) + 'Z';
        break;
    case record::TypeKind::Date:
        text = record::dateText(cells.asInt64(row));
        break;
    default:
        statement.bind(parameter, cells.asText(row));
        return;
    }
    statement.bind(parameter, std::string_view(text));
}

} // namespace millrace::nodes
