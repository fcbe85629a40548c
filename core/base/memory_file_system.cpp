// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory_file_system.h"

#include "core/base/clock.h"
#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace {

struct MemoryFileSystem::Inode {
    std::uint64_t number = 0;
    Bytes current;
    Bytes durable;
    std::int64_t modifiedMs = 0;
};

namespace {

constexpr std::size_t kSectorBytes = 512;

Problem crashedProblem(const char *call, const Path &path)
{
    return Problem(Code::Io, {{"operation", call}, {"reason", "the computer has crashed"}}, path);
}

/// Sector by sector either the durable or the current content, by `seed`.
Bytes tear(const Bytes &durable, const Bytes &current, std::uint64_t seed)
{
    Bytes out = durable;
    const bool grows = (mix64(seed) & 1) != 0;
    out.resize(grows ? std::max(durable.size(), current.size()) : durable.size());
    for (std::size_t at = 0; at < out.size(); at += kSectorBytes) {
        const std::size_t end = std::min({at + kSectorBytes, out.size(), current.size()});
        if (end > at && (mix64(seed + at + 1) & 1) != 0)
            std::copy(current.begin() + static_cast<std::ptrdiff_t>(at),
                      current.begin() + static_cast<std::ptrdiff_t>(end),
                      out.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return out;
}

} // namespace

class MemoryFileSystem::OpenFile final : public File
{
public:
    OpenFile(MemoryFileSystem &fs, InodePtr inode, Path path)
        : m_fs(fs)
        , m_inode(std::move(inode))
        , m_path(std::move(path))
        , m_generation(fs.m_generation)
    {}

    Result<std::size_t> readAt(FilePos at, std::span<std::byte> out) const override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        if (stale())
            return crashedProblem("read", m_path);
        if (m_fs.m_failRead) {
            if (const Problem *problem = m_fs.m_failRead(m_path, at, out.size()))
                return *problem;
        }
        const auto &content = m_inode->current;
        if (at.value >= content.size())
            return std::size_t{0};
        const auto n = std::min<std::size_t>(out.size(), content.size() - at.value);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at.value), n, out.begin());
        return n;
    }

    Status writeAt(FilePos at, ByteView bytes) override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        const bool crashedBefore = m_fs.m_crashed;
        if (auto ok = begin("write"); !ok) {
            // The call during which the computer stops may still have reached the page cache.
            if (m_fs.m_crashed && !crashedBefore && !stale())
                put(at, bytes);
            return ok;
        }
        MILLRACE_TRY(m_fs.grow(m_inode, at.value + bytes.size(), m_path));
        put(at, bytes);
        return Done{};
    }

    Status sync(std::source_location from) override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        MILLRACE_TRY(begin("sync", from));
        if (!m_fs.ignored())
            m_inode->durable = m_inode->current;
        return Done{};
    }

    Status allocate(std::uint64_t sizeBytes) override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        MILLRACE_TRY(begin("allocate"));
        return m_fs.grow(m_inode, sizeBytes, m_path);
    }

    Status truncate(std::uint64_t sizeBytes) override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        MILLRACE_TRY(begin("truncate"));
        m_inode->current.resize(static_cast<std::size_t>(sizeBytes));
        m_inode->modifiedMs = m_fs.nextTime();
        return Done{};
    }

    Result<FileInfo> info() const override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        FileInfo out;
        out.sizeBytes = m_inode->current.size();
        out.device = 1;
        out.inode = m_inode->number;
        out.modifiedMs = m_inode->modifiedMs;
        return out;
    }

private:
    bool stale() const { return m_generation != m_fs.m_generation; }
    Status begin(const char *call, std::source_location from = {})
    {
        return stale() ? Status(crashedProblem(call, m_path)) : m_fs.step(call, m_path, from);
    }
    void put(FilePos at, ByteView bytes)
    {
        m_inode->modifiedMs = m_fs.nextTime();
        auto &content = m_inode->current;
        if (content.size() < at.value + bytes.size())
            content.resize(static_cast<std::size_t>(at.value) + bytes.size());
        std::copy(bytes.begin(), bytes.end(),
                  content.begin() + static_cast<std::ptrdiff_t>(at.value));
    }

    MemoryFileSystem &m_fs;
    InodePtr m_inode;
    Path m_path;
    std::uint64_t m_generation;
};

