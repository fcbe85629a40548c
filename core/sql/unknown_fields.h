// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/schema.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// Finds the top-level fields of payloads that a schema lacks. PayloadReader cannot: it stops at
/// the last field that somebody wants. This reads whole payloads, so it is for samples of them.
///
/// Thread-safety: one thread at a time.
class UnknownFields
{
public:
    explicit UnknownFields(record::Schema schema);
    ~UnknownFields();
    UnknownFields(UnknownFields &&) noexcept;
    UnknownFields &operator=(UnknownFields &&) noexcept;

    /// The names, in the payload's order and each once. None when it is no JSON object: such a
    /// payload becomes a dead letter where it is read.
    std::vector<std::string> of(std::string_view payload);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace millrace::sql
