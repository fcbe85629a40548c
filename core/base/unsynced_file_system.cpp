// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/unsynced_file_system.h"

namespace millrace {
namespace {

class UnsyncedFile final : public File
{
public:
    explicit UnsyncedFile(std::unique_ptr<File> file)
        : m_file(std::move(file))
    {}

    Result<std::size_t> readAt(FilePos at, std::span<std::byte> out) const override
    {
        return m_file->readAt(at, out);
    }
    Status writeAt(FilePos at, ByteView bytes) override { return m_file->writeAt(at, bytes); }
    Status sync(std::source_location) override { return Done{}; }
    Status allocate(std::uint64_t sizeBytes) override { return m_file->allocate(sizeBytes); }
    Status truncate(std::uint64_t sizeBytes) override { return m_file->truncate(sizeBytes); }
    Result<FileInfo> info() const override { return m_file->info(); }
    Result<FilePos> nextData(FilePos from) const override { return m_file->nextData(from); }

private:
    std::unique_ptr<File> m_file;
};

} // namespace

Result<std::unique_ptr<File>> UnsyncedFileSystem::open(const Path &path, OpenMode mode)
{
    auto file = m_files.open(path, mode);
    if (!file)
        return std::move(file).error();
    return std::unique_ptr<File>(std::make_unique<UnsyncedFile>(*std::move(file)));
}

} // namespace millrace
