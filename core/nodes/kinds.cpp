// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/kinds.h"

#include "core/nodes/kind_includes.inc"

namespace millrace::nodes {

const std::vector<runtime::NodeFactory> &nodeFactories()
{
    static const std::vector<runtime::NodeFactory> factories = {
#define MILLRACE_KIND(make) make(),
#include "core/nodes/kind_list.inc"
#undef MILLRACE_KIND
    };
    return factories;
}

const runtime::NodeFactory *findFactory(std::string_view kind)
{
    for (const auto &factory : nodeFactories()) {
        if (factory.kind.id == kind)
            return &factory;
    }
    return nullptr;
}

const graph::KindCatalog &kindCatalog()
{
    static const graph::KindCatalog catalog = [] {
        std::vector<graph::NodeKind> kinds;
        for (const auto &factory : nodeFactories())
            kinds.push_back(factory.kind);
        return graph::KindCatalog(std::move(kinds));
    }();
    return catalog;
}

} // namespace millrace::nodes
