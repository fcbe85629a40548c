// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sql/binder.h"
#include "core/sql/kernels.h"
#include "core/sql/like.h"
#include "core/sql/similar.h"
#include "core/sql/typing.h"
#include "core/sql/utf8.h"

#include <algorithm>

namespace millrace::sql {
namespace {

std::string_view operatorName(Operator op)
{
    switch (op) {
    case Operator::Or:
        return "OR";
    case Operator::And:
        return "AND";
    case Operator::Not:
        return "NOT";
    case Operator::Equal:
        return "=";
    case Operator::NotEqual:
        return "<>";
    case Operator::Less:
        return "<";
    case Operator::LessEqual:
        return "<=";
    case Operator::Greater:
        return ">";
    case Operator::GreaterEqual:
        return ">=";
    case Operator::Add:
        return "+";
    case Operator::Subtract:
    case Operator::Negate:
        return "-";
    case Operator::Multiply:
        return "*";
    case Operator::Divide:
        return "/";
    case Operator::Modulo:
        return "%";
    case Operator::Concat:
        return "||";
    case Operator::Like:
        return "LIKE";
    case Operator::Similar:
        return "SIMILAR TO";
    case Operator::In:
        return "IN";
    case Operator::Between:
    case Operator::BetweenSymmetric:
        return "BETWEEN";
    default:
        return "IS";
    }
}

bool isInterval(const DataType &type)
{
    return type.is(TypeKind::DayInterval) || type.is(TypeKind::MonthInterval);
}

bool isComparable(const DataType &type)
{
    return !type.isNested();
}

} // namespace

NodePtr Binder::bindBoolean(const Expression &expression, std::string_view what)
{
    NodePtr node = bind(expression);
    if (!node || node->type().is(TypeKind::Boolean))
        return node;
    if (node->type().is(TypeKind::Null))
        return literal(TypeKind::Boolean, Value());
    typeProblem(expression.span, std::string(what) + " needs a condition (BOOLEAN), this is " +
                                     node->type().toString());
    return nullptr;
}

NodePtr Binder::bindOperator(const Expression &expression)
{
    switch (expression.op) {
    case Operator::And:
    case Operator::Or:
        return bindLogic(expression);
    case Operator::Field:
        return bindFieldAccess(expression);
    case Operator::Element:
        return bindElement(expression);
    case Operator::Like:
    case Operator::Similar:
        return bindPattern(expression);
    case Operator::Add:
    case Operator::Subtract:
    case Operator::Multiply:
    case Operator::Divide:
    case Operator::Modulo:
        return bindArithmetic(expression);
    case Operator::Not:
    case Operator::IsTrue:
    case Operator::IsFalse:
    case Operator::IsUnknown: {
        NodePtr node = bindBoolean(*expression.children.front(), operatorName(expression.op));
        if (!node)
            return nullptr;
        const Kernel kernel = expression.op == Operator::Not       ? notKernel()
                              : expression.op == Operator::IsTrue  ? isTruthKernel(true)
                              : expression.op == Operator::IsFalse ? isTruthKernel(false)
                                                                   : isNullKernel();
        return call(TypeKind::Boolean, kernel, {std::move(node)});
    }
    case Operator::IsNull: {
        NodePtr node = bind(*expression.children.front());
        return node ? call(TypeKind::Boolean, isNullKernel(), {std::move(node)}) : nullptr;
    }
    case Operator::Negate: {
        NodePtr node = bind(*expression.children.front());
        if (!node)
            return nullptr;
        if (!node->type().isNumeric() && !isInterval(node->type())) {
            typeProblem(expression.span, "- needs a number, this is " + node->type().toString());
            return nullptr;
        }
        const DataType type = node->type();
        return call(type, negateKernel(storageOf(type)), {std::move(node)});
    }
    case Operator::Concat: {
        NodePtr left = bind(*expression.children[0]);
        NodePtr right = bind(*expression.children[1]);
        if (!left || !right)
            return nullptr;
        for (const NodePtr &node : {left, right}) {
            if (!node->type().is(TypeKind::String) && !node->type().is(TypeKind::Null)) {
                typeProblem(expression.operation, "|| joins texts (STRING), this is " +
                                                      node->type().toString() +
                                                      "; use CAST(… AS STRING)");
                return nullptr;
            }
        }
        return call(TypeKind::String, concatKernel(),
                    {convert(std::move(left), TypeKind::String),
                     convert(std::move(right), TypeKind::String)});
    }
    default:
        return bindComparison(expression);
    }
}

NodePtr Binder::bindLogic(const Expression &expression)
{
    std::vector<NodePtr> terms;
    bool whole = true;
    for (const ExpressionPtr &child : expression.children) {
        terms.push_back(bindBoolean(*child, operatorName(expression.op)));
        whole = whole && terms.back();
    }
    if (!whole)
        return nullptr;
    return std::make_shared<LogicNode>(newSlot(), expression.op == Operator::And, std::move(terms));
}

NodePtr Binder::bindTimeArithmetic(const Expression &expression, NodePtr left, NodePtr right)
{
    const bool subtract = expression.op == Operator::Subtract;
    if (!subtract && isInterval(left->type()) && right->type().isTime())
        std::swap(left, right);
    const DataType type = left->type();
    const bool sameKind = isInterval(type) && type == right->type();
    if ((expression.op == Operator::Add || subtract) &&
        (sameKind || (type.isTime() && isInterval(right->type())))) {
        const Kernel kernel = type.isTime() && right->type().is(TypeKind::MonthInterval)
                                  ? addMonthsKernel(subtract)
                                  : addMillisKernel(subtract);
        return call(type, kernel, {std::move(left), std::move(right)});
    }
    const bool texts = type.is(TypeKind::String) && right->type().is(TypeKind::String);
    const bool times = type.isTime() && right->type().isTime();
    typeProblem(expression.operation,
                '"' + std::string(operatorName(expression.op)) + "\" cannot take " +
                    type.toString() + " and " + right->type().toString() +
                    (texts && expression.op == Operator::Add ? "; use || to join texts"
                     : times                                 ? "; use TIMESTAMPDIFF(SECOND, a, b)"
                                                             : ""));
    return nullptr;
}

NodePtr Binder::bindArithmetic(const Expression &expression)
{
    NodePtr left = bind(*expression.children[0]);
    NodePtr right = bind(*expression.children[1]);
    if (!left || !right)
        return nullptr;
    const bool nothing = left->type().is(TypeKind::Null) && right->type().is(TypeKind::Null);
    if (left->type().is(TypeKind::Null) && (right->type().isNumeric() || nothing))
        left = convert(std::move(left), nothing ? DataType(TypeKind::Int) : right->type());
    if (right->type().is(TypeKind::Null) && left->type().isNumeric())
        right = convert(std::move(right), left->type());
    if (!left->type().isNumeric() || !right->type().isNumeric())
        return bindTimeArithmetic(expression, std::move(left), std::move(right));
    const DataType type = arithmeticType(expression.op, left->type(), right->type());
    for (NodePtr *side : {&left, &right}) {
        if (type.is(TypeKind::Double))
            *side = convert(std::move(*side), TypeKind::Double);
        else if (type.is(TypeKind::Decimal))
            *side = convert(*side, asDecimalType((*side)->type()));
    }
    return call(type, arithmeticKernel(expression.op, type), {std::move(left), std::move(right)});
}

NodePtr Binder::bindComparison(const Expression &expression)
{
    std::vector<NodePtr> nodes;
    bool whole = true;
    for (const ExpressionPtr &child : expression.children) {
        nodes.push_back(bind(*child));
        whole = whole && nodes.back();
    }
    if (!whole || !unifyOperands(nodes, expression.operation,
                                 '"' + std::string(operatorName(expression.op)) + '"'))
        return nullptr;
    const DataType type = nodes.front()->type();
    if (!isComparable(type)) {
        typeProblem(expression.operation, "values of type " + type.toString() +
                                              " cannot be compared; compare their fields");
        return nullptr;
    }
    const Storage storage = storageOf(type);
    const Kernel kernel = expression.op == Operator::In        ? inKernel(storage)
                          : expression.op == Operator::Between ? betweenKernel(storage)
                          : expression.op == Operator::BetweenSymmetric
                              ? betweenSymmetricKernel(storage)
                              : comparisonKernel(expression.op, storage);
    return call(TypeKind::Boolean, kernel, std::move(nodes));
}

NodePtr Binder::bindPattern(const Expression &expression)
{
    const std::string name(operatorName(expression.op));
    std::vector<NodePtr> nodes;
    for (const ExpressionPtr &child : expression.children) {
        NodePtr node = bind(*child);
        if (node && !node->type().is(TypeKind::String) && !node->type().is(TypeKind::Null)) {
            typeProblem(child->span, name + " needs a text (STRING), this is " +
                                         node->type().toString() + "; use CAST(… AS STRING)");
            node = nullptr;
        }
        nodes.push_back(node ? convert(std::move(node), TypeKind::String) : nullptr);
    }
    if (std::any_of(nodes.begin(), nodes.end(), [](const NodePtr &node) { return !node; }))
        return nullptr;
    std::string escape;
    if (nodes.size() > 2) {
        const Value *given = nodes[2]->constant();
        const std::string *text = given != nullptr ? given->text() : nullptr;
        if (text == nullptr || characterCount(*text) != 1) {
            typeProblem(expression.children[2]->span, "ESCAPE needs one character, such as '!'");
            return nullptr;
        }
        escape = *text;
        nodes.pop_back();
    }
    return expression.op == Operator::Similar ? bindSimilar(expression, std::move(nodes), escape)
                                              : bindLike(expression, std::move(nodes), escape);
}

NodePtr Binder::bindLike(const Expression &expression, std::vector<NodePtr> nodes,
                         std::string escape)
{
    auto data = std::make_shared<LikeData>();
    data->escape = std::move(escape);
    if (const Value *pattern = nodes[1]->constant(); pattern != nullptr && pattern->text()) {
        data->pattern = LikePattern::parse(*pattern->text(), data->escape);
        if (!data->pattern) {
            typeProblem(expression.children[1]->span,
                        "the escape character must stand before %, _ or itself");
            return nullptr;
        }
    }
    return call(TypeKind::Boolean, likeKernel(), std::move(nodes), std::move(data));
}

NodePtr Binder::bindSimilar(const Expression &expression, std::vector<NodePtr> nodes,
                            std::string escape)
{
    auto data = std::make_shared<SimilarData>();
    data->escape = std::move(escape);
    if (const Value *pattern = nodes[1]->constant(); pattern != nullptr && pattern->text()) {
        std::string problem;
        if (const auto regex = similarRegex(*pattern->text(), data->escape, problem))
            data->regex = Regex::compile(*regex, problem, RegexPart::Whole);
        if (!data->regex) {
            typeProblem(expression.children[1]->span, "SIMILAR TO: " + problem);
            return nullptr;
        }
    }
    return call(TypeKind::Boolean, similarKernel(), std::move(nodes), std::move(data));
}

NodePtr Binder::bindCase(const Expression &expression)
{
    const auto &children = expression.children;
    std::size_t at = expression.hasOperand ? 1 : 0;
    NodePtr operand = expression.hasOperand ? bind(*children.front()) : nullptr;
    bool whole = operand || !expression.hasOperand;
    std::vector<NodePtr> conditions;
    std::vector<NodePtr> results;
    for (; at + 1 < children.size(); at += 2) {
        if (expression.hasOperand) {
            NodePtr value = bind(*children[at]);
            std::vector<NodePtr> pair{operand, value};
            const bool good =
                operand && value && unifyOperands(pair, children[at]->span, "CASE … WHEN");
            conditions.push_back(
                good
                    ? call(TypeKind::Boolean,
                           comparisonKernel(Operator::Equal, storageOf(pair.front()->type())), pair)
                    : nullptr);
        } else {
            conditions.push_back(bindBoolean(*children[at], "WHEN"));
        }
        results.push_back(bind(*children[at + 1]));
        whole = whole && conditions.back() && results.back();
    }
    if (expression.hasElse) {
        results.push_back(bind(*children.back()));
        whole = whole && results.back();
    }
    if (!whole || !unifyResults(results, expression.operation, "the results of CASE"))
        return nullptr;
    const DataType type = results.front()->type();
    NodePtr otherwise;
    if (expression.hasElse) {
        otherwise = std::move(results.back());
        results.pop_back();
    }
    std::vector<CaseNode::Branch> branches;
    for (std::size_t i = 0; i < results.size(); ++i)
        branches.push_back({std::move(conditions[i]), std::move(results[i])});
    return std::make_shared<CaseNode>(type, newSlot(), std::move(branches), std::move(otherwise));
}

NodePtr Binder::bindCast(const Expression &expression)
{
    NodePtr node = bind(*expression.children.front());
    if (!node)
        return nullptr;
    const Kernel kernel = castKernel(node->type(), expression.type, expression.tryCast);
    if (kernel == nullptr) {
        typeProblem(expression.operation,
                    node->type().toString() + " cannot be CAST to " + expression.type.toString());
        return nullptr;
    }
    return call(expression.type, kernel, {std::move(node)});
}

} // namespace millrace::sql
