// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/rewrite_turns.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace::stream {

RewriteTurns::RewriteTurns(FileSystem &fileSystem, Path dataDirectory, LogSink report)
    : m_fileSystem(fileSystem)
    , m_dataDirectory(std::move(dataDirectory))
    , m_report(std::move(report))
{}

void RewriteTurns::rewrite(const std::vector<std::shared_ptr<DataStream>> &streams,
                           std::uint64_t spareBytes, const std::function<bool()> &enough)
{
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const auto volume = m_fileSystem.volume(m_dataDirectory);
        const std::uint64_t freeBytes =
            volume ? volume->freeBytes : std::numeric_limits<std::uint64_t>::max();
        // Others may have freed something as well; a little more or less is nothing to begin for.
        if (m_fullWith && freeBytes - std::min(freeBytes, *m_fullWith) < spareBytes)
            return;
        m_fullWith.reset();
        if (freeBytes <= spareBytes)
            return;
        const auto &stream = streams[++m_turns % streams.size()];
        if (auto did = stream->log().rewriteOne(freeBytes - spareBytes); !did) {
            if (did.error().code() == Code::DiskFull)
                m_fullWith = freeBytes;
            m_report(std::move(did).error().at(stream->name()));
        }
        if (enough())
            return;
    }
}

} // namespace millrace::stream