class MemoryFileSystem::Lock final : public FileLock
{
public:
    Lock(MemoryFileSystem &fs, Path path)
        : m_fs(fs)
        , m_path(std::move(path))
        , m_generation(fs.m_generation)
    {}
    ~Lock() override
    {
        const std::lock_guard guard(m_fs.m_mutex);
        if (m_generation == m_fs.m_generation)
            m_fs.m_locks.erase(m_path);
    }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

private:
    MemoryFileSystem &m_fs;
    Path m_path;
    std::uint64_t m_generation;
};

MemoryFileSystem::MemoryFileSystem() = default;
MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::crashAfter(std::uint64_t steps)
{
    const std::lock_guard guard(m_mutex);
    m_crashAt = m_steps + steps;
}

std::uint64_t MemoryFileSystem::steps() const
{
    const std::lock_guard guard(m_mutex);
    return m_steps;
}

bool MemoryFileSystem::crashed() const
{
    const std::lock_guard guard(m_mutex);
    return m_crashed;
}

void MemoryFileSystem::restart(Unsynced unsynced, std::uint64_t seed)
{
    const std::lock_guard guard(m_mutex);
    if (unsynced != Unsynced::Lost) {
        std::uint64_t n = 0;
        for (auto &[path, inode] : m_names) {
            if (unsynced == Unsynced::Kept)
                inode->durable = inode->current;
            else
                inode->durable = tear(inode->durable, inode->current, mix64(seed ^ mix64(++n)));
        }
        for (const NameChange &change : m_changes) {
            if (unsynced == Unsynced::Kept || (mix64(seed ^ mix64(++n)) & 1) != 0)
                apply(change, m_durableNames);
        }
        for (const Path &folder : m_folders) {
            if (unsynced == Unsynced::Kept || (mix64(seed ^ mix64(++n)) & 1) != 0)
                m_durableFolders.insert(folder);
        }
    }
    m_changes.clear();
    forgetFolders();
    m_names = m_durableNames;
    for (auto &[path, inode] : m_names)
        inode->current = inode->durable;
    m_locks.clear();
    m_crashed = false;
    m_crashAt = ~0ULL;
    ++m_generation;
}

void MemoryFileSystem::ignoreSyncs(std::function<bool(const Step &)> ignore)
{
    const std::lock_guard guard(m_mutex);
    m_ignore = std::move(ignore);
}

void MemoryFileSystem::failSteps(std::function<const Problem *(const Step &)> fail)
{
    const std::lock_guard guard(m_mutex);
    m_fail = std::move(fail);
}

void MemoryFileSystem::failReads(
    std::function<const Problem *(const Path &, FilePos, std::size_t)> fail)
{
    const std::lock_guard guard(m_mutex);
    m_failRead = std::move(fail);
}

void MemoryFileSystem::setCapacity(std::uint64_t bytes)
{
    const std::lock_guard guard(m_mutex);
    m_capacity = bytes;
}

void MemoryFileSystem::setTime(std::int64_t modifiedMs)
{
    const std::lock_guard guard(m_mutex);
    m_modified = modifiedMs;
    m_timeStands = true;
}

std::int64_t MemoryFileSystem::nextTime()
{
    if (!m_timeStands)
        ++m_modified;
    return m_modified;
}

std::vector<MemoryFileSystem::Step> MemoryFileSystem::history() const
{
    const std::lock_guard guard(m_mutex);
    return m_history;
}

Bytes MemoryFileSystem::content(const Path &path) const
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_names.find(path);
    return found == m_names.end() ? Bytes{} : found->second->current;
}

