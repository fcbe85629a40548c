// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/input_file.h"

#include "core/base/crc32c.h"
#include "core/base/problem_codes.h"

#include <array>

namespace millrace::nodes {

Result<std::unique_ptr<File>> openInput(FileSystem &files, const Path &path)
{
    const auto unreadable = [&](std::string reason) {
        return Problem(Code::NodeFileUnreadable, {{"path", path}, {"reason", std::move(reason)}});
    };
    const auto info = files.info(path);
    if (!info) {
        if (info.error().code() == Code::NotFound)
            return Problem(Code::NodeFileMissing, {{"path", path}});
        return unreadable(info.error().text());
    }
    if (info->isFolder)
        return unreadable("it is a folder");
    auto file = files.open(path, OpenMode::Read);
    if (!file)
        return unreadable(file.error().text());
    return file;
}

Result<FileHead> FileHead::read(const File &file, std::uint32_t bytes)
{
    std::array<std::byte, kBytes> head;
    const auto got = file.readAt(FilePos(0), std::span(head).first(std::min(bytes, kBytes)));
    if (!got)
        return got.error();
    return FileHead{static_cast<std::uint32_t>(*got), crc32c(std::span(head).first(*got))};
}

Result<bool> FileHead::matches(const File &file) const
{
    const auto now = read(file, bytes);
    if (!now)
        return now.error();
    return *now == *this;
}

} // namespace millrace::nodes
