// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/payload_reader.h"

#include "core/record/timestamp_text.h"

#include <limits>
#include <simdjson.h>

namespace millrace::sql {
namespace {

namespace ondemand = simdjson::ondemand;

std::string_view trimmed(std::string_view token)
{
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\n' ||
                              token.back() == '\r'))
        token.remove_suffix(1);
    return token;
}

/// A payload's key as it is written there, up to its closing quote. Byte by byte, so that nothing
/// behind the key is read; a key with escapes is compared in another way.
bool keyIs(const char *raw, const std::string &name)
{
    for (const char c : name) {
        if (*raw != c || c == '\\')
            return false;
        ++raw;
    }
    return *raw == '"';
}

bool keyHasEscape(const char *raw)
{
    while (*raw != '"' && *raw != '\\')
        ++raw;
    return *raw == '\\';
}

/// The first field of that name, however it is escaped: the one that a column would hold too.
simdjson::error_code findField(ondemand::object &object, const std::string &name,
                               ondemand::value &out)
{
    for (auto item : object) {
        ondemand::field field;
        if (const auto error = std::move(item).get(field); error != simdjson::SUCCESS)
            return error;
        const char *raw = field.key().raw();
        bool same = keyIs(raw, name);
        if (std::string_view key; !same && keyHasEscape(raw))
            same = field.unescaped_key().get(key) == simdjson::SUCCESS && key == name;
        if (same) {
            out = field.value();
            return simdjson::SUCCESS;
        }
    }
    return simdjson::NO_SUCH_FIELD;
}

CellState found(char first)
{
    switch (first) {
    case '"':
        return CellState::FoundString;
    case '{':
        return CellState::FoundObject;
    case '[':
        return CellState::FoundArray;
    case 't':
    case 'f':
        return CellState::FoundBoolean;
    default:
        return (first >= '0' && first <= '9') || first == '-' ? CellState::FoundNumber
                                                              : CellState::Malformed;
    }
}

/// Puts one JSON value into one cell.
class CellReader
{
public:
    CellReader(ColumnVector &column, std::size_t row, TextArena &arena)
        : m_column(column)
        , m_row(row)
        , m_arena(arena)
    {}

    /// False when the JSON itself is broken, so that nothing behind it can be read.
    bool read(ondemand::value value)
    {
        const std::string_view token = value.raw_json_token();
        if (token.empty())
            return fail(CellState::Malformed);
        const char first = token.front();
        if (first == 'n') {
            if (trimmed(token) != "null")
                return fail(CellState::Malformed);
            m_column.setNull(m_row);
            return true;
        }
        switch (m_column.type().kind) {
        case TypeKind::Int:
        case TypeKind::BigInt:
            return integer(value, first);
        case TypeKind::Double:
            return real(value, first);
        case TypeKind::Decimal:
            return decimal(first, trimmed(token));
        case TypeKind::Boolean:
            return boolean(trimmed(token), first);
        case TypeKind::Timestamp:
        case TypeKind::TimestampLtz:
        case TypeKind::Date:
            return timestamp(value, first);
        case TypeKind::Bytes:
            return first == '"' ? text(value, token) : state(found(first));
        case TypeKind::Row:
            return first == '{' ? raw(value, first) : state(found(first));
        case TypeKind::Array:
            return first == '[' ? raw(value, first) : state(found(first));
        default:
            break;
        }
        if (first == '"')
            return text(value, token);
        if (first == '{' || first == '[')
            return raw(value, first);
        return scalarText(value, trimmed(token), first);
    }

private:
    bool state(CellState state)
    {
        m_column.setState(m_row, state);
        return true;
    }
    bool fail(CellState state)
    {
        m_column.setState(m_row, state);
        return false;
    }

    bool integer(ondemand::value &value, char first)
    {
        if (found(first) != CellState::FoundNumber)
            return state(found(first));
        std::int64_t out = 0;
        if (const auto error = value.get_int64().get(out); error != simdjson::SUCCESS) {
            double wide = 0;
            return state(value.get_double().get(wide) == simdjson::SUCCESS ? CellState::OutOfRange
                                                                           : CellState::Malformed);
        }
        if (m_column.type().is(TypeKind::Int) && (out < std::numeric_limits<std::int32_t>::min() ||
                                                  out > std::numeric_limits<std::int32_t>::max()))
            return state(CellState::OutOfRange);
        m_column.set(m_row, out);
        return true;
    }

