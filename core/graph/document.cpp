// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/graph/document.h"

#include <algorithm>
#include <array>

namespace millrace::graph {

namespace {

constexpr std::string_view kIdLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kIdLength = 8;

std::string randomId(RandomSource &random)
{
    // Bytes from 252 on are drawn again, so that every letter is equally likely (252 = 7 × 36).
    constexpr unsigned kEven = 252;
    std::string id;
    while (id.size() < kIdLength) {
        std::array<std::byte, kIdLength> bytes{};
        random.fill(bytes);
        for (const std::byte byte : bytes) {
            const auto number = std::to_integer<unsigned>(byte);
            if (number < kEven && id.size() < kIdLength)
                id += kIdLetters[number % kIdLetters.size()];
        }
    }
    return id;
}

} // namespace

std::string PortRef::toString() const
{
    return node.value + "." + port;
}

std::optional<PortRef> PortRef::parse(std::string_view text)
{
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || !isNodeId(text.substr(0, dot)) || dot + 1 == text.size())
        return std::nullopt;
    return PortRef{NodeId{std::string(text.substr(0, dot))}, std::string(text.substr(dot + 1))};
}

const Node *Document::find(const NodeId &id) const
{
    const auto found = nodes.find(id);
    return found == nodes.end() ? nullptr : &found->second;
}

Node &Document::put(Node node)
{
    const NodeId id = node.id;
    return nodes.insert_or_assign(id, std::move(node)).first->second;
}

bool isNodeId(std::string_view text)
{
    return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
               return kIdLetters.find(c) != std::string_view::npos;
           });
}

NodeId newNodeId(RandomSource &random)
{
    return NodeId{randomId(random)};
}

AnnotationId newAnnotationId(RandomSource &random)
{
    return AnnotationId{randomId(random)};
}

std::string_view toText(NodeState state)
{
    switch (state) {
    case NodeState::Enabled:
        return "enabled";
    case NodeState::Disabled:
        return "disabled";
    case NodeState::Bypassed:
        return "bypassed";
    }
    return "";
}

} // namespace millrace::graph
