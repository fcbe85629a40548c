// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/schema_inference.h"

#include "core/base/problem_codes.h"
#include "core/record/decimal.h"
#include "core/sql/json_text.h"

#include <algorithm>
#include <charconv>
#include <simdjson.h>
#include <string>
#include <vector>

namespace millrace::sql {
namespace {

using record::DataType;
using record::Field;
using record::TypeKind;
namespace ondemand = simdjson::ondemand;

/// Objects nested deeper than types may be (32, record/type_text.cpp) are kept as JSON text.
constexpr int kMaxDepth = 16;
/// Of the fields that a schema has no room for, as many are named.
constexpr std::size_t kNamedFields = 3;

struct NamedGuess;

/// What was seen of one value. Kind Null: nothing but null so far.
struct Guess {
    TypeKind kind = TypeKind::Null;
    std::uint64_t seen = 0;          ///< a field: the number of the last object that had it
    std::vector<NamedGuess> fields;  ///< Row
    std::vector<std::string> beyond; ///< Row: the first names of fields that had no room
    std::vector<Guess> element;      ///< Array: none or one
    std::uint64_t rows = 0;          ///< Row: objects seen

    // The JSON has been found to be well-formed before: what is read here is there.
    void add(ondemand::value value, int depth);
    void addObject(ondemand::object object, int depth);
    DataType type() const;
    void addBeyond(const std::string &path, std::vector<std::string> &out) const;
    void becomeText();
    /// Takes a value of this kind into account. False when it does not agree with those before.
    bool agree(TypeKind other);
};
struct NamedGuess {
    std::string name;
    Guess guess;
};

void Guess::becomeText()
{
    kind = TypeKind::String;
    fields.clear();
    beyond.clear();
    element.clear();
}

bool Guess::agree(TypeKind other)
{
    if (kind == TypeKind::Null || kind == other) {
        kind = other;
        return true;
    }
    const auto rank = [](TypeKind one) {
        return one == TypeKind::BigInt    ? 1
               : one == TypeKind::Decimal ? 2
               : one == TypeKind::Double  ? 3
                                          : 0;
    };
    if (rank(kind) > 0 && rank(other) > 0) {
        kind = rank(kind) > rank(other) ? kind : other;
        return true;
    }
    becomeText();
    return false;
}

/// BIGINT, or the type that holds a number which is too wide for it.
TypeKind numberKind(std::string_view token)
{
    token = token.substr(0, token.find_first_of(" \t\r\n"));
    if (token.find_first_of(".eE") != std::string_view::npos)
        return TypeKind::Double;
    std::int64_t ignored = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), ignored).ec == std::errc())
        return TypeKind::BigInt;
    return record::parseDecimal(token) ? TypeKind::Decimal : TypeKind::Double;
}

void Guess::addObject(ondemand::object object, int depth)
{
    ++rows;
    std::size_t next = 0; // fields mostly come in the same order
    for (auto item : object) {
        const std::string_view key = item.unescaped_key().value_unsafe();
        ondemand::value value = item.value().value_unsafe();
        auto found = fields.end();
        if (next < fields.size() && fields[next].name == key)
            found = fields.begin() + static_cast<std::ptrdiff_t>(next);
        else
            found = std::find_if(fields.begin(), fields.end(),
                                 [&](const auto &one) { return one.name == key; });
        if (found == fields.end()) {
            if (fields.size() == kInferenceFields) {
                if (beyond.size() <= kNamedFields && // one more tells that there are others
                    std::find(beyond.begin(), beyond.end(), key) == beyond.end())
                    beyond.emplace_back(key);
                continue;
            }
            fields.push_back({std::string(key), Guess{}});
            found = fields.end() - 1;
        } else if (found->guess.seen == rows) {
            continue; // a second field of this name
        }
        next = static_cast<std::size_t>(found - fields.begin()) + 1;
        found->guess.seen = rows;
        found->guess.add(value, depth + 1);
    }
}

void Guess::add(ondemand::value value, int depth)
{
    switch (value.type().value_unsafe()) {
    case ondemand::json_type::null:
        return;
    case ondemand::json_type::boolean:
        agree(TypeKind::Boolean);
        return;
    case ondemand::json_type::number:
        // Never INT: the first thousand of a growing number are small, the next need not be.
        agree(numberKind(value.raw_json_token()));
        return;
    case ondemand::json_type::string:
        agree(TypeKind::String);
        return;
    case ondemand::json_type::object:
        if (depth > kMaxDepth)
            becomeText();
        else if (agree(TypeKind::Row))
            addObject(value.get_object().value_unsafe(), depth);
        return;
    case ondemand::json_type::array:
        if (depth > kMaxDepth) {
            becomeText();
        } else if (agree(TypeKind::Array)) {
            ondemand::array elements = value.get_array().value_unsafe();
            for (auto one : elements) {
                if (element.empty())
                    element.emplace_back();
                element.front().add(one.value_unsafe(), depth + 1);
            }
        }
        return;
    }
}

