// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/binder.h"

#include "core/base/problem_codes.h"
#include "core/sql/kernels.h"
#include "core/sql/like.h"
#include "core/sql/nearest_name.h"
#include "core/sql/token.h"
#include "core/sql/typing.h"

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::sql {
namespace {

struct MetadataColumn {
    std::string_view name;
    Metadata column;
    TypeKind type;
};

constexpr std::array kMetadata{
    MetadataColumn{"shard", Metadata::Shard, TypeKind::Int},
    MetadataColumn{"partition_key", Metadata::PartitionKey, TypeKind::String},
    MetadataColumn{"arrival_time", Metadata::ArrivalTime, TypeKind::TimestampLtz},
    MetadataColumn{"sequence_number", Metadata::SequenceNumber, TypeKind::String},
    MetadataColumn{"ordinal", Metadata::Ordinal, TypeKind::BigInt},
    MetadataColumn{"data", Metadata::Data, TypeKind::String},
};
constexpr std::string_view kRecord = "record";

/// What a table of records has at its head, and what of these the language calls otherwise.
constexpr std::array kHeads{
    std::pair{"key", "partition_key"},
    std::pair{"partitionkey", "partition_key"},
    std::pair{"arrival", "arrival_time"},
    std::pair{"sequence", "sequence_number"},
    std::pair{"sequencenumber", "sequence_number"},
    std::pair{"data", "data"},
    std::pair{"payload", "data"},
};

/// One row of nothing, for folding constants.
const record::RecordBatch &emptyRow()
{
    static const record::BatchPtr batch = [] {
        record::RecordBatchBuilder builder;
        builder.append({"{}", ""});
        return builder.finish();
    }();
    return *batch;
}

} // namespace

Binder::Binder(const record::Schema &schema)
    : m_schema(schema)
    , m_program(std::make_shared<Program>())
{}

void Binder::report(Code code, const SourceSpan &span, std::vector<Problem::Argument> arguments)
{
    m_problems.add(span, code, std::move(arguments));
}

void Binder::typeProblem(const SourceSpan &span, std::string what)
{
    report(Code::SqlType, span, {{"what", std::move(what)}});
}

std::shared_ptr<const Program> Binder::finish(std::vector<NodePtr> roots)
{
    m_program->roots = std::move(roots);
    return m_program;
}

NodePtr Binder::literal(DataType type, Value value)
{
    return std::make_shared<LiteralNode>(std::move(type), newSlot(), std::move(value));
}

NodePtr Binder::call(DataType type, Kernel kernel, std::vector<NodePtr> arguments,
                     std::shared_ptr<const void> data, bool constant)
{
    const bool fold = constant && !arguments.empty() &&
                      std::all_of(arguments.begin(), arguments.end(),
                                  [](const NodePtr &node) { return node->constant() != nullptr; });
    auto node = std::make_shared<CallNode>(std::move(type), newSlot(), kernel, std::move(arguments),
                                           std::move(data));
    if (!fold)
        return node;
    if (!m_folding)
        m_folding = std::make_unique<EvaluationContext>();
    EvaluationContext &context = *m_folding;
    const std::uint32_t row = 0;
    context.begin(emptyRow(), std::span(&row, 1), m_program->slotCount);
    const ColumnVector &result = node->evaluate(context, context.everyPosition());
    // What fails stays as it is: the row error comes if and when a row gets there.
    if (context.failed(0))
        return node;
    // A literal is kept, twice: a short expression could fill the memory with long ones.
    constexpr std::size_t kLongestFolded = 64U << 10U;
    if (storageOf(node->type()) == Storage::Text && !result.isNull(0) &&
        result.asText(0).size() > kLongestFolded)
        return node;
    return literal(node->type(), result.valueAt(0));
}

NodePtr Binder::convert(NodePtr node, const DataType &type)
{
    if (!node || node->type() == type)
        return node;
    // INT is held as BIGINT is, one kind of timestamp as the other.
    const Kernel kernel = castKernel(node->type(), type, false);
    if (kernel == nullptr)
        return nullptr;
    return call(type, kernel, {std::move(node)});
}

void Binder::mixedTypes(const DataType &a, const DataType &b, const SourceSpan &span,
                        std::string_view what)
{
    typeProblem(span, std::string(what) + " cannot take " + a.toString() + " and " + b.toString() +
                          " together; use CAST");
}

bool Binder::unifyOperands(std::vector<NodePtr> &nodes, const SourceSpan &span,
                           std::string_view what)
{
    DataType common = TypeKind::Null;
    for (const NodePtr &node : nodes) {
        const auto next = commonType(common, node->type());
        if (next) {
            common = *next;
            continue;
        }
        // A text beside a time is read as one, as Flink does.
        if (common.isTime() && node->type().is(TypeKind::String))
            continue;
        if (common.is(TypeKind::String) && node->type().isTime()) {
            common = node->type();
            continue;
        }
        mixedTypes(common, node->type(), span, what);
        return false;
    }
    for (NodePtr &node : nodes) {
        const DataType own = asDecimalType(node->type());
        const bool exact = common.is(TypeKind::Decimal) && own.is(TypeKind::Decimal);
        node = convert(std::move(node), exact ? own : common);
        if (!node)
            return false;
    }
    return true;
}

bool Binder::unifyResults(std::vector<NodePtr> &nodes, const SourceSpan &span,
                          std::string_view what)
{
    DataType common = TypeKind::Null;
    for (const NodePtr &node : nodes) {
        const auto next = commonType(common, node->type());
        if (!next) {
            mixedTypes(common, node->type(), span, what);
            return false;
        }
        common = *next;
    }
    for (NodePtr &node : nodes) {
        node = convert(std::move(node), common);
        if (!node)
            return false;
    }
    return true;
}

std::string Binder::columnHint(std::string_view name) const
{
    for (const auto &[head, column] : kHeads) {
        if (equalsIgnoreCase(name, head))
            return "; did you mean record." + std::string(column) + '?';
    }
    std::vector<std::string_view> names;
    for (const record::Field &field : m_schema.fields)
        names.push_back(field.name);
    for (const MetadataColumn &column : kMetadata)
        names.push_back(column.name);
    if (const std::string_view near = nearestName(name, names); !near.empty())
        return "; did you mean " + record::quotedName(near) + '?';
    if (m_schema.fields.empty())
        return "; no record of the stream was a JSON object so far, which would give it columns";
    constexpr std::size_t kShown = 8;
    std::string out = "; there are ";
    for (std::size_t i = 0; i < std::min(kShown, m_schema.fields.size()); ++i)
        out += (i == 0 ? "" : ", ") + record::quotedName(m_schema.fields[i].name);
    return out + (m_schema.fields.size() > kShown ? ", …" : "");
}

NodePtr Binder::bindMetadata(std::string_view name)
{
    for (const MetadataColumn &column : kMetadata) {
        if (column.name == name)
            return std::make_shared<MetadataNode>(column.type, newSlot(), column.column);
    }
    return nullptr;
}

WantedField &Binder::wanted(std::vector<WantedField> &level, const record::Field &field)
{
    const auto found = std::find_if(level.begin(), level.end(),
                                    [&](const WantedField &one) { return one.name == field.name; });
    if (found != level.end())
        return *found;
    return level.emplace_back(WantedField{field.name, -1, {}, {}, field.nullable});
}

/// The column of a field of this level, added when it is not wanted yet.
NodePtr Binder::column(std::vector<WantedField> &level, const record::Field &field,
                       const std::string &shown)
{
    WantedField &found = wanted(level, field);
    if (found.column < 0) {
        found.column = static_cast<int>(m_program->columns.size());
        found.type = field.type;
        m_program->columns.push_back({field.type, newSlot()});
    }
    const Program::Column &column = m_program->columns[static_cast<std::size_t>(found.column)];
    return std::make_shared<ColumnNode>(column.type, column.slot, shown);
}

NodePtr Binder::bindField(const record::Field &field)
{
    return column(m_program->wanted, field, field.name);
}

NodePtr Binder::bindPath(const std::vector<std::string> &path, const Expression &expression)
{
    if (path.size() == 2 && path.front() == kRecord) {
        if (NodePtr node = bindMetadata(path.back()))
            return node;
    }
    const record::Field *field = m_schema.find(path.front());
    if (field == nullptr) {
        if (path.size() == 1 && path.front() != "data") {
            if (NodePtr node = bindMetadata(path.front()))
                return node;
        }
        const bool isRecord = path.size() > 1 && path.front() == kRecord;
        report(Code::SqlUnknownColumn, expression.operation,
               {{"name", record::quotedName(isRecord ? path.back() : path.front())},
                {"hint", isRecord ? "; record has shard, partition_key, arrival_time, "
                                    "sequence_number, ordinal and data"
                                  : columnHint(path.front())}});
        return nullptr;
    }
    std::vector<WantedField> *level = &m_program->wanted;
    std::string shown = path.front();
    for (std::size_t i = 1; i < path.size(); ++i) {
        if (!field->type.is(TypeKind::Row)) {
            typeProblem(expression.operation,
                        record::quotedName(shown) + " is " + field->type.toString() +
                            " and has no fields" +
                            (field->type.is(TypeKind::String) ? "; use JSON_VALUE" : ""));
            return nullptr;
        }
        const auto &children = field->type.children;
        const auto next = std::find_if(children.begin(), children.end(),
                                       [&](const auto &child) { return child.name == path[i]; });
        if (next == children.end()) {
            std::vector<std::string_view> names;
            for (const record::Field &child : children)
                names.push_back(child.name);
            const std::string_view near = nearestName(path[i], names);
            report(Code::SqlUnknownColumn, expression.operation,
                   {{"name", record::quotedName(path[i]) + " in " + record::quotedName(shown)},
                    {"hint", near.empty() ? "" : "; did you mean " + std::string(near) + '?'}});
            return nullptr;
        }
        level = &wanted(*level, *field).inside;
        field = &*next;
        shown += '.' + path[i];
    }
    return column(*level, *field, shown);
}

NodePtr Binder::bindName(const Expression &expression)
{
    return bindPath({expression.text}, expression);
}

NodePtr Binder::bindFieldAccess(const Expression &expression)
{
    std::vector<std::string> path{expression.text};
    const Expression *base = expression.children.front().get();
    for (; base->kind == ExpressionKind::Operator && base->op == Operator::Field;
         base = base->children.front().get())
        path.push_back(base->text);
    if (base->kind == ExpressionKind::Name) {
        path.push_back(base->text);
        std::reverse(path.begin(), path.end());
        return bindPath(path, path.size() == 1 || m_schema.find(path.front()) != nullptr ||
                                      path.front() == kRecord
                                  ? expression
                                  : *base);
    }
    NodePtr node = bind(*expression.children.front());
    if (!node)
        return nullptr;
    if (!node->type().is(TypeKind::Row)) {
        typeProblem(expression.operation, "a value of type " + node->type().toString() +
                                              " has no field " +
                                              record::quotedName(expression.text));
        return nullptr;
    }
    for (const record::Field &field : node->type().children) {
        if (field.name == expression.text)
            return std::make_shared<FieldNode>(field.type, newSlot(), std::move(node), field.name);
    }
    report(Code::SqlUnknownColumn, expression.operation,
           {{"name", record::quotedName(expression.text)},
            {"hint", " in " + node->type().toString()}});
    return nullptr;
}

NodePtr Binder::bindElement(const Expression &expression)
{
    NodePtr base = bind(*expression.children[0]);
    NodePtr index = bind(*expression.children[1]);
    if (!base || !index)
        return nullptr;
    if (!base->type().is(TypeKind::Array)) {
        typeProblem(expression.operation, base->type().toString() + " is not an array");
        return nullptr;
    }
    if (!index->type().isInteger()) {
        typeProblem(expression.children[1]->span,
                    "an array index must be INT, not " + index->type().toString());
        return nullptr;
    }
    const DataType element = base->type().element();
    return std::make_shared<ElementNode>(element, newSlot(), std::move(base), std::move(index));
}

NodePtr Binder::bind(const Expression &expression)
{
    switch (expression.kind) {
    case ExpressionKind::Invalid:
        return nullptr;
    case ExpressionKind::Literal:
        return literal(expression.type, expression.value);
    case ExpressionKind::Name:
        return bindName(expression);
    case ExpressionKind::Keyword:
        return literal(TypeKind::String, Value(expression.text));
    case ExpressionKind::Star:
        typeProblem(expression.span, "* can only stand alone in a select list");
        return nullptr;
    case ExpressionKind::Operator:
        return bindOperator(expression);
    case ExpressionKind::Call:
        return bindCall(expression);
    case ExpressionKind::Case:
        return bindCase(expression);
    case ExpressionKind::Cast:
        return bindCast(expression);
    }
    return nullptr;
}

} // namespace millrace::sql
