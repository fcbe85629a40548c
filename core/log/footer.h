// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/block_codec.h"

namespace millrace::log {

/// The index at the end of a rewritten segment (FORMAT.md, "Rewritten segments and the footer").
struct Footer {
    std::vector<BlockEntry> blocks; ///< by (shard, first ordinal)
    std::uint32_t commits = 0;
    FilePos position; ///< where it begins, which is where the last commit ends
};

Bytes encodeFooter(const Footer &footer, const Uuid &segmentId);

/// Reads the footer at the end of a file of `fileBytes`.
/// Errors: Corrupt (there is no whole one of this segment), Io.
Result<Footer> readFooter(const File &file, std::uint64_t fileBytes, const Uuid &segmentId);

} // namespace millrace::log
