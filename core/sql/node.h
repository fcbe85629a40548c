// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sql/evaluation.h"

#include <memory>
#include <string>
#include <vector>

namespace millrace::sql {

/// One bound operation: it knows its type and evaluates itself for many rows at once.
///
/// evaluate() fills the cells of the selection only and returns a column that lives until the node
/// is evaluated again. A row that fails is reported to the context and its cell is NULL; going on
/// with that row is harmless, so nobody has to look. The selection is what keeps errors lazy: a
/// node is never asked about rows that AND, OR or CASE do not reach.
///
/// Thread-safety: immutable after binding.
class Node
{
public:
    Node(DataType type, std::size_t slot)
        : m_type(std::move(type))
        , m_slot(slot)
    {}
    virtual ~Node() = default;
    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    virtual const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const = 0;
    /// The value, where it is the same for every row and known now; else null.
    virtual const Value *constant() const { return nullptr; }

    const DataType &type() const { return m_type; }
    std::size_t slot() const { return m_slot; }

protected:
    ColumnVector &output(EvaluationContext &context) const
    {
        return context.output(m_slot, m_type);
    }

private:
    DataType m_type;
    std::size_t m_slot; ///< of the output in the context
};

using NodePtr = std::shared_ptr<const Node>;

/// What the kernel of a function works on.
struct KernelCall {
    EvaluationContext &context;
    Selection rows;
    std::span<const ColumnVector *const> arguments;
    ColumnVector &out;
    const void *data; ///< what the function prepared when it was bound, or null
};
using Kernel = void (*)(const KernelCall &);

/// A function or operator that evaluates all its arguments for all rows and then runs a kernel.
class CallNode final : public Node
{
public:
    CallNode(DataType type, std::size_t slot, Kernel kernel, std::vector<NodePtr> arguments,
             std::shared_ptr<const void> data = {});
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    Kernel m_kernel;
    std::vector<NodePtr> m_arguments;
    std::shared_ptr<const void> m_data;
};

/// A payload field that the program has read into a slot already.
class ColumnNode final : public Node
{
public:
    ColumnNode(DataType type, std::size_t slot, std::string name);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    std::string m_name;
};

class LiteralNode final : public Node
{
public:
    LiteralNode(DataType type, std::size_t slot, Value value);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;
    const Value *constant() const override { return &m_value; }

private:
    Value m_value;
    std::string m_padded; ///< a text with kArenaPadding bytes behind it: it may be read as JSON
};

/// The record's own columns.
enum class Metadata : std::uint8_t {
    Shard = 1,
    PartitionKey,
    ArrivalTime,
    SequenceNumber,
    Ordinal,
    Data,
};

class MetadataNode final : public Node
{
public:
    MetadataNode(DataType type, std::size_t slot, Metadata column);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    Metadata m_column;
};

/// AND and OR of two or more terms, in three-valued logic. A term is evaluated only for the rows
/// that the terms before it left open.
class LogicNode final : public Node
{
public:
    LogicNode(std::size_t slot, bool conjunction, std::vector<NodePtr> terms);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    bool m_conjunction;
    std::vector<NodePtr> m_terms;
};

/// Searched CASE; a simple CASE is bound as one. Results have the node's storage already.
class CaseNode final : public Node
{
public:
    struct Branch {
        NodePtr condition;
        NodePtr result;
    };
    CaseNode(DataType type, std::size_t slot, std::vector<Branch> branches, NodePtr otherwise);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    std::vector<Branch> m_branches;
    NodePtr m_otherwise; ///< null: NULL
};

/// The first argument that is not NULL; the others are not evaluated for that row.
class CoalesceNode final : public Node
{
public:
    CoalesceNode(DataType type, std::size_t slot, std::vector<NodePtr> arguments);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    std::vector<NodePtr> m_arguments;
};

/// A field of a ROW, or an element of an ARRAY, that is only at hand as JSON.
class FieldNode final : public Node
{
public:
    FieldNode(DataType type, std::size_t slot, NodePtr base, std::string name);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    NodePtr m_base;
    std::vector<WantedField> m_wanted;
};

class ElementNode final : public Node
{
public:
    ElementNode(DataType type, std::size_t slot, NodePtr base, NodePtr index);
    const ColumnVector &evaluate(EvaluationContext &context, Selection rows) const override;

private:
    NodePtr m_base;
    NodePtr m_index;
};

/// One or more bound expressions over one reading of the payload.
class Program
{
public:
    struct Column {
        DataType type;
        std::size_t slot;
    };
    std::vector<WantedField> wanted; ///< of the payload; WantedField::column is an index of columns
    std::vector<Column> columns;
    std::size_t slotCount = 0; ///< columns and the outputs of nodes
    std::vector<NodePtr> roots;

    /// Begins with these rows and reads the wanted fields of their payloads.
    void begin(EvaluationContext &context, const record::RecordBatch &batch,
               std::span<const std::uint32_t> rows) const;
};

} // namespace millrace::sql
