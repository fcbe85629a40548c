// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/csv.h"

#include "core/base/json_syntax.h"
#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/graph/value.h"
#include "core/nodes/producers/file_kind.h"
#include "core/nodes/producers/time_text.h"
#include "core/record/decimal.h"
#include "core/record/timestamp_text.h"
#include "core/record/value.h"
#include "core/sql/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace millrace::nodes {
namespace {

Problem badLine(std::string reason, std::size_t column)
{
    return Problem(Code::NodeBadLine, {{"reason", std::move(reason)}},
                   "column " + std::to_string(column));
}

template <class Number>
std::optional<Number> parseNumber(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return {};
    return number;
}

/// Whether a number has no fraction and digits that a DECIMAL keeps.
bool isWhole(std::string_view text)
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    const auto value = record::parseDecimal(text);
    return digits.find_first_not_of("0123456789") == std::string_view::npos && value &&
           record::fitsPrecision(value->unscaled, record::kMaxDecimalPrecision);
}

std::optional<bool> parseBoolean(std::string_view text)
{
    const auto is = [&](std::string_view word) {
        return text.size() == word.size() &&
               std::equal(text.begin(), text.end(), word.begin(),
                          [](char a, char b) { return (a | 0x20) == b; });
    };
    if (text == "1" || is("true"))
        return true;
    if (text == "0" || is("false"))
        return false;
    return {};
}

/// "007" is a name rather than a number.
bool hasLeadingZero(std::string_view text)
{
    if (!text.empty() && text.front() == '-')
        text.remove_prefix(1);
    return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

Problem misfit(const record::Field &field, const CsvCell &cell)
{
    return Problem(Code::NodeValueMisfit,
                   {{"value", shortened(cell.text)},
                    {"column", field.name},
                    {"type", field.type.toString() + (field.nullable ? "" : " NOT NULL")}},
                   "column " + std::to_string(cell.column));
}

/// What helps with a header that names the columns badly.
std::string nameColumns()
{
    return "; mend the names in line 1 of the file, or turn off \"" + std::string(kHeaderTitle) +
           "\" and name all columns in the schema (line 1 is then a row like the others)";
}

std::string inHeader(std::size_t cell)
{
    return "column " + std::to_string(cell + 1) + " of the header";
}

/// Of as many as a sentence has room for.
std::string names(const std::vector<std::string> &header)
{
    constexpr std::size_t kMost = 20;
    std::string out;
    for (std::size_t i = 0; i < std::min(header.size(), kMost); ++i)
        out += (out.empty() ? "" : ", ") + record::quotedName(shortened(header[i]));
    return out + (header.size() > kMost ? ", …" : "");
}

} // namespace

Result<std::vector<CsvCell>> CsvParser::parse(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    std::vector<CsvCell> cells;
    m_unquoted.clear();
    m_unquoted.reserve(line.size()); // never moves: cells point into it
    std::size_t at = 0;
    std::size_t column = 1;
    for (;;) {
        const std::size_t begin = at;
        CsvCell cell{.text = {}, .quoted = at < line.size() && line[at] == '"', .column = column};
        if (!cell.quoted) {
            at = std::min(line.find(m_delimiter, at), line.size());
            cell.text = line.substr(begin, at - begin);
        } else {
            const std::size_t from = m_unquoted.size();
            for (++at;;) {
                const std::size_t quote = line.find('"', at);
                if (quote == std::string_view::npos)
                    return badLine("a quote is not closed", column);
                m_unquoted.append(line.substr(at, quote - at));
                at = quote + 1;
                if (at >= line.size() || line[at] != '"')
                    break;
                m_unquoted += '"';
                ++at;
            }
            cell.text = std::string_view(m_unquoted).substr(from);
            if (at < line.size() && line[at] != m_delimiter)
                return badLine("text behind a closing quote",
                               column + characterCount(line.substr(begin, at - begin)));
        }
        cells.push_back(cell);
        if (at >= line.size())
            return cells;
        ++at; // the delimiter
        column += characterCount(line.substr(begin, at - begin));
    }
}

Result<CsvColumns> CsvColumns::make(const std::vector<std::string> &header,
                                    const record::Schema &given)
{
    const auto refuse = [](std::string reason) {
        return Problem(Code::NodeBadSchema, {{"reason", std::move(reason)}});
    };
    std::map<std::string, std::size_t> cells;
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (header[i].empty())
            return refuse(inHeader(i) + " has no name" + nameColumns());
        if (!graph::isUtf8(header[i]))
            return refuse(inHeader(i) + " is not UTF-8; save the file as UTF-8, for instance with "
                                        "iconv -f LATIN1 -t UTF-8");
        const auto [first, isNew] = cells.try_emplace(header[i], i);
        if (!isNew)
            return refuse("the header names " + record::quotedName(shortened(header[i])) +
                          " twice, in columns " + std::to_string(first->second + 1) + " and " +
                          std::to_string(i + 1) + nameColumns());
    }
    CsvColumns columns;
    if (header.empty()) {
        columns.m_schema = given;
        for (std::size_t i = 0; i < given.fields.size(); ++i)
            columns.m_cells.push_back(i);
    } else if (given.fields.empty()) {
        for (const std::string &name : header) {
            columns.m_cells.push_back(columns.m_schema.fields.size());
            columns.m_schema.fields.push_back({.name = name, .type = record::TypeKind::String});
        }
        columns.m_seen.resize(header.size());
    } else {
        columns.m_schema = given;
        for (const record::Field &field : given.fields) {
            const auto found = cells.find(field.name);
            if (found == cells.end())
                return refuse("the header has no column " +
                              record::quotedName(shortened(field.name)) +
                              " as the schema has it, only " + names(header) +
                              "; spell it in the schema as in the header, or leave it out there, "
                              "or choose the delimiter that the file has");
            columns.m_cells.push_back(found->second);
        }
    }
    columns.m_cellCount = header.empty() ? given.fields.size() : header.size();
    if (columns.m_cellCount == 0)
        return refuse("there is neither a header nor a schema; turn on \"" +
                      std::string(kHeaderTitle) + "\", or name the columns in the schema");
    for (const record::Field &field : columns.m_schema.fields) {
        std::string key = columns.m_keys.empty() ? "" : ",";
        sql::appendJsonString(key, field.name);
        columns.m_keys.push_back(key + ':');
    }
    return columns;
}

