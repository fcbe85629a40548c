// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/row_format.h"

#include "core/base/json_syntax.h"
#include "core/base/problem_codes.h"
#include "core/base/utf8.h"
#include "core/graph/value.h"
#include "core/nodes/producers/csv.h"
#include "core/nodes/producers/file_kind.h"
#include "core/nodes/producers/input_file.h"
#include "core/nodes/producers/line_reader.h"
#include "core/nodes/producers/time_text.h"
#include "core/sql/json_text.h"
#include "core/sql/schema_check.h"
#include "core/sql/schema_inference.h"

#include <algorithm>
#include <array>
#include <simdjson.h>

namespace millrace::nodes {
namespace {

/// Of what is JSON, but more than the reader takes.
std::string limitText(simdjson::error_code error)
{
    switch (error) {
    case simdjson::NUMBER_ERROR:
        return "it holds a number that is too large";
    case simdjson::DEPTH_ERROR:
        return "it is nested too deeply";
    default:
        return "it cannot be read as JSON";
    }
}

/// What is said of a time field that holds no time.
std::string noTime(const std::string &field, std::string_view value)
{
    return value.empty()
               ? "The time field " + field + " is empty"
               : "The time field " + field + " holds " + shortened(value) + ", which is no time";
}

class NdjsonFormat final : public RowFormat
{
public:
    /// `given`: the lines are held to the schema.
    NdjsonFormat(record::Schema schema, bool given, std::string timeField,
                 std::optional<Problem> notice)
        : m_schema(std::move(schema))
        , m_timeField(std::move(timeField))
        , m_notice(std::move(notice))
        , m_check(given ? std::optional<sql::SchemaCheck>(m_schema) : std::nullopt)
    {}

    bool isBlank(std::string_view line) const override { return sql::isJsonBlank(line); }

    Status convert(std::string_view line, Row &row) override
    {
        simdjson::dom::element document;
        auto error = m_parser.parse(line.data(), line.size()).get(document);
        if (error != simdjson::SUCCESS) {
            // The payload keeps the digits of a number that the tree has no room for.
            const std::string narrow = sql::wideIntegersAsReals(line);
            error = m_parser.parse(narrow.data(), narrow.size()).get(document);
        }
        if (error != simdjson::SUCCESS)
            return whereWrong(line, error);
        simdjson::dom::object object;
        if (document.get(object) != simdjson::SUCCESS)
            return Problem(Code::NodeBadLine, {{"reason", "it is no JSON object"}}, "column 1");
        if (m_check) {
            if (auto misfit = m_check->misfit(line))
                return Problem(Code::NodeRowError, {{"reason", *std::move(misfit)}});
        }
        row.payload = line;
        row.moment.reset();
        if (!m_timeField.empty()) {
            simdjson::dom::element time;
            const bool there = object.at_key(m_timeField).get(time) == simdjson::SUCCESS;
            if (there)
                row.moment = momentOf(time);
            if (!row.moment)
                row.noMoment = there ? noTime(m_timeField, simdjson::minify(time))
                                     : "The record has no field " + m_timeField + " for its time";
        }
        return Done{};
    }

    const record::Schema &schema() const override { return m_schema; }
    const std::optional<Problem> &notice() const override { return m_notice; }
    std::optional<char> delimiter() const override { return {}; }
    bool hasHeader() const override { return false; }

private:
    static Problem whereWrong(std::string_view line, simdjson::error_code error)
    {
        if (const auto fault = findJsonFault(line))
            return Problem(Code::NodeBadLine, {{"reason", fault->reason}},
                           "column " + std::to_string(fault->column));
        return Problem(Code::NodeBadLine, {{"reason", limitText(error)}}, "column 1");
    }

    static std::optional<std::int64_t> momentOf(const simdjson::dom::element &value)
    {
        std::string_view text;
        if (value.get(text) == simdjson::SUCCESS)
            return parseMoment(text);
        double number = 0;
        if (value.get(number) == simdjson::SUCCESS)
            return momentFromNumber(number);
        return {};
    }

    record::Schema m_schema;
    std::string m_timeField;
    std::optional<Problem> m_notice;
    std::optional<sql::SchemaCheck> m_check;
    simdjson::dom::parser m_parser;
};

class CsvFormat final : public RowFormat
{
public:
    CsvFormat(CsvColumns columns, const RowSettings &settings, std::optional<std::size_t> timeCell)
        : m_columns(std::move(columns))
        , m_timeField(settings.timeField)
        , m_delimiter(settings.delimiter)
        , m_header(settings.header)
        , m_timeCell(timeCell)
        , m_parser(settings.delimiter)
    {}

    bool isBlank(std::string_view line) const override { return line.empty(); }

    Status convert(std::string_view line, Row &row) override
    {
        if (!graph::isUtf8(line))
            return Problem(Code::NodeBadLine, {{"reason", "it is not UTF-8"}});
        const auto cells = m_parser.parse(line);
        if (!cells)
            return cells.error();
        row.payload.clear();
        MILLRACE_TRY(m_columns.appendJson(*cells, row.payload));
        row.moment.reset();
        if (m_timeCell) {
            const std::string_view time = (*cells)[*m_timeCell].text;
            row.moment = parseMoment(time);
            if (!row.moment)
                row.noMoment = noTime(m_timeField, time);
        }
        return Done{};
    }

