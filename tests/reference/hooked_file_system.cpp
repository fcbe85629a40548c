// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/reference/hooked_file_system.h"

namespace millrace::reference {
namespace {

class HookedFile final : public File
{
public:
    HookedFile(std::unique_ptr<File> file, const std::function<void()> &synced)
        : m_file(std::move(file))
        , m_synced(synced)
    {}
    Result<std::size_t> readAt(FilePos at, std::span<std::byte> out) const override
    {
        return m_file->readAt(at, out);
    }
    Status writeAt(FilePos at, ByteView bytes) override { return m_file->writeAt(at, bytes); }
    Status sync(std::source_location from) override
    {
        Status done = m_file->sync(from);
        if (m_synced)
            m_synced();
        return done;
    }
    Status allocate(std::uint64_t sizeBytes) override { return m_file->allocate(sizeBytes); }
    Status truncate(std::uint64_t sizeBytes) override { return m_file->truncate(sizeBytes); }
    Result<FileInfo> info() const override { return m_file->info(); }
    Result<FilePos> nextData(FilePos from) const override { return m_file->nextData(from); }

private:
    const std::unique_ptr<File> m_file;
    const std::function<void()> &m_synced;
};

} // namespace

Result<std::unique_ptr<File>> HookedFileSystem::open(const Path &path, OpenMode mode)
{
    auto opened = m_real.open(path, mode);
    if (!opened)
        return std::move(opened).error();
    return std::unique_ptr<File>(new HookedFile(*std::move(opened), synced));
}

} // namespace millrace::reference
