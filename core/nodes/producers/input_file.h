// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <cstdint>
#include <memory>

namespace millrace::nodes {

/// Opens a file that a person named, for reading. Errors: NodeFileMissing, NodeFileUnreadable (no
/// permission, a folder, an I/O error).
Result<std::unique_ptr<File>> openInput(FileSystem &files, const Path &path);

/// The first bytes of a file, as a mark to know it by: CRC-32C of the first `bytes` of it.
struct FileHead {
    static constexpr std::uint32_t kBytes = 1024;

    std::uint32_t bytes = 0; ///< kBytes, or the size where the file was shorter
    std::uint32_t crc = 0;
    friend bool operator==(const FileHead &, const FileHead &) = default;

    /// Of the first kBytes. Errors: as File::readAt.
    static Result<FileHead> read(const File &file, std::uint32_t bytes = kBytes);
    /// Whether `file` still begins with these bytes.
    Result<bool> matches(const File &file) const;
};

} // namespace millrace::nodes
