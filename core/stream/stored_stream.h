// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/log.h"
#include "core/store/catalog.h"
#include "core/stream/cursor_start.h"

#include <memory>
#include <vector>

namespace millrace::stream {

/// The streams of a data directory as its catalog has them, by name, read without the directory's
/// lock: an engine may run on it, or none. Where that engine removes nothing for its age, retention
/// is max().
/// Errors: NotFound when there is no catalog, and those of Catalog.
Result<std::vector<store::StreamEntry>> storedStreams(FileSystem &files, const Path &dataDirectory);

/// A stream of a data directory, read without its lock. Records older than the stream's retention
/// are hidden, as the engine hides them long before it removes them.
/// Errors: those of log::LogReader. Thread-safety: one thread at a time.
class StoredStream
{
public:
    /// `files` outlives it.
    static Result<StoredStream> open(FileSystem &files, const Path &dataDirectory,
                                     store::StreamEntry entry);

    const store::StreamEntry &entry() const { return m_entry; }
    log::LogReader &log() { return *m_log; }

    struct Beginning {
        Ordinal at;
        std::uint64_t hidden = 0; ///< records that reading would have begun with
    };
    /// Where a cursor begins at the time `now`. Errors: as resolve() in cursor_start.h.
    Result<Beginning> begin(ShardIndex shard, const CursorStart &start, WallTime now);
    struct Count {
        std::uint64_t readable = 0;
        std::uint64_t damaged = 0; ///< between those: log::LogReader::damagedRecords()
    };
    /// Records at the time `now`.
    Count count(WallTime now);

private:
    StoredStream(store::StreamEntry entry, std::unique_ptr<log::LogReader> log);
    Ordinal visibleFrom(ShardIndex shard, WallTime now);

    store::StreamEntry m_entry;
    std::unique_ptr<log::LogReader> m_log;
};

} // namespace millrace::stream