/// Names of this value's fields, and of those in it, that had no room, with their paths.
void Guess::addBeyond(const std::string &path, std::vector<std::string> &out) const
{
    for (const std::string &name : beyond)
        out.push_back(path + name);
    for (const auto &[name, guess] : fields)
        guess.addBeyond(path + name + '.', out);
    for (const Guess &guess : element)
        guess.addBeyond(path, out);
}

DataType Guess::type() const
{
    switch (kind) {
    case TypeKind::Null:
        return TypeKind::String;
    case TypeKind::Row: {
        std::vector<Field> out;
        for (const auto &[name, guess] : fields)
            out.push_back({name, guess.type()});
        // An object without fields, and one with a nameless field, has no ROW type to be.
        const bool nameless = std::any_of(out.begin(), out.end(),
                                          [](const Field &field) { return field.name.empty(); });
        return out.empty() || nameless ? DataType(TypeKind::String) : DataType::row(std::move(out));
    }
    case TypeKind::Array:
        return DataType::array(element.empty() ? DataType(TypeKind::String)
                                               : element.front().type());
    case TypeKind::Decimal:
        return DataType::decimal(record::kMaxDecimalPrecision, 0);
    default:
        return kind;
    }
}

} // namespace

struct SchemaInference::Impl {
    simdjson::dom::parser checker;
    ondemand::parser parser;
    Guess root;
    std::uint64_t refused = 0;
    std::optional<Problem> problem;

    /// Whether the payload is an object from end to end, before any of it is taken into account.
    /// Numbers are read by their texts later.
    simdjson::error_code check(std::string_view payload, bool &object)
    {
        simdjson::dom::element value;
        auto error = checker.parse(payload.data(), payload.size()).get(value);
        if (error != simdjson::SUCCESS) {
            const std::string narrow = wideIntegersAsReals(payload);
            if (narrow != payload)
                error = checker.parse(narrow.data(), narrow.size()).get(value);
        }
        object = error == simdjson::SUCCESS && value.is_object();
        return error;
    }
};

SchemaInference::SchemaInference()
    : m_impl(std::make_unique<Impl>())
{}
SchemaInference::~SchemaInference() = default;
SchemaInference::SchemaInference(SchemaInference &&) noexcept = default;
SchemaInference &SchemaInference::operator=(SchemaInference &&) noexcept = default;

bool SchemaInference::add(std::string_view payload)
{
    bool isObject = false;
    const auto error = m_impl->check(payload, isObject);
    if (isObject) {
        const simdjson::padded_string padded(payload);
        ondemand::document document = m_impl->parser.iterate(padded).value_unsafe();
        m_impl->root.addObject(document.get_object().value_unsafe(), 0);
        return true;
    }
    ++m_impl->refused;
    if (!m_impl->problem)
        m_impl->problem = Problem(
            Code::SqlNotAnObject,
            {{"reason", error == simdjson::SUCCESS ? "it is another JSON value"
                                                   : std::string(simdjson::error_message(error))}},
            "record " + std::to_string(m_impl->root.rows + m_impl->refused));
    return false;
}

std::uint64_t SchemaInference::records() const
{
    return m_impl->root.rows;
}

std::uint64_t SchemaInference::refused() const
{
    return m_impl->refused;
}

const std::optional<Problem> &SchemaInference::problem() const
{
    return m_impl->problem;
}

std::optional<Problem> SchemaInference::cut() const
{
    std::vector<std::string> beyond;
    m_impl->root.addBeyond({}, beyond);
    if (beyond.empty())
        return {};
    std::string names;
    for (std::size_t i = 0; i < std::min(beyond.size(), kNamedFields); ++i)
        names += (i == 0 ? "" : ", ") + beyond[i];
    if (beyond.size() > kNamedFields)
        names += " and others";
    return Problem(Code::SqlSchemaCut,
                   {{"limit", std::to_string(kInferenceFields)}, {"names", std::move(names)}});
}

record::Schema SchemaInference::schema() const
{
    record::Schema out;
    for (const auto &[name, guess] : m_impl->root.fields) {
        // Without a name there is no column; the payload keeps the field.
        if (!name.empty())
            out.fields.push_back({name, guess.type()});
    }
    return out;
}

} // namespace millrace::sql
