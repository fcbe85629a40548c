// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem.h"
#include "core/graph/node_kind.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::graph {

/// The node kinds a program knows, in the order of the palette. It is handed its list; the
/// product's own is made in core/nodes.
///
/// Thread-safety: immutable after construction.
class KindCatalog
{
public:
    explicit KindCatalog(std::vector<NodeKind> kinds);

    const NodeKind *find(std::string_view kind) const; ///< null when unknown; lives as long as this
    const std::vector<NodeKind> &all() const { return m_kinds; }

    /// What is wrong with the descriptions themselves: ids ill formed or twice, titles or help
    /// missing, defaults that do not fit, a choice without choices, shownWhen of nothing, ports
    /// that the category does not allow, a stream kind without exactly one required StreamName.
    /// Code KindDescription, place "kind <id>[: parameter <id>]". Empty for a list that may ship.
    std::vector<Problem> check() const;

private:
    std::vector<NodeKind> m_kinds;
    std::map<std::string, std::size_t, std::less<>> m_byId;
};

} // namespace millrace::graph
