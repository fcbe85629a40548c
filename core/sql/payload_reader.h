// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/column_vector.h"
#include "core/sql/json_path.h"
#include "core/sql/text_arena.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millrace::sql {

/// A field that expressions want from a payload: the column it goes to, and what is wanted of the
/// object inside it.
struct WantedField {
    std::string name;
    int column = -1; ///< index of the output column; -1 when only `inside` is wanted
    DataType type;   ///< of the column
    std::vector<WantedField> inside;
    bool nullable = true; ///< false: nothing there, or null, does not fit
};

/// Reads the wanted fields of JSON payloads into columns with simdjson on demand: one pass over
/// each payload, only as far as the last wanted field, no tree, no allocation.
///
/// A missing field or a JSON null is NULL, which does not fit a field that is not nullable; the
/// fields of a ROW that may be NULL, and is, are NULL. A value that does not fit its column gives
/// one of the states behind CellState::Null; so does a payload that is no JSON object. Where a name
/// stands twice in an object, the first counts. What fits: INT and BIGINT take whole numbers in
/// range; DOUBLE any number; DECIMAL any number, rounded to its scale; BOOLEAN true and false;
/// STRING everything, what is no JSON string as its JSON text; TIMESTAMP and TIMESTAMP_LTZ a text
/// that parseTimestamp() reads, DATE one that parseDate() reads; BYTES a string; ROW an object and
/// ARRAY an array, as their JSON text.
///
/// Thread-safety: one thread at a time.
class PayloadReader
{
public:
    PayloadReader();
    ~PayloadReader();
    PayloadReader(const PayloadReader &) = delete;
    PayloadReader &operator=(const PayloadReader &) = delete;

    /// Fills cell `row` of each column. `json` is followed by kArenaPadding readable bytes.
    void readObject(std::string_view json, const std::vector<WantedField> &wanted,
                    std::span<ColumnVector *const> columns, std::size_t row, TextArena &arena);

    /// Element `index` (from 1) of the array that `json` is, into cell `row`.
    void readElement(std::string_view json, std::int64_t index, ColumnVector &column,
                     std::size_t row, TextArena &arena);

    /// The value at `path` of the JSON text `json` (any value), into cell `row`: its scalar in the
    /// column's type, or with `nested` the JSON text of whatever stands there. NULL for null.
    enum class PathOutcome : std::uint8_t {
        Found = 1,
        Missing,   ///< nothing stands there
        NotScalar, ///< an object or an array, and not `nested`
        BadType,   ///< a scalar that does not fit the column
        BadJson,   ///< the text is no JSON as far as it was read
    };
    PathOutcome readPath(std::string_view json, const JsonPath &path, bool nested,
                         ColumnVector &column, std::size_t row, TextArena &arena);

    /// How many elements the array that `json` is has; -1 when it is none.
    std::int64_t arraySize(std::string_view json);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// "field ms: expected BIGINT, found string": why a cell of that state is an error.
std::string cellErrorText(std::string_view field, const DataType &type, CellState state);

} // namespace millrace::sql