    bool real(ondemand::value &value, char first)
    {
        if (found(first) != CellState::FoundNumber)
            return state(found(first));
        double out = 0;
        if (value.get_double().get(out) != simdjson::SUCCESS)
            return state(CellState::Malformed);
        m_column.set(m_row, out);
        return true;
    }

    bool decimal(char first, std::string_view token)
    {
        if (found(first) != CellState::FoundNumber)
            return state(found(first));
        const auto parsed = record::parseDecimal(token);
        if (!parsed)
            return state(CellState::OutOfRange);
        const auto out = record::rescale(parsed->unscaled, parsed->scale, m_column.type().scale);
        if (!out || !record::fitsPrecision(*out, m_column.type().precision))
            return state(CellState::OutOfRange);
        m_column.set(m_row, *out);
        return true;
    }

    bool boolean(std::string_view token, char first)
    {
        if (token != "true" && token != "false")
            return state(found(first) == CellState::FoundBoolean ? CellState::Malformed
                                                                 : found(first));
        m_column.set(m_row, token == "true");
        return true;
    }

    bool timestamp(ondemand::value &value, char first)
    {
        if (first != '"')
            return state(found(first));
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS)
            return fail(CellState::Malformed);
        const auto out = m_column.type().is(TypeKind::Date) ? record::parseDate(text)
                                                            : record::parseTimestamp(text);
        if (!out)
            return state(CellState::BadText);
        m_column.set(m_row, *out);
        return true;
    }

    bool text(ondemand::value &value, std::string_view token)
    {
        // A string without escapes is used where it stands; most are.
        const std::string_view inner = trimmed(token);
        if (inner.size() >= 2 && inner.back() == '"' &&
            std::memchr(inner.data(), '\\', inner.size()) == nullptr) {
            m_column.set(m_row, inner.substr(1, inner.size() - 2));
            return true;
        }
        std::string_view out;
        if (value.get_string().get(out) != simdjson::SUCCESS)
            return fail(CellState::Malformed);
        m_column.set(m_row, m_arena.copy(out));
        return true;
    }

    bool raw(ondemand::value &value, char first)
    {
        std::string_view out;
        const auto get = [&](auto &&nested) {
            return nested.error() == simdjson::SUCCESS &&
                   nested.value_unsafe().raw_json().get(out) == simdjson::SUCCESS;
        };
        if (!(first == '{' ? get(value.get_object()) : get(value.get_array())))
            return fail(CellState::Malformed);
        m_column.set(m_row, trimmed(out));
        return true;
    }

    bool scalarText(ondemand::value &value, std::string_view token, char first)
    {
        bool boolean = false;
        double number = 0;
        const bool good = found(first) == CellState::FoundNumber
                              ? value.get_double().get(number) == simdjson::SUCCESS
                              : value.get_bool().get(boolean) == simdjson::SUCCESS;
        if (!good)
            return fail(CellState::Malformed);
        m_column.set(m_row, token);
        return true;
    }

    ColumnVector &m_column;
    std::size_t m_row;
    TextArena &m_arena;
};

} // namespace

struct PayloadReader::Impl {
    ondemand::parser parser;

