// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/segment_files.h"
#include "core/log/segment_index.h"

namespace millrace::log {

/// What rewriting a segment takes.
struct RewriteInput {
    SealedPtr segment;
    Producers producers; ///< each producer's newest at the end of the segment
    Uuid newId;
    int zstdLevel = 1;
};

/// Writes the records of a sealed segment again in large blocks with a footer, and puts the file
/// in the place of the old one (FORMAT.md, "Rewritten segments and the footer"). Leaves the old one
/// as it was when it fails. The caller syncs the folder: until then a crash may bring the old one
/// back, which holds the same records.
/// Errors: Corrupt (a block, or the header, is damaged or cannot be read: the place names it),
/// DiskFull, Io.
Result<SealedPtr> rewriteSegment(FileSystem &fileSystem, SegmentFiles &files,
                                 const RewriteInput &input);

} // namespace millrace::log
