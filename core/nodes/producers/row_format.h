// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/record/schema.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::nodes {

/// What a line of a data file is: turns it into a payload. Made from the settings and a look at
/// the beginning of the file.
/// Thread-safety: one thread at a time.
class RowFormat
{
public:
    struct Row {
        std::string payload;
        std::optional<std::int64_t> moment; ///< of the time field, ms since 1970
        std::string noMoment;               ///< why there is none, where there is a time field
    };

    virtual ~RowFormat() = default;
    /// Whether a line is no row, and no fault either: it is empty or, of NDJSON, has only blanks.
    virtual bool isBlank(std::string_view line) const = 0;
    /// Fills `row` from a line that is not blank. Errors: NodeBadLine, NodeColumnCount,
    /// NodeValueMisfit, NodeRowError; the place is "column N" where it is known.
    virtual Status convert(std::string_view line, Row &row) = 0;
    /// The given schema, else the one the first lines suggest, every field nullable.
    virtual const record::Schema &schema() const = 0;
    /// What is to be said of that schema once: SqlSchemaCut.
    virtual const std::optional<Problem> &notice() const = 0;
    virtual std::optional<char> delimiter() const = 0; ///< of CSV
    virtual bool hasHeader() const = 0;                ///< the first line is no row
};

struct RowSettings {
    bool csv = false;
    char delimiter = ',';
    bool header = true;    ///< of CSV
    record::Schema schema; ///< without fields: what the first lines suggest
    std::string timeField; ///< empty: no row has a moment
};

/// Lines that are looked at for the schema: enough that a paced source does not start with a guess
/// from its first few records.
inline constexpr std::size_t kSchemaLines = 10'000;
/// Nor more bytes than this: who deploys waits for it. A line that begins before is read to its
/// end.
inline constexpr std::uint64_t kSchemaBytes = 64U << 20U;

/// Errors: as openInput() and File::readAt; NodeBadSchema (also: the time field is no column).
Result<std::unique_ptr<RowFormat>> makeRowFormat(FileSystem &files, const Path &path,
                                                 const RowSettings &settings);

/// One JSON object a line, without a look at any file. Where the schema has fields, every line is
/// held to it (sql::SchemaCheck).
std::unique_ptr<RowFormat> makeNdjsonFormat(record::Schema schema, std::string timeField);

/// Bytes of a UTF-8 byte order mark at the beginning: 3 or 0.
Result<std::uint64_t> byteOrderMark(const File &file);

/// The line without a '\r' at its end.
std::string_view trimLine(std::string_view line);

} // namespace millrace::nodes
