// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/paths.h"

#include <array>

namespace millrace::nodes {

Path resolvePath(const Path &folder, const Path &path)
{
    if (path.empty() || path.front() == '/' || folder.empty())
        return path;
    return joinPath(folder, path);
}

Result<std::string> readToEnd(FileSystem &files, const Path &path, std::size_t maximumBytes)
{
    auto file = files.open(path, OpenMode::Read);
    if (!file)
        return std::move(file).error();
    std::string text;
    std::array<std::byte, 16 * 1024> block;
    for (;;) {
        const auto got = (*file)->readAt(FilePos(text.size()), block);
        if (!got)
            return got.error();
        if (*got == 0)
            return text;
        text.append(reinterpret_cast<const char *>(block.data()), *got);
        if (text.size() > maximumBytes)
            return invalidArgument("The file is larger than expected", path);
    }
}

} // namespace millrace::nodes