    const WantedField *find(ondemand::field &field, const std::vector<WantedField> &wanted,
                            std::size_t guess) const
    {
        const char *raw = field.key().raw();
        if (guess < wanted.size() && keyIs(raw, wanted[guess].name))
            return &wanted[guess];
        for (const WantedField &one : wanted) {
            if (keyIs(raw, one.name))
                return &one;
        }
        if (!keyHasEscape(raw))
            return nullptr;
        std::string_view key;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS)
            return nullptr;
        for (const WantedField &one : wanted) {
            if (one.name == key)
                return &one;
        }
        return nullptr;
    }

    /// False when the JSON is broken. `left` counts what is still wanted of this object.
    bool readFields(ondemand::object object, const std::vector<WantedField> &wanted,
                    std::span<ColumnVector *const> columns, std::size_t row, TextArena &arena)
    {
        std::size_t left = wanted.size();
        std::size_t guess = 0;
        for (auto item : object) {
            ondemand::field field;
            if (std::move(item).get(field) != simdjson::SUCCESS)
                return false;
            const WantedField *one = find(field, wanted, guess);
            if (one == nullptr)
                continue;
            guess = static_cast<std::size_t>(one - wanted.data()) + 1;
            if (isSet(*one, columns, row))
                continue;
            if (!readField(field.value(), *one, columns, row, arena))
                return false;
            if (--left == 0)
                break;
        }
        return true;
    }

    bool readField(ondemand::value value, const WantedField &wanted,
                   std::span<ColumnVector *const> columns, std::size_t row, TextArena &arena)
    {
        if (wanted.inside.empty()) {
            ColumnVector &column = *columns[index(wanted)];
            const bool whole = CellReader(column, row, arena).read(value);
            if (column.state(row) == CellState::Null)
                column.setState(row, nullOf(wanted));
            return whole;
        }
        const std::string_view token = value.raw_json_token();
        if (token.empty())
            return false;
        ondemand::object object;
        if (token.front() != '{') {
            if (trimmed(token) == "null")
                fillNull(wanted, columns, row);
            else
                fill(wanted, columns, row, found(token.front()));
            return true;
        }
        if (value.get_object().get(object) != simdjson::SUCCESS ||
            !readFields(object, wanted.inside, columns, row, arena))
            return false;
        fillMissing(wanted.inside, columns, row);
        if (wanted.column < 0)
            return true;
        std::string_view raw;
        bool empty = false;
        if (object.reset().get(empty) != simdjson::SUCCESS ||
            object.raw_json().get(raw) != simdjson::SUCCESS)
            return false;
        columns[index(wanted)]->set(row, trimmed(raw));
        return true;
    }

    static std::size_t index(const WantedField &wanted)
    {
        return static_cast<std::size_t>(wanted.column);
    }

    static bool isSet(const WantedField &wanted, std::span<ColumnVector *const> columns,
                      std::size_t row)
    {
        if (wanted.column >= 0)
            return columns[index(wanted)]->state(row) != CellState::Unset;
        return isSet(wanted.inside.front(), columns, row);
    }

    static void fill(const WantedField &wanted, std::span<ColumnVector *const> columns,
                     std::size_t row, CellState state)
    {
        if (wanted.column >= 0)
            columns[index(wanted)]->setState(row, state);
        for (const WantedField &one : wanted.inside)
            fill(one, columns, row, state);
    }

    static CellState nullOf(const WantedField &wanted)
    {
        return wanted.nullable ? CellState::Null : CellState::FoundNull;
    }

    /// Nothing, or null, stands where `wanted` should.
    static void fillNull(const WantedField &wanted, std::span<ColumnVector *const> columns,
                         std::size_t row)
    {
        if (wanted.nullable)
            return fill(wanted, columns, row, CellState::Null);
        if (wanted.column >= 0)
            columns[index(wanted)]->setState(row, CellState::FoundNull);
        for (const WantedField &one : wanted.inside)
            fillNull(one, columns, row);
    }

    /// For what an object that was read to its end does not have.
    static void fillMissing(const std::vector<WantedField> &wanted,
                            std::span<ColumnVector *const> columns, std::size_t row)
    {
        for (const WantedField &one : wanted) {
            if (!isSet(one, columns, row))
                fillNull(one, columns, row);
        }
    }

    /// For what stands behind the place where the JSON is broken.
    static void fillUnset(const std::vector<WantedField> &wanted,
                          std::span<ColumnVector *const> columns, std::size_t row, CellState state)
    {
        for (const WantedField &one : wanted) {
            if (one.column >= 0 && columns[index(one)]->state(row) == CellState::Unset)
                columns[index(one)]->setState(row, state);
            fillUnset(one.inside, columns, row, state);
        }
    }

    simdjson::padded_string_view padded(std::string_view json) const
    {
        return simdjson::padded_string_view(json.data(), json.size(),
                                            json.size() + record::kArenaPadding);
    }
};

PayloadReader::PayloadReader()
    : m_impl(std::make_unique<Impl>())
{}

PayloadReader::~PayloadReader() = default;

void PayloadReader::readObject(std::string_view json, const std::vector<WantedField> &wanted,
                               std::span<ColumnVector *const> columns, std::size_t row,
                               TextArena &arena)
{
    for (const WantedField &one : wanted)
        Impl::fill(one, columns, row, CellState::Unset);
    ondemand::document document;
    ondemand::object object;
    if (m_impl->parser.iterate(m_impl->padded(json)).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS)
        Impl::fillUnset(wanted, columns, row, CellState::NotAnObject);
    else if (!m_impl->readFields(object, wanted, columns, row, arena))
        Impl::fillUnset(wanted, columns, row, CellState::Malformed);
    else
        Impl::fillMissing(wanted, columns, row);
}

