// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/random_nodes.h"

#include "core/base/clock.h"

namespace millrace::reference {

std::uint64_t Dice::below(std::uint64_t bound)
{
    m_state = mix64(m_state);
    return m_state % bound;
}

NodeId makeId(const std::string &prefix, int number)
{
    constexpr std::size_t kIdChars = 8;
    std::string id = prefix + std::to_string(number);
    id.resize(kIdChars, 'x');
    return {id};
}

graph::Node makeNode(const NodeId &id, const std::string &kind)
{
    graph::Node node;
    node.id = id;
    node.kind = kind;
    node.name = id.value;
    return node;
}

} // namespace millrace::reference
