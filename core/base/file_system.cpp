// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file_system.h"

#include "core/base/problem_codes.h"

namespace millrace {

Path joinPath(const Path &folder, const std::string &name)
{
    if (folder.empty())
        return name;
    return folder.back() == '/' ? folder + name : folder + '/' + name;
}

std::string fileName(const Path &path)
{
    const auto slash = path.find_last_of('/');
    return slash == Path::npos ? path : path.substr(slash + 1);
}

Path parentPath(const Path &path)
{
    const auto slash = path.find_last_of('/');
    if (slash == Path::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<Bytes> FileSystem::readAll(const Path &path)
{
    auto file = open(path, OpenMode::Read);
    if (!file)
        return std::move(file).error();
    const auto size = (*file)->info();
    if (!size)
        return size.error();
    Bytes out(static_cast<std::size_t>(size->sizeBytes));
    auto got = (*file)->readAt(FilePos(0), out);
    if (!got)
        return std::move(got).error();
    out.resize(*got);
    return out;
}

bool FileSystem::exists(const Path &path)
{
    const auto found = info(path);
    return found || found.error().code() != Code::NotFound;
}

Status FileSystem::replaceFile(const Path &path, ByteView content)
{
    const Path temporary = path + ".tmp";
    MILLRACE_TRY(removeAll(temporary));
    {
        auto file = open(temporary, OpenMode::CreateNew);
        if (!file)
            return std::move(file).error();
        MILLRACE_TRY((*file)->writeAt(FilePos(0), content));
        MILLRACE_TRY((*file)->sync());
    }
    MILLRACE_TRY(rename(temporary, path));
    return syncFolder(parentPath(path));
}

Status FileSystem::removeAll(const Path &path)
{
    const auto found = info(path);
    if (!found)
        return found.error().code() == Code::NotFound ? Status(Done{}) : Status(found.error());
    if (found->isFolder && !found->isLink) {
        const auto names = list(path);
        if (!names)
            return names.error();
        for (const auto &name : *names) {
            const Path inner = joinPath(path, name);
            MILLRACE_TRY(exists(inner) ? removeAll(inner) : remove(inner)); // a link to nothing
        }
    }
    return remove(path);
}

} // namespace millrace
