// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/sql/functions/function.h"
#include "core/sql/token.h"

#include <optional>

namespace millrace::sql {
namespace {

using Text = std::string_view;
using Outcome = PayloadReader::PathOutcome;

struct JsonData {
    std::optional<JsonPath> path; ///< of a constant path
    JsonWrapper wrapper = JsonWrapper::None;
    JsonFallback onEmpty = JsonFallback::Null;
    JsonFallback onError = JsonFallback::Null;
    Value emptyDefault;
    Value errorDefault;
};

/// What is said of a path that is none, or none that is understood here.
std::string pathProblem(Text path)
{
    std::string out =
        '\'' + shortened(path) + "' is not a path of names and indexes such as '$.a.b[0]'";
    return path.find_first_of("*?@(") != Text::npos || path.find("..") != Text::npos
               ? out + "; *, .. and ?(…), which lead to several values, are not understood"
               : out;
}

/// As JSON has it, for a call that returns a text.
std::optional<Value> defaultText(const Value &value)
{
    if (value.boolean() != nullptr)
        return Value(std::string(*value.boolean() ? "true" : "false"));
    if (value.integer() != nullptr)
        return Value(std::to_string(*value.integer()));
    if (value.decimal() != nullptr)
        return Value(record::decimalText(*value.decimal()));
    if (value.real() != nullptr)
        return Value(record::doubleText(*value.real()));
    return {};
}

/// A default must be a literal of the type that the call returns, or one that becomes it.
std::optional<Value> defaultOf(const ExpressionPtr &expression, const DataType &type)
{
    if (!expression)
        return Value();
    if (expression->kind != ExpressionKind::Literal)
        return {};
    const DataType &given = expression->type;
    if (given.is(TypeKind::Null) || given == type ||
        (given.is(TypeKind::Int) && type.is(TypeKind::BigInt)))
        return expression->value;
    if (type.is(TypeKind::String))
        return given.isTime() ? std::nullopt : defaultText(expression->value);
    if (type.is(TypeKind::Double) && expression->value.integer() != nullptr)
        return Value(static_cast<double>(*expression->value.integer()));
    if (type.is(TypeKind::Double) && expression->value.decimal() != nullptr)
        return Value(record::toDouble(*expression->value.decimal()));
    return {};
}

Prepared prepareJson(std::span<const NodePtr> arguments, const Expression &call)
{
    auto data = std::make_shared<JsonData>();
    const Value *path = arguments[1]->constant();
    if (path != nullptr && path->text() != nullptr) {
        data->path = parseJsonPath(*path->text());
        if (!data->path)
            return {nullptr, pathProblem(*path->text()), {}};
    }
    if (!call.json)
        return {std::move(data), {}, {}};
    const DataType &type = call.json->returning;
    if (equalsIgnoreCase(call.text, "JSON_QUERY") && !type.is(TypeKind::String))
        return {nullptr, "RETURNING takes STRING only", {}};
    if (storageOf(type) == Storage::Decimal || type.isTime() || type.isNested() ||
        type.is(TypeKind::Bytes))
        return {nullptr, "RETURNING takes STRING, BOOLEAN, INT, BIGINT or DOUBLE", {}};
    data->wrapper = call.json->wrapper;
    data->onEmpty = call.json->onEmpty;
    data->onError = call.json->onError;
    auto emptyDefault = defaultOf(call.json->emptyDefault, type);
    auto errorDefault = defaultOf(call.json->errorDefault, type);
    if (!emptyDefault || !errorDefault)
        return {nullptr, "the DEFAULT must be a literal of type " + type.toString(), {}};
    data->emptyDefault = *std::move(emptyDefault);
    data->errorDefault = *std::move(errorDefault);
    return {std::move(data), {}, type};
}

/// What stands in the place of a value that is not there, or wrong.
void fallBack(const KernelCall &call, std::uint32_t row, JsonFallback fallback, const Value &value,
              Text what)
{
    switch (fallback) {
    case JsonFallback::Null:
        call.out.setNull(row);
        return;
    case JsonFallback::Error:
        call.out.setNull(row);
        call.context.fail(row, std::string(what));
        return;
    case JsonFallback::EmptyArray:
        call.out.set(row, Text("[]"));
        return;
    case JsonFallback::EmptyObject:
        call.out.set(row, Text("{}"));
        return;
    case JsonFallback::Default:
        break;
    }
    call.out.setNull(row);
    if (value.boolean() != nullptr)
        call.out.set(row, *value.boolean());
    else if (value.integer() != nullptr)
        call.out.set(row, *value.integer());
    else if (value.real() != nullptr)
        call.out.set(row, *value.real());
    else if (value.text() != nullptr)
        call.out.set(row, call.context.arena().copy(*value.text()));
}

/// Calls `use(row, path)` for each row that has a text and a path; the others become NULL.
template <class F>
void forPaths(const KernelCall &call, F &&use)
{
    const auto &data = *static_cast<const JsonData *>(call.data);
    for (const std::uint32_t row : call.rows) {
        call.out.setNull(row);
        if (call.arguments[0]->isNull(row) || call.arguments[1]->isNull(row) ||
            call.context.refuses(row))
            continue;
        if (data.path) {
            use(row, *data.path);
        } else if (const auto path = parseJsonPath(call.arguments[1]->asText(row))) {
            use(row, *path);
        } else {
            call.context.fail(row, pathProblem(call.arguments[1]->asText(row)));
        }
    }
}

Outcome readPath(const KernelCall &call, std::uint32_t row, const JsonPath &path, bool nested)
{
    return call.context.values().readPath(call.arguments[0]->asText(row), path, nested, call.out,
                                          row, call.context.arena());
}

/// [Flink, SqlJsonUtils.jsonValue: what is no scalar is nothing to a lax path, and so is null; to a
/// strict one both are errors]
void jsonValue(const KernelCall &call)
{
    const auto &data = *static_cast<const JsonData *>(call.data);
    forPaths(call, [&](std::uint32_t row, const JsonPath &path) {
        const Outcome outcome = readPath(call, row, path, false);
        if (outcome == Outcome::Found && !call.out.isNull(row))
            return;
        if (!path.strict && outcome != Outcome::BadType)
            fallBack(call, row, data.onEmpty, data.emptyDefault,
                     "JSON_VALUE: nothing stands at the path");
        else
            fallBack(call, row, data.onError, data.errorDefault,
                     "JSON_VALUE: the value at the path is no such scalar");
    });
}

/// [Flink, SqlJsonUtils.jsonQuery: likewise, of scalars that no wrapper makes an array of]
void jsonQuery(const KernelCall &call)
{
    const auto &data = *static_cast<const JsonData *>(call.data);
    forPaths(call, [&](std::uint32_t row, const JsonPath &path) {
        const Outcome outcome = readPath(call, row, path, true);
        const Text found = outcome == Outcome::Found ? call.out.asText(row) : Text("null");
        const bool array = found.starts_with('[');
        const bool wrapped = data.wrapper == JsonWrapper::Always ||
                             (data.wrapper == JsonWrapper::Conditional && !array);
        if (found != "null" && wrapped)
            call.out.set(row, call.context.arena().copy('[' + std::string(found) + ']'));
        else if (array || found.starts_with('{'))
            return;
        else if (!path.strict)
            fallBack(call, row, data.onEmpty, {}, "JSON_QUERY: nothing stands at the path");
        else
            fallBack(call, row, data.onError, {},
                     "JSON_QUERY: no object or array stands at the path");
    });
}

/// [Flink, SqlJsonUtils.jsonExists: null is nothing]
void jsonExists(const KernelCall &call)
{
    const auto &data = *static_cast<const JsonData *>(call.data);
    forPaths(call, [&](std::uint32_t row, const JsonPath &path) {
        ColumnVector &cell = call.context.jsonCell();
        cell.reset(TypeKind::String, 1);
        const Outcome outcome = call.context.values().readPath(call.arguments[0]->asText(row), path,
                                                               true, cell, 0, call.context.arena());
        const bool exists = outcome == Outcome::Found && cell.asText(0) != "null";
        if (exists || !path.strict)
            call.out.set(row, exists);
        else
            fallBack(call, row, data.onError, data.errorDefault,
                     "JSON_EXISTS: the path leads nowhere, or the text is no JSON");
    });
}

void cardinality(const KernelCall &call)
{
    for (const std::uint32_t row : call.rows) {
        call.out.setNull(row);
        if (call.arguments[0]->isNull(row))
            continue;
        const std::int64_t size = call.context.values().arraySize(call.arguments[0]->asText(row));
        if (size >= 0)
            call.out.set(row, size);
        else
            call.context.fail(row, "CARDINALITY: malformed JSON");
    }
}

} // namespace

std::span<const Function> jsonFunctions()
{
    constexpr FunctionGroup kJson = FunctionGroup::Json;
    static const std::vector<Function> table{
        {"CARDINALITY",
         kJson,
         "The number of elements of an array",
         {{"ARRAY -> INT", cardinality}}},
        {"JSON_EXISTS",
         kJson,
         "JSON_EXISTS(text, path [TRUE|FALSE|UNKNOWN|ERROR ON ERROR]): whether something stands "
         "there",
         {{"STRING, STRING -> BOOLEAN", jsonExists, prepareJson}}},
        {"JSON_QUERY",
         kJson,
         "JSON_QUERY(text, path [RETURNING STRING] [WITHOUT|WITH CONDITIONAL|WITH UNCONDITIONAL "
         "[ARRAY] WRAPPER] [NULL|ERROR|EMPTY ARRAY|EMPTY OBJECT ON EMPTY] [… ON ERROR]): the "
         "object or array at the path, as JSON; what is nothing to a 'lax $.…' path is an error to "
         "any other",
         {{"STRING, STRING -> STRING", jsonQuery, prepareJson}}},
        {"JSON_VALUE",
         kJson,
         "JSON_VALUE(text, path [RETURNING STRING|BOOLEAN|INT|BIGINT|DOUBLE] [NULL|ERROR|DEFAULT "
         "literal ON EMPTY] [… ON ERROR]): the scalar at the path; what is nothing to a 'lax $.…' "
         "path is an error to any other",
         {{"STRING, STRING -> STRING", jsonValue, prepareJson}}},
    };
    return table;
}

} // namespace millrace::sql
