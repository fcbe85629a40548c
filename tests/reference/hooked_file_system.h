// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"

#include <functional>

namespace millrace::reference {

/// The real file system, with a word at every fdatasync of a file: the moments between which a test
/// counts.
class HookedFileSystem final : public FileSystem
{
public:
    /// `synced` is called after each, on the thread that synced. Set it while nobody uses this.
    std::function<void()> synced;

    Result<std::unique_ptr<File>> open(const Path &path, OpenMode mode) override;
    Result<FileInfo> info(const Path &path) override { return m_real.info(path); }
    Result<std::vector<std::string>> list(const Path &folder) override
    {
        return m_real.list(folder);
    }
    Status makeFolders(const Path &folder) override { return m_real.makeFolders(folder); }
    Status rename(const Path &from, const Path &to) override { return m_real.rename(from, to); }
    Status renameNew(const Path &from, const Path &to) override
    {
        return m_real.renameNew(from, to);
    }
    Status remove(const Path &path) override { return m_real.remove(path); }
    Status syncFolder(const Path &folder, std::source_location from) override
    {
        return m_real.syncFolder(folder, from);
    }
    Result<VolumeInfo> volume(const Path &path) override { return m_real.volume(path); }
    Result<std::unique_ptr<FileLock>> lock(const Path &path) override { return m_real.lock(path); }

private:
    FileSystem &m_real = posixFileSystem();
};

} // namespace millrace::reference