void PayloadReader::readElement(std::string_view json, std::int64_t index, ColumnVector &column,
                                std::size_t row, TextArena &arena)
{
    column.setNull(row);
    ondemand::document document;
    ondemand::array array;
    if (m_impl->parser.iterate(m_impl->padded(json)).get(document) != simdjson::SUCCESS ||
        document.get_array().get(array) != simdjson::SUCCESS) {
        column.setState(row, CellState::Malformed);
        return;
    }
    std::int64_t at = 0;
    for (auto item : array) {
        ondemand::value value;
        if (std::move(item).get(value) != simdjson::SUCCESS) {
            column.setState(row, CellState::Malformed);
            return;
        }
        if (++at == index) {
            CellReader(column, row, arena).read(value);
            return;
        }
    }
}

PayloadReader::PathOutcome PayloadReader::readPath(std::string_view json, const JsonPath &path,
                                                   bool nested, ColumnVector &column,
                                                   std::size_t row, TextArena &arena)
{
    column.setNull(row);
    ondemand::document document;
    ondemand::value value;
    if (m_impl->parser.iterate(m_impl->padded(json)).get(document) != simdjson::SUCCESS)
        return PathOutcome::BadJson;
    if (document.get_value().get(value) != simdjson::SUCCESS) {
        // simdjson has no value for a document that is a scalar: it is read as the one element of
        // an array around it. No step leads into one.
        bool scalar = false;
        if (document.is_scalar().get(scalar) != simdjson::SUCCESS || !scalar)
            return PathOutcome::BadJson;
        if (!path.steps.empty())
            return PathOutcome::Missing;
        const std::string_view inArray = arena.copy('[' + std::string(json) + ']');
        return readPath(inArray, {path.strict, {{{}, 0}}}, nested, column, row, arena);
    }
    for (const JsonStep &step : path.steps) {
        simdjson::error_code error = simdjson::SUCCESS;
        ondemand::value next;
        if (step.element < 0) {
            ondemand::object object;
            error = value.get_object().get(object);
            if (error == simdjson::SUCCESS)
                error = findField(object, step.field, next);
        } else {
            ondemand::array array;
            error = value.get_array().get(array);
            if (error == simdjson::SUCCESS)
                error = array.at(static_cast<std::size_t>(step.element)).get(next);
        }
        if (error == simdjson::NO_SUCH_FIELD || error == simdjson::INDEX_OUT_OF_BOUNDS ||
            error == simdjson::INCORRECT_TYPE)
            return PathOutcome::Missing;
        if (error != simdjson::SUCCESS)
            return PathOutcome::BadJson;
        value = next;
    }
    const std::string_view token = value.raw_json_token();
    const bool isNested = token.starts_with('{') || token.starts_with('[');
    if (isNested && !nested)
        return PathOutcome::NotScalar;
    if (!isNested && nested) { // JSON_QUERY of a scalar: its JSON text
        column.set(row, trimmed(token));
        return PathOutcome::Found;
    }
    CellReader(column, row, arena).read(value);
    const CellState state = column.state(row);
    if (state <= CellState::Null)
        return PathOutcome::Found;
    column.setNull(row);
    return state == CellState::Malformed ? PathOutcome::BadJson : PathOutcome::BadType;
}

std::int64_t PayloadReader::arraySize(std::string_view json)
{
    ondemand::document document;
    ondemand::array array;
    std::size_t count = 0;
    if (m_impl->parser.iterate(m_impl->padded(json)).get(document) != simdjson::SUCCESS ||
        document.get_array().get(array) != simdjson::SUCCESS ||
        array.count_elements().get(count) != simdjson::SUCCESS)
        return -1;
    return static_cast<std::int64_t>(count);
}

std::string cellErrorText(std::string_view field, const DataType &type, CellState state)
{
    if (state == CellState::NotAnObject)
        return "the payload is not a JSON object";
    std::string out = "field " + record::quotedName(field) + ": expected " + type.toString() +
                      (state == CellState::FoundNull ? " NOT NULL, found " : ", found ");
    switch (state) {
    case CellState::FoundNull:
        return out + "NULL";
    case CellState::FoundString:
        return out + "string";
    case CellState::FoundNumber:
        return out + "number";
    case CellState::FoundBoolean:
        return out + "boolean";
    case CellState::FoundObject:
        return out + "object";
    case CellState::FoundArray:
        return out + "array";
    case CellState::OutOfRange:
        return out + "a number that does not fit";
    case CellState::BadText:
        return out + "a string that is no such value";
    default:
        return out + "malformed JSON";
    }
}

} // namespace millrace::sql
