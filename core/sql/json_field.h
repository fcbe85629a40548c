// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/sql/payload_reader.h"

#include <string>
#include <string_view>

namespace millrace::sql {

/// One field of JSON documents as a text: a text as it is, a number or truth value as it stands in
/// the document, digit for digit. Read as expressions read their columns, so that a key made of it
/// is the one that they make; of several fields of one name the first counts.
/// Thread-safety: one thread at a time.
class JsonField
{
public:
    /// `path` names the field, "a.b" one inside.
    explicit JsonField(std::string_view path);

    /// Errors: InvalidArgument, which says why there is none.
    Result<std::string> textIn(std::string_view document);

private:
    Problem whyMissing(std::string_view document);

    JsonPath m_path;
    PayloadReader m_reader;
    ColumnVector m_cell;
    TextArena m_arena;
};

} // namespace millrace::sql
