// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/sql/binder.h"
#include "core/sql/parser.h"

#include <algorithm>

namespace millrace::sql {
namespace {

/// The problems of the parser and of the binder, in the order of the text.
std::vector<Problem> joined(ProblemList parsed, ProblemList bound)
{
    parsed.append(std::move(bound));
    return parsed.take();
}

BindResult<BoundExpression> bindOne(std::string_view text, const record::Schema &schema,
                                    bool filter)
{
    ParsedExpression parsed = parseExpression(text);
    Binder binder(schema);
    NodePtr root = filter ? binder.bindBoolean(*parsed.expression, "a filter")
                          : binder.bind(*parsed.expression);
    BindResult<BoundExpression> out;
    out.problems = joined(std::move(parsed.problems), binder.takeProblems());
    if (out.problems.empty() && root)
        out.value = std::make_shared<const BoundExpression>(std::string(text),
                                                            binder.finish({std::move(root)}));
    return out;
}

std::string nameOf(const SelectItem &item, std::size_t index)
{
    if (!item.alias.empty())
        return item.alias;
    const Expression &expression = *item.expression;
    if (expression.kind == ExpressionKind::Name ||
        (expression.kind == ExpressionKind::Operator && expression.op == Operator::Field))
        return expression.text;
    return "EXPR$" + std::to_string(index);
}

} // namespace

BindResult<BoundExpression> bindExpression(std::string_view text, const record::Schema &schema)
{
    return bindOne(text, schema, false);
}

BindResult<BoundExpression> bindFilter(std::string_view text, const record::Schema &schema)
{
    return bindOne(text, schema, true);
}

BindResult<SelectList> bindSelect(std::string_view text, const record::Schema &schema)
{
    ParsedSelectList parsed = parseSelectList(text);
    Binder binder(schema);
    record::Schema output;
    std::vector<NodePtr> roots;
    const auto add = [&](std::string name, NodePtr node, const SourceSpan &span) {
        if (output.find(name) != nullptr) {
            binder.report(Code::SqlDuplicateName, span, {{"name", record::quotedName(name)}});
            return;
        }
        const DataType type = node->type();
        if (type.is(TypeKind::DayInterval) || type.is(TypeKind::MonthInterval)) {
            binder.typeProblem(span, "an interval cannot be a column; use TIMESTAMPDIFF or CAST");
            return;
        }
        output.fields.push_back(
            {std::move(name), type.is(TypeKind::Null) ? TypeKind::String : type, true});
        roots.push_back(std::move(node));
    };
    for (std::size_t i = 0; i < parsed.items.size(); ++i) {
        const SelectItem &item = parsed.items[i];
        const SourceSpan &span = item.alias.empty() ? item.expression->span : item.aliasSpan;
        if (item.expression->kind == ExpressionKind::Star) {
            for (const record::Field &field : schema.fields)
                add(field.name, binder.bindField(field), span);
        } else if (NodePtr node = binder.bind(*item.expression)) {
            add(nameOf(item, i), std::move(node), span);
        }
    }
    BindResult<SelectList> out;
    out.problems = joined(std::move(parsed.problems), binder.takeProblems());
    if (out.problems.empty() && !roots.empty())
        out.value =
            std::make_shared<const SelectList>(std::move(output), binder.finish(std::move(roots)));
    return out;
}

std::shared_ptr<const SelectList> bindColumns(const record::Schema &schema)
{
    Binder binder(schema);
    std::vector<NodePtr> roots;
    for (const record::Field &field : schema.fields)
        roots.push_back(binder.bindField(field));
    return std::make_shared<const SelectList>(schema, binder.finish(std::move(roots)));
}

} // namespace millrace::sql
