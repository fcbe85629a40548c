// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/unknown_fields.h"

#include "core/sql/json_text.h"

#include <algorithm>
#include <simdjson.h>

namespace millrace::sql {

struct UnknownFields::Impl {
    record::Schema schema;
    simdjson::dom::parser parser;

    /// Fields mostly come in the schema's order: `guess` is the one expected, then the one behind.
    bool knows(std::string_view name, std::size_t &guess) const
    {
        if (guess >= schema.fields.size() || schema.fields[guess].name != name)
            guess = schema.indexOf(name);
        return guess++ < schema.fields.size();
    }
};

UnknownFields::UnknownFields(record::Schema schema)
    : m_impl(std::make_unique<Impl>())
{
    m_impl->schema = std::move(schema);
}
UnknownFields::~UnknownFields() = default;
UnknownFields::UnknownFields(UnknownFields &&) noexcept = default;
UnknownFields &UnknownFields::operator=(UnknownFields &&) noexcept = default;

std::vector<std::string> UnknownFields::of(std::string_view payload)
{
    std::vector<std::string> out;
    simdjson::dom::object object;
    if (m_impl->parser.parse(payload.data(), payload.size()).get(object) != simdjson::SUCCESS) {
        const std::string narrow = wideIntegersAsReals(payload);
        if (m_impl->parser.parse(narrow.data(), narrow.size()).get(object) != simdjson::SUCCESS)
            return out;
    }
    std::size_t guess = 0;
    for (const auto field : object) {
        if (!m_impl->knows(field.key, guess) &&
            std::find(out.begin(), out.end(), field.key) == out.end())
            out.emplace_back(field.key);
    }
    return out;
}

} // namespace millrace::sql
