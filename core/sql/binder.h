// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/bound_expression.h"
#include "core/sql/expression.h"
#include "core/sql/functions/function.h"
#include "core/sql/node.h"
#include "core/sql/problem_list.h"

namespace millrace::sql {

/// Turns syntax trees into nodes over one program: names become columns, operators and functions
/// kernels, implicit conversions are written out and constants folded. Problems are collected; a
/// part that does not bind gives null, silently for the parts around it.
///
/// Thread-safety: one thread, one text; what it makes is immutable.
class Binder
{
public:
    explicit Binder(const record::Schema &schema);

    NodePtr bind(const Expression &expression);
    /// As bind(), for where a BOOLEAN is needed; `what` names the place ("WHERE", "NOT").
    NodePtr bindBoolean(const Expression &expression, std::string_view what);
    /// A payload field.
    NodePtr bindField(const record::Field &field);

    const record::Schema &schema() const { return m_schema; }
    void report(Code code, const SourceSpan &span, std::vector<Problem::Argument> arguments);
    void typeProblem(const SourceSpan &span, std::string what);

    ProblemList takeProblems() { return std::move(m_problems); }
    std::shared_ptr<const Program> finish(std::vector<NodePtr> roots);

private:
    NodePtr bindName(const Expression &expression);
    NodePtr bindFieldAccess(const Expression &expression);
    NodePtr bindPath(const std::vector<std::string> &path, const Expression &expression);
    NodePtr bindMetadata(std::string_view name);
    NodePtr bindElement(const Expression &expression);
    NodePtr bindOperator(const Expression &expression);
    NodePtr bindLogic(const Expression &expression);
    NodePtr bindArithmetic(const Expression &expression);
    NodePtr bindTimeArithmetic(const Expression &expression, NodePtr left, NodePtr right);
    NodePtr bindComparison(const Expression &expression);
    NodePtr bindPattern(const Expression &expression);
    NodePtr bindLike(const Expression &expression, std::vector<NodePtr> nodes, std::string escape);
    NodePtr bindSimilar(const Expression &expression, std::vector<NodePtr> nodes,
                        std::string escape);
    NodePtr bindCase(const Expression &expression);
    NodePtr bindCast(const Expression &expression);
    NodePtr bindCall(const Expression &expression);
    NodePtr bindNullIf(const Expression &expression, std::vector<NodePtr> arguments);
    NodePtr bindConditional(const Function &function, std::vector<NodePtr> arguments);
    NodePtr bindOverload(const Expression &expression, const Function &function,
                         std::vector<NodePtr> arguments);

    /// What is compared, so that one kernel takes it, or a problem and false. A DECIMAL keeps its
    /// digits and its scale: a common type could be too narrow. A text beside a time is read as
    /// one.
    bool unifyOperands(std::vector<NodePtr> &nodes, const SourceSpan &span, std::string_view what);
    /// All results at one common type, or a problem and false.
    bool unifyResults(std::vector<NodePtr> &nodes, const SourceSpan &span, std::string_view what);
    void mixedTypes(const DataType &a, const DataType &b, const SourceSpan &span,
                    std::string_view what);
    NodePtr convert(NodePtr node, const DataType &type);
    NodePtr call(DataType type, Kernel kernel, std::vector<NodePtr> arguments,
                 std::shared_ptr<const void> data = {}, bool constant = true);
    NodePtr literal(DataType type, Value value);
    static WantedField &wanted(std::vector<WantedField> &level, const record::Field &field);
    NodePtr column(std::vector<WantedField> &level, const record::Field &field,
                   const std::string &shown);
    std::string columnHint(std::string_view name) const;
    std::size_t newSlot() { return m_program->slotCount++; }

    const record::Schema &m_schema;
    std::shared_ptr<Program> m_program;
    std::unique_ptr<EvaluationContext> m_folding; ///< where constants are evaluated
    ProblemList m_problems;
};

} // namespace millrace::sql
