// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

namespace millrace {

/// Another file system without its syncs: for runs in virtual time, whose results are looked at
/// when they are over. What is written survives the process, not a power cut.
/// Thread-safety: that of the other one, which must outlive this.
class UnsyncedFileSystem final : public FileSystem
{
public:
    explicit UnsyncedFileSystem(FileSystem &files)
        : m_files(files)
    {}

    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override;
    Result<FileInfo> info(const Path &path) override { return m_files.info(path); }
    Result<std::vector<std::string>> list(const Path &folder) override
    {
        return m_files.list(folder);
    }
    Status makeFolders(const Path &folder) override { return m_files.makeFolders(folder); }
    Status rename(const Path &from, const Path &to) override { return m_files.rename(from, to); }
    Status renameNew(const Path &from, const Path &to) override
    {
        return m_files.renameNew(from, to);
    }
    Status remove(const Path &path) override { return m_files.remove(path); }
    Status syncFolder(const Path &, std::source_location) override { return Done{}; }
    Result<VolumeInfo> volume(const Path &path) override { return m_files.volume(path); }
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override { return m_files.lock(path); }

private:
    FileSystem &m_files;
};

} // namespace millrace