void MemoryFileSystem::setContent(const Path &path, Bytes content)
{
    const std::lock_guard guard(m_mutex);
    auto &inode = m_names[path];
    if (!inode) {
        inode = std::make_shared<Inode>();
        inode->number = m_nextInode++;
    }
    inode->current = inode->durable = std::move(content);
    inode->modifiedMs = nextTime();
    m_durableNames[path] = inode;
    std::erase_if(m_changes, [&](const NameChange &change) { return change.to == path; });
}

Status MemoryFileSystem::step(const char *call, const Path &path, std::source_location from)
{
    if (m_crashed)
        return crashedProblem(call, path);
    if (m_steps >= m_crashAt) {
        m_crashed = true;
        return crashedProblem(call, path);
    }
    ++m_steps;
    m_history.push_back({call, path, from});
    if (m_fail) {
        if (const Problem *problem = m_fail(m_history.back()))
            return *problem;
    }
    return Done{};
}

bool MemoryFileSystem::ignored() const
{
    return m_ignore && m_ignore(m_history.back());
}

void MemoryFileSystem::change(NameChange change)
{
    apply(change, m_names);
    m_changes.push_back(std::move(change));
}

/// Takes away the folders whose names are not durable, with all that stands in them.
void MemoryFileSystem::forgetFolders()
{
    std::set<Path> lost;
    for (const Path &folder : m_folders) { // parents come before what is in them
        if (!m_durableFolders.contains(folder) || lost.contains(parentPath(folder)))
            lost.insert(folder);
    }
    std::erase_if(m_folders, [&](const Path &folder) { return lost.contains(folder); });
    std::erase_if(m_durableNames,
                  [&](const auto &name) { return lost.contains(parentPath(name.first)); });
    m_durableFolders = m_folders;
}

void MemoryFileSystem::apply(const NameChange &change, Names &names)
{
    if (const auto found = names.find(change.from);
        found != names.end() && found->second == change.inode)
        names.erase(found);
    if (!change.to.empty())
        names[change.to] = change.inode;
}

std::uint64_t MemoryFileSystem::usedBytes() const
{
    std::uint64_t used = 0;
    for (const auto &[path, inode] : m_names)
        used += inode->current.size();
    return used;
}

Status MemoryFileSystem::grow(const InodePtr &inode, std::uint64_t size, const Path &path)
{
    if (size <= inode->current.size())
        return Done{};
    if (m_capacity != ~0ULL && usedBytes() - inode->current.size() + size > m_capacity)
        return Problem(Code::DiskFull, {{"operation", "write"}}, path);
    inode->current.resize(static_cast<std::size_t>(size));
    return Done{};
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const Path &path, OpenMode mode)
{
    const std::lock_guard guard(m_mutex);
    if (m_crashed)
        return crashedProblem("open", path);
    const auto found = m_names.find(path);
    if (found != m_names.end()) {
        if (mode == OpenMode::CreateNew)
            return Problem(Code::AlreadyExists, {{"what", path}}, path);
        return std::unique_ptr<File>(std::make_unique<OpenFile>(*this, found->second, path));
    }
    if (mode == OpenMode::Read || mode == OpenMode::ReadWrite ||
        !m_folders.contains(parentPath(path)))
        return Problem(Code::NotFound, {{"what", path}}, path);
    if (auto ok = step("create", path); !ok)
        return std::move(ok).error();
    auto inode = std::make_shared<Inode>();
    inode->number = m_nextInode++;
    change({{}, path, inode});
    return std::unique_ptr<File>(std::make_unique<OpenFile>(*this, inode, path));
}

Result<FileInfo> MemoryFileSystem::info(const Path &path)
{
    const std::lock_guard guard(m_mutex);
    if (m_crashed)
        return crashedProblem("stat", path);
    FileInfo out;
    out.device = 1;
    if (m_folders.contains(path)) {
        out.isFolder = true;
        out.inode = std::hash<Path>{}(path);
        return out;
    }
    const auto found = m_names.find(path);
    if (found == m_names.end())
        return Problem(Code::NotFound, {{"what", path}}, path);
    out.isRegular = true;
    out.sizeBytes = found->second->current.size();
    out.inode = found->second->number;
    out.modifiedMs = found->second->modifiedMs;
    return out;
}

