// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/graph/kind_catalog.h"

#include <QString>

namespace millrace::test {

// A pipeline and its figures as a person would see them: a generator and a tail into a stream of
// four shards, of which the third is hot, a filter and a map behind it, three destinations.

inline const NodeId kGenerator{"gen00001"};
inline const NodeId kTail{"tail0001"};
inline const NodeId kStream{"clicks01"};
inline const NodeId kFilter{"filter01"};
inline const NodeId kMap{"map00001"};
inline const NodeId kPages{"pages001"};
inline const NodeId kErrors{"errors01"};

/// Kinds like those of the product, described for tests.
const graph::KindCatalog &testKinds();

graph::Document clickstream();

/// The figures at `second` of the run (from 0): they move a little, and add up.
runtime::Snapshot clickstreamSnapshot(int second);

/// 14:30:00 UTC of a day in 2026: second 0 of the run.
inline constexpr WallTime kRunStart{std::chrono::milliseconds(1'780'324'200'000)};

/// The newest `limit` records, or those behind `from`: `rate` new ones for each call.
class RecordFeed
{
public:
    engine::RecordsReply operator()(const engine::RecordsRequest &request);
    int ratePerCall = 8;
    bool reachesEnd = true;

private:
    std::uint64_t m_next = 0;
};

/// The shard's history: MiB/s that climb to the limit for shard 2.
engine::HistoryReply clickstreamHistory(const engine::HistoryRequest &request);

/// Writes `text` to a file of its own below a temporary folder of the test program.
QString writeTemporary(const QString &name, const std::string &text);

} // namespace millrace::test
