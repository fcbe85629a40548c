// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/record/schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::nodes {

/// A cell of a CSV line.
struct CsvCell {
    std::string_view text;  ///< without quotes
    bool quoted = false;    ///< an empty cell in quotes is a text, one without is NULL
    std::size_t column = 1; ///< where it begins, in characters from 1; counts on over newlines
};

/// Cuts lines of CSV into cells as RFC 4180 says: quotes around a cell, doubled inside, protect
/// delimiters and newlines. A '\r' at the end of the line is dropped.
/// Cells point into the line or into the parser; they live until the next call.
/// Thread-safety: one thread at a time.
class CsvParser
{
public:
    explicit CsvParser(char delimiter)
        : m_delimiter(delimiter)
    {}

    /// Errors: NodeBadLine, place "column N": a quote that is not closed, text behind a closing
    /// quote.
    Result<std::vector<CsvCell>> parse(std::string_view line);

private:
    char m_delimiter;
    std::string m_unquoted; ///< cells that had doubled quotes
};

/// The columns of a CSV file: names, types, and which cell they come from.
///
/// A value that fits: BOOLEAN true, false (any case), 1, 0; INT and BIGINT whole numbers; DOUBLE
/// and DECIMAL numbers; TIMESTAMP what parseMoment() reads; STRING everything. An empty cell
/// without quotes is NULL. ROW, ARRAY and BYTES are taken as text.
///
/// Texts stand in the record as they stand in the file, dates too: a type that is guessed is never
/// TIMESTAMP. So do numbers of a DOUBLE column as JSON spells them, with more digits than a DOUBLE
/// holds, too; other spellings (01.5, .5) become JSON's. Of a column that the given schema calls
/// TIMESTAMP, what SQL reads as one (record::parseTimestamp) is kept as it stands; other spellings
/// (2001/01/31 00:47, seconds since 1970) become SQL's.
class CsvColumns
{
public:
    /// From the names of the header (or none: the schema's order) and the schema the user gave (or
    /// none). Errors: NodeBadSchema.
    static Result<CsvColumns> make(const std::vector<std::string> &header,
                                   const record::Schema &given);

    /// Without a given schema: looks at a line's cells, and narrows what the types can be. When all
    /// lines that are to be looked at were shown, settle() chooses the types.
    void look(const std::vector<CsvCell> &cells);
    void settle();

    const record::Schema &schema() const { return m_schema; }
    /// The cell a field comes from.
    std::size_t cellOf(std::size_t field) const { return m_cells[field]; }

    /// Appends the line as a JSON object: {"id":7,"name":"x"}. Errors: NodeColumnCount,
    /// NodeValueMisfit, place "column N".
    Status appendJson(const std::vector<CsvCell> &cells, std::string &out) const;

private:
    struct Seen {
        bool any = false;
        bool integer = true;
        bool whole = true; ///< of as many digits as a DECIMAL has
        bool number = true;
        bool boolean = true;
    };
    Status appendValue(const record::Field &field, const CsvCell &cell, std::string &out) const;

    record::Schema m_schema;
    std::vector<std::size_t> m_cells; ///< for each field
    std::vector<std::string> m_keys;  ///< "name": as JSON, for each field
    std::vector<Seen> m_seen;
    std::size_t m_cellCount = 0;
};

} // namespace millrace::nodes
