// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// One step of a path: into a field, or into an element (from 0).
struct JsonStep {
    std::string field;
    std::int64_t element = -1; ///< -1: a field
    friend bool operator==(const JsonStep &, const JsonStep &) = default;
};

/// A path such as `$.a.b[0]['c d']`, `lax $.x` or `strict $.x`: the part of the SQL/JSON path
/// language that names one value. In lax mode, what the path does not find is empty; in strict
/// mode, which is the one without a word as well, it is an error [ISO 9075-2, SQL/JSON path; Flink,
/// JSON functions: "When omitted, it defaults to the strict mode"].
struct JsonPath {
    bool strict = true;
    std::vector<JsonStep> steps;
};

/// Empty when the text is no such path (wildcards and filters are none).
std::optional<JsonPath> parseJsonPath(std::string_view text);

} // namespace millrace::sql
