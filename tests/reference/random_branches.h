// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/random_nodes.h"

#include <optional>
#include <vector>

namespace millrace::reference {

/// A stream with a generator before it and some branches behind it, each a chain of filters and
/// maps to a stream or a table of its own, or to two of them, which can be edited while it runs.
class RandomBranches
{
public:
    explicit RandomBranches(std::uint64_t seed);

    const graph::Document &document() const { return m_document; }
    const NodeId &source() const { return m_source; } ///< the stream
    /// Changes a condition, puts a transform in or takes one out, adds or removes a branch, gives
    /// one a second end; one to three of it. The last transform stays: by it this knows the branch.
    void edit();
    /// The nodes whose figures begin anew with the last edit: a branch with a second end ends in a
    /// wire that is a stream, and its first end reads that.
    const std::vector<NodeId> &begunAnew() const { return m_begunAnew; }

private:
    struct Branch {
        std::vector<NodeId> transforms; ///< at least one
        NodeId end;
        std::optional<NodeId> second; ///< a branch that has one is not removed
    };
    NodeId add(const std::string &prefix, const std::string &kind);
    NodeId addTransform();
    NodeId addEnd();
    void addBranch();
    void removeBranch(std::size_t index);
    void drawWires();

    Dice m_dice;
    graph::Document m_document;
    NodeId m_producer;
    NodeId m_source;
    std::vector<Branch> m_branches;
    std::vector<NodeId> m_begunAnew;
    int m_count = 0;
};

} // namespace millrace::reference
