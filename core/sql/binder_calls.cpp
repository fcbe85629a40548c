// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/problem_codes.h"
#include "core/sql/binder.h"
#include "core/sql/kernels.h"
#include "core/sql/nearest_name.h"
#include "core/sql/signature.h"
#include "core/sql/typing.h"

#include <algorithm>
#include <optional>

namespace millrace::sql {
namespace {

struct Match {
    const Overload *overload = nullptr;
    Signature signature;
    int cost = 0;
};

/// How far the arguments must be bent for a signature; empty when they cannot be.
std::optional<int> matchCost(const Signature &signature, const std::vector<NodePtr> &arguments)
{
    if (!signature.takes(arguments.size()))
        return {};
    int cost = 0;
    DataType common = TypeKind::Null;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Parameter &parameter = signature.parameter(i);
        const DataType &type = arguments[i]->type();
        if (parameter.kind == Parameter::Kind::Common) {
            const auto next = commonType(common, type);
            if (!next)
                return {};
            common = *next;
            continue;
        }
        const auto one = parameter.cost(type);
        if (!one)
            return {};
        cost += *one;
    }
    return cost;
}

} // namespace

NodePtr Binder::bindCall(const Expression &expression)
{
    const Function *function = findFunction(expression.text);
    std::vector<NodePtr> arguments;
    bool whole = true;
    for (const ExpressionPtr &child : expression.children) {
        arguments.push_back(bind(*child));
        whole = whole && arguments.back();
    }
    if (function == nullptr) {
        std::vector<std::string_view> names;
        for (const Function *one : allFunctions())
            names.push_back(one->name);
        const std::string_view near = nearestName(expression.text, names);
        report(Code::SqlUnknownFunction, expression.operation,
               {{"name", expression.text},
                {"hint", near.empty() ? "" : "; did you mean " + std::string(near) + '?'}});
        return nullptr;
    }
    return whole ? bindOverload(expression, *function, std::move(arguments)) : nullptr;
}

NodePtr Binder::bindOverload(const Expression &expression, const Function &function,
                             std::vector<NodePtr> arguments)
{
    Match best;
    for (const Overload &overload : function.overloads) {
        Signature signature = Signature::parse(overload.signature);
        const auto cost = matchCost(signature, arguments);
        if (cost && (best.overload == nullptr || *cost < best.cost))
            best = {&overload, std::move(signature), *cost};
    }
    if (best.overload == nullptr) {
        std::string signatures;
        std::string given;
        for (const Overload &overload : function.overloads)
            signatures += (signatures.empty() ? "" : ") or (") +
                          std::string(Signature::parametersOf(overload.signature));
        for (const NodePtr &argument : arguments)
            given += (given.empty() ? "" : ", ") + argument->type().toString();
        report(
            Code::SqlArguments, expression.operation,
            {{"name", std::string(function.name)}, {"signatures", signatures}, {"given", given}});
        return nullptr;
    }
    if (function.name == "NULLIF")
        return bindNullIf(expression, std::move(arguments));
    DataType common = TypeKind::Null;
    std::vector<DataType> types;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (best.signature.parameter(i).kind == Parameter::Kind::Common)
            common = commonType(common, arguments[i]->type()).value_or(common);
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Parameter &parameter = best.signature.parameter(i);
        const DataType wanted = parameter.kind == Parameter::Kind::Common
                                    ? common
                                    : parameter.target(arguments[i]->type());
        arguments[i] = convert(std::move(arguments[i]), wanted);
        types.push_back(arguments[i]->type());
    }
    if (best.overload->kernel == nullptr)
        return bindConditional(function, std::move(arguments));
    Prepared prepared;
    if (best.overload->prepare != nullptr)
        prepared = best.overload->prepare(arguments, expression);
    if (!prepared.problem.empty()) {
        typeProblem(expression.operation, std::string(function.name) + ": " + prepared.problem);
        return nullptr;
    }
    const DataType type = prepared.type                      ? *prepared.type
                          : best.overload->result != nullptr ? best.overload->result(types)
                                                             : best.signature.result(types, common);
    return call(type, best.overload->kernel, std::move(arguments), std::move(prepared.data),
                function.constant);
}

/// CASE WHEN a = b THEN NULL ELSE a END, of the type of `a`.
NodePtr Binder::bindNullIf(const Expression &expression, std::vector<NodePtr> arguments)
{
    std::vector<NodePtr> pair = arguments;
    if (!unifyOperands(pair, expression.operation, "NULLIF"))
        return nullptr;
    NodePtr kept = arguments[0]->type().is(TypeKind::Null) ? pair[0] : std::move(arguments[0]);
    const Kernel equal = comparisonKernel(Operator::Equal, storageOf(pair[0]->type()));
    const DataType type = kept->type();
    std::vector<CaseNode::Branch> branches;
    branches.push_back({call(TypeKind::Boolean, equal, std::move(pair)), literal(type, Value())});
    return std::make_shared<CaseNode>(type, newSlot(), std::move(branches), std::move(kept));
}

NodePtr Binder::bindConditional(const Function &function, std::vector<NodePtr> arguments)
{
    if (function.name == "COALESCE" || function.name == "IFNULL") {
        const DataType type = arguments.front()->type();
        return std::make_shared<CoalesceNode>(type, newSlot(), std::move(arguments));
    }
    if (function.name == "IF") {
        std::vector<CaseNode::Branch> branches;
        const DataType type = arguments[1]->type();
        branches.push_back({std::move(arguments[0]), std::move(arguments[1])});
        return std::make_shared<CaseNode>(type, newSlot(), std::move(branches),
                                          std::move(arguments[2]));
    }
    // NOW(), CURRENT_TIMESTAMP, LOCALTIMESTAMP and CURRENT_DATE: the record's arrival.
    NodePtr arrival = bindMetadata("arrival_time");
    if (function.name == "CURRENT_DATE")
        return convert(std::move(arrival), TypeKind::Date);
    return function.name == "LOCALTIMESTAMP" ? convert(std::move(arrival), TypeKind::Timestamp)
                                             : arrival;
}

} // namespace millrace::sql
