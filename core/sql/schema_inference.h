// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/record/schema.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace millrace::sql {

/// Guesses the schema of a stream from its first payloads, one JSON object each. The caller says
/// when it has seen enough (kInferenceRecords, or one second after the first).
///
/// Whole numbers become BIGINT (never INT: a counter's first values are small), DECIMAL(38, 0)
/// where one needs more than 64 bits, DOUBLE where one has a fraction or more than 38 digits;
/// numbers mixed with anything else, texts (dates too) and whatever does not agree become STRING;
/// objects ROW, arrays ARRAY of what holds all elements. Everything is nullable: nobody has looked
/// at what comes next. A field that is only ever null, and the elements of arrays that are all
/// empty, are STRING. Fields stand in the order first seen. Where a name stands twice in one
/// object, the first counts.
///
/// Thread-safety: one thread at a time.
class SchemaInference
{
public:
    SchemaInference();
    ~SchemaInference();
    SchemaInference(SchemaInference &&) noexcept;
    SchemaInference &operator=(SchemaInference &&) noexcept;

    /// Takes a payload into account. False when it is no JSON object: it is counted and changes
    /// nothing else.
    bool add(std::string_view payload);

    std::uint64_t records() const; ///< payloads taken into account
    std::uint64_t refused() const; ///< payloads that are no JSON objects
    /// The first refused payload: SqlNotAnObject with its place among those added. Empty when none.
    const std::optional<Problem> &problem() const;

    /// SqlSchemaCut, naming the first fields, when there are more than kInferenceFields in one
    /// object: the schema is without those.
    std::optional<Problem> cut() const;

    /// What the payloads so far have in common. No fields when there was none.
    record::Schema schema() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// Records after which a schema is taken for known (architecture: records, log, catalog).
inline constexpr std::uint64_t kInferenceRecords = 1'000;

/// Fields of one object that a schema has at most, as a table has columns.
inline constexpr std::size_t kInferenceFields = 1'000;

} // namespace millrace::sql
