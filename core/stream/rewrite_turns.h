// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/stream/data_stream.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace millrace::stream {

/// Has sealed segments of a data directory's streams rewritten, one stream after the other.
///
/// For a while a segment stands twice. So that commits do not miss the last bytes of a disk for it,
/// none is begun that would not leave some to spare; and after a DiskFull all the same (a quota),
/// none until something was freed. What the logs say is reported.
/// Thread-safety: one thread at a time.
class RewriteTurns
{
public:
    RewriteTurns(FileSystem &fileSystem, Path dataDirectory, LogSink report);

    /// Something of the directory went.
    void freed() { m_fullWith.reset(); }
    /// One segment of each stream, from the stream behind the last one that had its turn on, until
    /// `enough` says so, which is asked after each. `spareBytes` of the disk stay free.
    void rewrite(const std::vector<std::shared_ptr<DataStream>> &streams, std::uint64_t spareBytes,
                 const std::function<bool()> &enough);

private:
    FileSystem &m_fileSystem;
    const Path m_dataDirectory;
    const LogSink m_report;
    std::size_t m_turns = 0;                 ///< counts on over the streams
    std::optional<std::uint64_t> m_fullWith; ///< free bytes of the disk when it was full
};

} // namespace millrace::stream
