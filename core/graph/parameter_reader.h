// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"
#include "core/graph/node_kind.h"

#include <string>
#include <string_view>

namespace millrace::graph {

/// Reads a node's parameters as its kind describes them: the value in the document, else the
/// default, else empty, false or 0. The one way for operator factories, forms and exporters.
///
/// A value of the wrong type (validate() reports it) reads as if it were absent. Asking for a
/// parameter that the kind does not have, or by a getter that does not match its type, is a bug of
/// ours and asserts.
/// Lifetime: refers to both arguments. Thread-safety: as a const value.
class ParameterReader
{
public:
    ParameterReader(const Node &node, const NodeKind &kind)
        : m_node(node)
        , m_kind(kind)
    {}

    /// The value or the default; null when there is neither.
    const ParameterValue *value(std::string_view parameter) const;
    bool isSet(std::string_view parameter) const { return value(parameter) != nullptr; }
    /// Whether its shownWhen holds, and that of the parameter it depends on, and so on.
    bool isShown(std::string_view parameter) const;

    bool boolean(std::string_view parameter) const;          ///< Boolean
    std::int64_t integer(std::string_view parameter) const;  ///< Integer
    double real(std::string_view parameter) const;           ///< Real, Rate
    std::uint64_t bytes(std::string_view parameter) const;   ///< Bytes; a negative one reads as 0
    Milliseconds duration(std::string_view parameter) const; ///< Duration
    /// Text, MultilineText, FilePath, FolderPath, Expression, SelectList, Sql, SchemaText,
    /// StreamName, Secret.
    std::string text(std::string_view parameter) const;
    std::string choice(std::string_view parameter) const; ///< Choice: its id
    TextList texts(std::string_view parameter) const;     ///< TextList

private:
    const Parameter &description(std::string_view parameter) const;
    template <class T>
    T get(std::string_view parameter, std::initializer_list<ParameterType> types) const;

    const Node &m_node;
    const NodeKind &m_kind;
};

/// Whether two effective values of a parameter of the type mean the same; null is "neither set nor
/// default". 5 and 5.0 do where the type is Real or Rate.
bool sameValue(ParameterType type, const ParameterValue *a, const ParameterValue *b);

} // namespace millrace::graph