void CsvColumns::look(const std::vector<CsvCell> &cells)
{
    if (cells.size() != m_cellCount)
        return;
    for (std::size_t i = 0; i < m_seen.size(); ++i) {
        const std::string_view text = cells[i].text;
        if (text.empty())
            continue;
        Seen &seen = m_seen[i];
        const auto number = parseNumber<double>(text);
        const bool isNumber = number && std::isfinite(*number) && !hasLeadingZero(text);
        seen.any = true;
        seen.integer = seen.integer && isNumber && parseNumber<std::int64_t>(text);
        seen.whole = seen.whole && isNumber && isWhole(text);
        seen.number = seen.number && isNumber;
        seen.boolean = seen.boolean && text.size() > 1 && parseBoolean(text);
    }
}

void CsvColumns::settle()
{
    for (std::size_t i = 0; i < m_seen.size(); ++i) {
        const Seen &seen = m_seen[i];
        if (!seen.any)
            continue;
        record::DataType &type = m_schema.fields[i].type;
        if (seen.integer)
            type = record::TypeKind::BigInt;
        else if (seen.whole)
            type = record::DataType::decimal(record::kMaxDecimalPrecision, 0);
        else if (seen.number)
            type = record::TypeKind::Double;
        else if (seen.boolean)
            type = record::TypeKind::Boolean;
    }
    m_seen.clear();
}

Status CsvColumns::appendJson(const std::vector<CsvCell> &cells, std::string &out) const
{
    if (cells.size() != m_cellCount) {
        return Problem(
            Code::NodeColumnCount,
            {{"found", std::to_string(cells.size())}, {"expected", std::to_string(m_cellCount)}},
            "column " + std::to_string(cells.back().column));
    }
    out += '{';
    for (std::size_t i = 0; i < m_schema.fields.size(); ++i) {
        out += m_keys[i];
        MILLRACE_TRY(appendValue(m_schema.fields[i], cells[m_cells[i]], out));
    }
    out += '}';
    return Done{};
}

Status CsvColumns::appendValue(const record::Field &field, const CsvCell &cell,
                               std::string &out) const
{
    if (cell.text.empty() && !cell.quoted) {
        if (!field.nullable)
            return misfit(field, cell);
        out += "null";
        return Done{};
    }
    switch (field.type.kind) {
    case record::TypeKind::Boolean:
        if (const auto value = parseBoolean(cell.text)) {
            out += *value ? "true" : "false";
            return Done{};
        }
        break;
    case record::TypeKind::Int:
    case record::TypeKind::BigInt: {
        const auto value = parseNumber<std::int64_t>(cell.text);
        if (value && (field.type.is(record::TypeKind::BigInt) ||
                      (*value >= INT32_MIN && *value <= INT32_MAX))) {
            out += std::to_string(*value);
            return Done{};
        }
        break;
    }
    case record::TypeKind::Double:
        if (const auto value = parseNumber<double>(cell.text); value && std::isfinite(*value)) {
            // What reads it as a DOUBLE rounds it; the stream keeps every digit.
            if (findJsonFault(cell.text))
                out += record::doubleText(*value);
            else
                out += cell.text;
            return Done{};
        }
        break;
    case record::TypeKind::Decimal:
        if (const auto value = record::parseDecimal(cell.text)) {
            const auto scaled = record::rescale(value->unscaled, value->scale, field.type.scale);
            if (scaled && record::fitsPrecision(*scaled, field.type.precision)) {
                out += record::decimalText({*scaled, field.type.scale});
                return Done{};
            }
        }
        break;
    case record::TypeKind::Timestamp:
    case record::TypeKind::TimestampLtz:
        if (record::parseTimestamp(cell.text)) {
            sql::appendJsonString(out, cell.text);
            return Done{};
        }
        if (const auto moment = parseMoment(cell.text)) {
            out += '"' + record::timestampText(*moment) +
                   (field.type.is(record::TypeKind::TimestampLtz) ? "Z\"" : "\"");
            return Done{};
        }
        break;
    case record::TypeKind::Date:
        if (record::parseDate(cell.text)) {
            sql::appendJsonString(out, cell.text);
            return Done{};
        }
        break;
    default:
        sql::appendJsonString(out, cell.text);
        return Done{};
    }
    return misfit(field, cell);
}

} // namespace millrace::nodes
