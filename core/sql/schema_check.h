// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/schema.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::sql {

/// Tells whether payloads are what a schema says: a value in a field fits its type, as
/// PayloadReader has it, and one that is NOT NULL is there; so in the fields of a ROW that is
/// there. The elements of arrays are not looked at, and what the schema does not name may be
/// anything.
///
/// Thread-safety: one thread at a time.
class SchemaCheck
{
public:
    explicit SchemaCheck(const record::Schema &schema);
    ~SchemaCheck();
    SchemaCheck(SchemaCheck &&) noexcept;
    SchemaCheck &operator=(SchemaCheck &&) noexcept;

    /// What is wrong first, in the order of the schema: "field id: expected BIGINT NOT NULL,
    /// found NULL". Nothing when all is right.
    std::optional<std::string> misfit(std::string_view payload);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace millrace::sql
