// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/dead_letters.h"

namespace millrace::runtime {
namespace {

std::vector<record::Attribute> describeDead(const NodeId &node, const Problem &reason)
{
    const std::string text =
        reason.place().empty() ? reason.text() : reason.place() + ": " + reason.text();
    return {{std::string(record::kDeadLetterReason), text},
            {std::string(record::kDeadLetterCode), std::string(describe(reason.code()).id)},
            {std::string(record::kDeadLetterNode), node.value}};
}

} // namespace

void DeadLetters::add(const NodeId &node, const Chunk &chunk, const DeadRow &dead)
{
    std::vector<record::Attribute> attributes = chunk.batch->attributes(dead.row);
    for (auto &attribute : describeDead(node, dead.reason))
        attributes.push_back(std::move(attribute));
    const record::Origin origin = chunk.batch->origin(dead.row);
    m_builder.append(
        {chunk.batch->data(dead.row), chunk.batch->key(dead.row), {}, attributes, &origin});
}

void DeadLetters::add(const NodeId &node, const DeadInput &dead)
{
    const auto attributes = describeDead(node, dead.reason);
    m_builder.append({dead.data, node.value, {}, attributes, nullptr});
}

} // namespace millrace::runtime
