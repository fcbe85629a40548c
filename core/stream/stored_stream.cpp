// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/stored_stream.h"

#include "core/base/problem_codes.h"
#include "core/stream/directory_layout.h"

#include <algorithm>

namespace millrace::stream {

Result<std::vector<store::StreamEntry>> storedStreams(FileSystem &files, const Path &dataDirectory)
{
    const Path path = catalogPath(dataDirectory);
    if (!files.exists(path))
        return Problem(Code::NotFound, {{"what", "The catalog of a data directory"}}, path);
    auto catalog = store::Catalog::open(path, store::Database::Mode::ReadOnly);
    if (!catalog)
        return std::move(catalog).error();
    auto streams = (*catalog)->streams();
    if (!streams)
        return streams;
    const auto expiry = (*catalog)->setting(kExpirySetting);
    if (!expiry)
        return expiry.error();
    for (store::StreamEntry &stream : *streams) {
        if (*expiry == "off")
            stream.retention = std::chrono::milliseconds::max();
    }
    return streams;
}

StoredStream::StoredStream(store::StreamEntry entry, std::unique_ptr<log::LogReader> log)
    : m_entry(std::move(entry))
    , m_log(std::move(log))
{}

Result<StoredStream> StoredStream::open(FileSystem &files, const Path &dataDirectory,
                                        store::StreamEntry entry)
{
    const Path folder = logFolder(dataDirectory, entry.id);
    if (!files.exists(folder))
        return streamFolderMissing(folder, entry.name);
    auto log = log::LogReader::open(folder, files);
    if (!log)
        return std::move(log).error();
    if (nothingLeft((*log)->report(), (*log)->shards()))
        return streamFolderMissing(folder, entry.name);
    return StoredStream(std::move(entry), *std::move(log));
}

Ordinal StoredStream::visibleFrom(ShardIndex shard, WallTime now)
{
    const Ordinal horizon = m_log->bounds(shard).trimHorizon;
    if (m_entry.ageLimit() == std::chrono::milliseconds::max())
        return horizon;
    const auto young = m_log->find(shard, now - m_entry.ageLimit());
    const auto oldest = m_log->find(shard, WallTime{});
    // Where nothing that is left is too old, what is missing before it is damage.
    const bool hides = young && !(oldest && *oldest == *young);
    return hides ? std::max(horizon, *young) : horizon;
}

Result<StoredStream::Beginning> StoredStream::begin(ShardIndex shard, const CursorStart &start,
                                                    WallTime now)
{
    const auto from = resolve(*m_log, shard, start, m_entry.name);
    if (!from)
        return from.error();
    const Ordinal visible = visibleFrom(shard, now);
    return Beginning{std::max(visible, *from), visible > *from ? visible - *from : 0};
}

StoredStream::Count StoredStream::count(WallTime now)
{
    Count count;
    for (const ShardIndex shard : m_log->shards()) {
        const Ordinal from = visibleFrom(shard, now);
        const std::uint64_t damaged = m_log->damagedRecords(shard, from);
        count.readable += m_log->bounds(shard).end - from - damaged;
        count.damaged += damaged;
    }
    return count;
}

} // namespace millrace::stream
