// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/reference_engine.h"

#include <optional>
#include <string>
#include <utility>

namespace millrace::reference {

/// How a test goes wrong, in words; or nothing.
using Fault = std::optional<std::string>;

/// Key and payload: what two records are told apart by. Destinations keep no keys.
using Content = std::pair<std::string, std::string>;

/// When a record arrived, and what it counts of the limits.
struct Arrival {
    WallTime at{};
    std::size_t bytes = 0;
};

/// What an engine came to, in the order in which it stands there.
struct Findings {
    std::map<NodeId, runtime::FateCounts> fates;
    std::map<NodeId, std::vector<std::vector<Content>>> shards;   ///< of stream nodes
    std::map<NodeId, std::vector<Content>> rows;                  ///< of destinations
    std::vector<Content> deadLetters;                             ///< see deadLetterContent()
    std::map<NodeId, std::vector<std::vector<Arrival>>> arrivals; ///< of each record of `shards`
    /// Limits were kept: the next engine knows nothing of what came before it, and in real time a
    /// record arrives a little after it was let in.
    bool oneVirtualRun = false;
    /// An engine was gone between printing and noting that: a printed line may stand again.
    bool printedAgain = false;
};

/// A dead letter as one content: who wrote it and why, and what it holds.
Content deadLetterContent(const std::string &node, const std::string &reason, std::string data);

/// A payload as SQL reads it back from a table: the fields that every random map keeps.
std::string tableRow(const std::string &json);
/// The expression that reads it back.
extern const char *const kTableRowExpression;

/// Every node of `expected` has come to its fates.
Fault compareFates(const Outcome &expected, const std::map<NodeId, runtime::FateCounts> &actual);

/// The same records everywhere, each once, those of one lane in their order, and the same fates.
Fault compare(const graph::Document &document, const Outcome &expected, const Findings &actual);

/// The document in lines, for the words of a failure.
std::string describe(const graph::Document &document);

} // namespace millrace::reference