    const record::Schema &schema() const override { return m_columns.schema(); }
    const std::optional<Problem> &notice() const override { return m_notice; }
    std::optional<char> delimiter() const override { return m_delimiter; }
    bool hasHeader() const override { return m_header; }

private:
    CsvColumns m_columns;
    std::string m_timeField;
    const std::optional<Problem> m_notice; ///< nothing: a header names every column
    char m_delimiter;
    bool m_header;
    std::optional<std::size_t> m_timeCell;
    CsvParser m_parser;
};

/// A reader at the first line; `format` only decides about quotes.
Result<LineReader> openLines(FileSystem &files, const Path &path, std::optional<char> delimiter)
{
    auto file = openInput(files, path);
    if (!file)
        return std::move(file).error();
    const auto mark = byteOrderMark(**file);
    if (!mark)
        return mark.error();
    return LineReader(*std::move(file), FilePos(*mark), delimiter);
}

/// The schema, and what is to be said of it.
Result<std::pair<record::Schema, std::optional<Problem>>> inferNdjson(LineReader lines)
{
    sql::SchemaInference inference;
    for (std::size_t i = 0; i < kSchemaLines && lines.position() < kSchemaBytes; ++i) {
        const auto line = lines.nextWhole();
        if (!line)
            return line.error();
        if (!*line)
            break;
        if (!(*line)->tooLong)
            inference.add(trimLine((*line)->text));
        lines.accept(**line);
    }
    return std::pair(inference.schema(), inference.cut());
}

Result<CsvColumns> lookAtCsv(LineReader lines, const RowSettings &settings)
{
    CsvParser parser(settings.delimiter);
    std::vector<std::string> header;
    const auto nextCells = [&]() -> Result<std::optional<std::vector<CsvCell>>> {
        const auto line = lines.nextWhole();
        if (!line)
            return line.error();
        if (!*line)
            return std::optional<std::vector<CsvCell>>();
        auto cells = parser.parse((*line)->text);
        lines.accept(**line);
        if (!cells || (*line)->tooLong)
            return std::optional(std::vector<CsvCell>()); // a line that is read has one at least
        return std::optional(*std::move(cells));
    };
    if (settings.header) {
        const std::string quotedTitle = '"' + std::string(kHeaderTitle) + '"';
        const auto cells = nextCells();
        if (!cells)
            return cells.error();
        if (!*cells)
            return Problem(Code::NodeBadSchema,
                           {{"reason", "the file is empty, it has no header; start when the file "
                                       "is written, or turn off " +
                                           quotedTitle + " and name them in the schema"}});
        if ((*cells)->empty())
            return Problem(Code::NodeBadSchema,
                           {{"reason", "the header, line 1, is too long or has a quote that is not "
                                       "closed; mend that line, or turn off " +
                                           quotedTitle + " and name them in the schema"}});
        for (const CsvCell &cell : **cells) {
            header.emplace_back(cell.text);
        }
    }
    auto columns = CsvColumns::make(header, settings.schema);
    if (!columns || !settings.schema.fields.empty())
        return columns;
    for (std::size_t i = 0; i < kSchemaLines && lines.position() < kSchemaBytes; ++i) {
        const auto cells = nextCells();
        if (!cells)
            return cells.error();
        if (!*cells)
            break;
        columns->look(**cells);
    }
    columns->settle();
    return columns;
}

} // namespace

std::string_view trimLine(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

Result<std::uint64_t> byteOrderMark(const File &file)
{
    constexpr std::array kMark = {std::byte{0xEF}, std::byte{0xBB}, std::byte{0xBF}};
    std::array<std::byte, 3> head{};
    const auto got = file.readAt(FilePos(0), head);
    if (!got)
        return got.error();
    return *got == kMark.size() && head == kMark ? std::uint64_t{kMark.size()} : 0;
}

std::unique_ptr<RowFormat> makeNdjsonFormat(record::Schema schema, std::string timeField)
{
    const bool given = !schema.fields.empty();
    return std::make_unique<NdjsonFormat>(std::move(schema), given, std::move(timeField),
                                          std::nullopt);
}

Result<std::unique_ptr<RowFormat>> makeRowFormat(FileSystem &files, const Path &path,
                                                 const RowSettings &settings)
{
    const std::optional<char> delimiter =
        settings.csv ? std::optional(settings.delimiter) : std::nullopt;
    auto lines = openLines(files, path, delimiter);
    if (!lines)
        return std::move(lines).error();
    if (!settings.csv) {
        if (!settings.schema.fields.empty())
            return makeNdjsonFormat(settings.schema, settings.timeField);
        auto inferred = inferNdjson(*std::move(lines));
        if (!inferred)
            return std::move(inferred).error();
        return std::unique_ptr<RowFormat>(new NdjsonFormat(
            std::move(inferred->first), false, settings.timeField, std::move(inferred->second)));
    }
    auto columns = lookAtCsv(*std::move(lines), settings);
    if (!columns) {
        if (columns.error().code() != Code::NodeBadSchema)
            return std::move(columns).error();
        return Problem(
            Code::NodeBadSchema,
            {{"path", path}, {"reason", std::string(columns.error().argument("reason"))}});
    }
    std::optional<std::size_t> timeCell;
    if (!settings.timeField.empty()) {
        const std::size_t field = columns->schema().indexOf(settings.timeField);
        if (field == columns->schema().fields.size()) {
            return Problem(Code::NodeBadSchema,
                           {{"path", path},
                            {"reason", "there is no column " +
                                           record::quotedName(shortened(settings.timeField)) +
                                           " for the time; name one of them as the time field: " +
                                           shortened(columns->schema().toString(), 400)}});
        }
        timeCell = columns->cellOf(field);
    }
    return std::unique_ptr<RowFormat>(new CsvFormat(*std::move(columns), settings, timeCell));
}

} // namespace millrace::nodes
