// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/uuid.h"
#include "core/runtime/transform.h"

#include <optional>

namespace millrace::runtime {

/// The next ordinal a fragment reads of one shard of one stream.
struct Cursor {
    StreamUuid stream;
    ShardIndex shard;
    Ordinal next;
    friend bool operator==(const Cursor &, const Cursor &) = default;
};

/// How far a fragment has come: cursors of every source shard, the counters of its nodes and the
/// reference of its state. `details` is opaque to sinks.
struct FragmentProgress {
    std::vector<Cursor> cursors; ///< by rising (stream, shard)
    Bytes details;
    friend bool operator==(const FragmentProgress &, const FragmentProgress &) = default;

    Bytes encode() const;
    static Result<FragmentProgress> decode(ByteView bytes);
};

/// What a sink did with the rows of one commit.
struct SinkResult {
    std::vector<std::vector<DeadRow>>
        dead; ///< one list for each chunk: rows it can never store, rising
    /// Why the destination could not be asked about all rows: `dead` may lack some, so no dead
    /// letters of the batch may be committed before it was. What commit() is not repeated for is
    /// likewise no reason to go on with this sink.
    std::optional<Problem> failure = {};
};

/// A destination: stores rows and, where it can, the fragment's progress in the same transaction.
///
/// Protocol: open(), then for each batch `check()` (which rows can never be stored: they become
/// dead letters, which are committed first), then `commit()` of the others with the progress.
/// commit() is repeated with the same arguments after a failure; a failed commit stores nothing,
/// or stores under names and keys that the repetition replaces. A commit that fails with
/// NodeDestinationReplaced, NodeFolderLost, NodeProgressRemoved, NodeTableEmptied, NodeTableChanged
/// or NodeRowConstraint is not repeated: a new sink is made and opened, and the fragment goes on
/// from what that says. NodeDestinationUnusable, NodeTriggerEndsAll and NodeOutputClosed end it.
/// One that fails with NodeOutputStalled has stored a part, is repeated a moment later and goes on
/// behind that part. Thread-safety: one thread at a time; may block on
/// its own file or database.
class Sink
{
public:
    virtual ~Sink() = default;
    /// Opens the destination and says how far it is: nothing when it has never seen this fragment
    /// (one that was removed is made anew); it then starts at the trim horizon.
    struct Opened {
        std::optional<FragmentProgress> progress;
        std::vector<Problem> notices;
        /// Something stands there already, whoever put it there.
        bool holdsRows = false;
    };
    virtual Result<Opened> open() = 0;
    virtual SinkResult check(std::span<const Chunk> chunks) = 0;
    /// Lets go of what check() holds (a write transaction): commit() comes much later, or never.
    virtual void giveUp() {}
    virtual Status commit(std::span<const Chunk> chunks, const FragmentProgress &progress) = 0;
    /// When commit() wants to be called though no record came (a file that is whole by its age);
    /// nothing: it does not mind.
    virtual std::optional<WallTime> due() const { return {}; }
    /// The file or folder that it writes to; empty: neither.
    virtual Path place() const { return {}; }
    /// Bytes or rows are flushed and closed; called when the fragment stops in good order.
    virtual Status close() = 0;
};

} // namespace millrace::runtime