Result<std::vector<std::string>> MemoryFileSystem::list(const Path &folder)
{
    const std::lock_guard guard(m_mutex);
    if (m_crashed)
        return crashedProblem("list", folder);
    if (!m_folders.contains(folder))
        return Problem(Code::NotFound, {{"what", folder}}, folder);
    std::vector<std::string> names;
    for (const auto &[path, inode] : m_names) {
        if (parentPath(path) == folder)
            names.push_back(fileName(path));
    }
    for (const auto &path : m_folders) {
        if (path != folder && parentPath(path) == folder)
            names.push_back(fileName(path));
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// As the real one: each that is missing is made, and then the folder it stands in is synced.
Status MemoryFileSystem::makeFolders(const Path &folder)
{
    const std::lock_guard guard(m_mutex);
    MILLRACE_TRY(step("make folder", folder));
    std::vector<Path> missing;
    for (Path at = folder; at != "/" && at != "." && !m_folders.contains(at); at = parentPath(at))
        missing.insert(missing.begin(), at);
    for (const Path &made : missing) {
        m_folders.insert(made);
        MILLRACE_TRY(step("syncFolder", parentPath(made)));
        m_durableFolders.insert(made);
    }
    return Done{};
}

Status MemoryFileSystem::rename(const Path &from, const Path &to)
{
    const std::lock_guard guard(m_mutex);
    MILLRACE_TRY(step("rename", from));
    const auto found = m_names.find(from);
    if (found == m_names.end())
        return Problem(Code::NotFound, {{"what", from}}, from);
    change({from, to, InodePtr(found->second)});
    return Done{};
}

Status MemoryFileSystem::renameNew(const Path &from, const Path &to)
{
    if (exists(to))
        return Problem(Code::AlreadyExists, {{"what", to}}, to);
    return rename(from, to);
}

Status MemoryFileSystem::remove(const Path &path)
{
    const std::lock_guard guard(m_mutex);
    MILLRACE_TRY(step("remove", path));
    if (m_folders.erase(path) > 0) {
        m_durableFolders.erase(path);
        return Done{};
    }
    const auto found = m_names.find(path);
    if (found == m_names.end())
        return Problem(Code::NotFound, {{"what", path}}, path);
    change({path, {}, InodePtr(found->second)});
    return Done{};
}

Status MemoryFileSystem::syncFolder(const Path &folder, std::source_location from)
{
    const std::lock_guard guard(m_mutex);
    auto synced = step("syncFolder", folder, from);
    if (m_crashed || ignored())
        return synced;
    // What is said to have failed may have been done all the same.
    std::erase_if(m_changes, [&](const NameChange &change) {
        const bool here = parentPath(change.from) == folder || parentPath(change.to) == folder;
        if (here)
            apply(change, m_durableNames);
        return here;
    });
    for (const Path &made : m_folders) {
        if (parentPath(made) == folder)
            m_durableFolders.insert(made);
    }
    return synced;
}

Result<VolumeInfo> MemoryFileSystem::volume(const Path &)
{
    const std::lock_guard guard(m_mutex);
    VolumeInfo out;
    out.totalBytes = m_capacity == ~0ULL ? 1ULL << 40 : m_capacity;
    out.freeBytes = out.totalBytes - std::min(out.totalBytes, usedBytes());
    return out;
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const Path &path)
{
    const std::lock_guard guard(m_mutex);
    if (m_crashed)
        return crashedProblem("lock", path);
    if (!m_locks.insert(path).second)
        return Problem(Code::Busy, {{"what", path}}, path);
    return std::unique_ptr<FileLock>(std::make_unique<Lock>(*this, path));
}

} // namespace millrace
