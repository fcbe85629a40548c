// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/record/record_batch.h"
#include "core/record/schema.h"

#include <optional>
#include <string>
#include <vector>

namespace millrace::runtime {

/// How much a source may make in one step.
struct SourceBudget {
    std::size_t records = 50'000;
    std::size_t bytes = 8U << 20U; ///< stop at or soon after this
};

/// Input that is no record (a damaged line): it goes to the dead-letter stream.
struct DeadInput {
    std::string data;
    Problem reason; ///< its place says where: "orders.csv: line 17, column 4"
};

/// What one step of a source came to.
struct SourceStep {
    enum class State : std::uint8_t {
        More = 1, ///< call again at once
        Wait,     ///< nothing is due before `wakeAt`
        Finished, ///< nothing will ever follow (a file read to its end)
    };
    State state = State::Wait;
    MonoTime wakeAt{};       ///< for Wait
    Bytes progress;          ///< where to go on after the records of this step; stored with them
    bool storeAlone = false; ///< worth a commit though no record came: where a file was begun
    std::vector<DeadInput> dead;
    std::vector<Problem> notices; ///< for the problems list: a rotation, records lost by truncation
};

/// A running producer: makes records and knows, in `progress`, exactly how far it has come.
///
/// The progress of a step is stored in the same commit as its records; after a restart `restore()`
/// gets the newest stored one and the source goes on behind it, so that no record is written twice
/// or left out. Records made by step() are in the order in which they must be stored.
/// Errors: a problem from step() or restore() stops the node; "not there yet" (a file to be
/// tailed) is Wait with a notice, not an error.
/// Thread-safety: one thread at a time. No sleeping: it says when to be called again.
class Source
{
public:
    virtual ~Source() = default;
    /// Called once before the first step. Empty progress: from the beginning.
    virtual Status restore(ByteView progress) = 0;
    /// Appends the records that are due to `out`.
    virtual Result<SourceStep> step(const SourceBudget &budget,
                                    record::RecordBatchBuilder &out) = 0;
    /// The schema when the source brings one (generators, CSV).
    virtual std::optional<record::Schema> schema() const { return {}; }
    /// What it reads, where the settings leave that to the source: the path of a file, the name of
    /// a computer. Empty: what the settings say. Known after restore().
    virtual std::string reads() const { return {}; }
    /// Pace of generators and paced files relative to their settings, from `since` (past, never
    /// falling) on: 1 as set, 10 ten times as fast, 0 not at all. Called between steps, after
    /// restore(). Sources without a pace ignore it.
    virtual void setPace(double factor, MonoTime since) { (void)factor, (void)since; }
};

} // namespace millrace::runtime
