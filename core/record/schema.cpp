// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/schema.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace millrace::record {
namespace {

std::string fieldText(const Field &field)
{
    return quotedName(field.name) + ' ' + field.type.toString() +
           (field.nullable ? "" : " NOT NULL");
}

std::string joinFields(const std::vector<Field> &fields)
{
    std::string out;
    for (const Field &field : fields)
        out += (out.empty() ? "" : ", ") + fieldText(field);
    return out;
}

constexpr int kSchemaVersion = 1;

} // namespace

DataType DataType::decimal(int precision, int scale)
{
    DataType out(TypeKind::Decimal);
    out.precision = precision;
    out.scale = scale;
    return out;
}

DataType DataType::row(std::vector<Field> fields)
{
    DataType out(TypeKind::Row);
    out.children = std::move(fields);
    return out;
}

DataType DataType::array(DataType element)
{
    DataType out(TypeKind::Array);
    out.children.push_back({{}, std::move(element), true});
    return out;
}

const DataType &DataType::element() const
{
    MILLRACE_ASSERT(kind == TypeKind::Array && children.size() == 1);
    return children.front().type;
}

bool operator==(const DataType &a, const DataType &b)
{
    return a.kind == b.kind && a.precision == b.precision && a.scale == b.scale &&
           a.children == b.children;
}

std::string DataType::toString() const
{
    switch (kind) {
    case TypeKind::Boolean:
        return "BOOLEAN";
    case TypeKind::Int:
        return "INT";
    case TypeKind::BigInt:
        return "BIGINT";
    case TypeKind::Double:
        return "DOUBLE";
    case TypeKind::Decimal:
        return "DECIMAL(" + std::to_string(precision) + ", " + std::to_string(scale) + ')';
    case TypeKind::String:
        return "STRING";
    case TypeKind::Bytes:
        return "BYTES";
    case TypeKind::Timestamp:
        return "TIMESTAMP(3)";
    case TypeKind::TimestampLtz:
        return "TIMESTAMP_LTZ(3)";
    case TypeKind::Date:
        return "DATE";
    case TypeKind::Row:
        return "ROW<" + joinFields(children) + '>';
    case TypeKind::Array:
        return "ARRAY<" + element().toString() + (children.front().nullable ? "" : " NOT NULL") +
               '>';
    case TypeKind::Null:
        return "NULL";
    case TypeKind::DayInterval:
        return "INTERVAL DAY TO SECOND";
    case TypeKind::MonthInterval:
        return "INTERVAL YEAR TO MONTH";
    }
    return "?";
}

std::size_t Schema::indexOf(std::string_view name) const
{
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field &field) { return field.name == name; });
    return static_cast<std::size_t>(found - fields.begin());
}

const Field *Schema::find(std::string_view name) const
{
    const std::size_t at = indexOf(name);
    return at < fields.size() ? &fields[at] : nullptr;
}

std::string Schema::toString() const
{
    return joinFields(fields);
}

std::string Schema::toJson() const
{
    nlohmann::ordered_json out;
    out["version"] = kSchemaVersion;
    out["fields"] = nlohmann::ordered_json::array();
    for (const Field &field : fields) {
        nlohmann::ordered_json item;
        item["name"] = field.name;
        item["type"] = field.type.toString();
        item["nullable"] = field.nullable;
        out["fields"].push_back(std::move(item));
    }
    return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<Schema> schemaFromJson(std::string_view json)
{
    const auto corrupt = [](std::string reason) {
        return Problem(Code::Corrupt, {{"what", "a schema"}, {"reason", std::move(reason)}});
    };
    const auto root = nlohmann::json::parse(json, nullptr, false);
    if (!root.is_object() || !root.contains("version") || !root["version"].is_number_integer())
        return corrupt("it is not a JSON object with a version");
    const auto version = root["version"].get<std::int64_t>();
    if (version > kSchemaVersion)
        return Problem(Code::NewerFormat, {{"what", "A schema"},
                                           {"found", std::to_string(version)},
                                           {"known", std::to_string(kSchemaVersion)}});
    if (!root.contains("fields") || !root["fields"].is_array())
        return corrupt("it has no fields");
    Schema schema;
    for (const auto &item : root["fields"]) {
        if (!item.is_object() || !item.contains("name") || !item["name"].is_string() ||
            !item.contains("type") || !item["type"].is_string())
            return corrupt("a field has no name or no type");
        auto type = parseType(item["type"].get<std::string>());
        if (!type)
            return corrupt(type.error().text());
        const bool nullable = !item.contains("nullable") || !item["nullable"].is_boolean() ||
                              item["nullable"].get<bool>();
        schema.fields.push_back({item["name"].get<std::string>(), *std::move(type), nullable});
    }
    return schema;
}

} // namespace millrace::record
