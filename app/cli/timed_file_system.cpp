// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/timed_file_system.h"

#include "core/base/clock.h"

namespace millrace::cli {

/// Times the call and notes it.
Status TimedFileSystem::timed(Kind kind, auto &&call)
{
    SystemClock clock;
    const MonoTime begin = clock.mono();
    Status done = call();
    const auto took = clock.mono() - begin;
    const std::lock_guard guard(m_mutex);
    (kind == Kind::Sync ? m_syncs : m_others).push_back(took);
    return done;
}

class TimedFileSystem::TimedFile : public File
{
public:
    TimedFile(TimedFileSystem &owner, std::unique_ptr<File> real)
        : m_owner(owner)
        , m_real(std::move(real))
    {}
    Result<std::size_t> readAt(FilePos at, std::span<std::byte> out) const override
    {
        return m_real->readAt(at, out);
    }
    Status writeAt(FilePos at, ByteView bytes) override
    {
        return m_owner.timed(Kind::Other, [&] { return m_real->writeAt(at, bytes); });
    }
    Status sync(std::source_location from) override
    {
        return m_owner.timed(Kind::Sync, [&] { return m_real->sync(from); });
    }
    Status allocate(std::uint64_t sizeBytes) override
    {
        return m_owner.timed(Kind::Other, [&] { return m_real->allocate(sizeBytes); });
    }
    Status truncate(std::uint64_t sizeBytes) override
    {
        return m_owner.timed(Kind::Other, [&] { return m_real->truncate(sizeBytes); });
    }
    Result<FileInfo> info() const override { return m_real->info(); }
    Result<FilePos> nextData(FilePos from) const override { return m_real->nextData(from); }

private:
    TimedFileSystem &m_owner;
    std::unique_ptr<File> m_real;
};

Result<std::unique_ptr<File>> TimedFileSystem::open(const Path &path, OpenMode mode)
{
    auto file = m_real.open(path, mode);
    if (!file)
        return file;
    return std::unique_ptr<File>(std::make_unique<TimedFile>(*this, *std::move(file)));
}

Status TimedFileSystem::rename(const Path &from, const Path &to)
{
    return timed(Kind::Other, [&] { return m_real.rename(from, to); });
}

Status TimedFileSystem::renameNew(const Path &from, const Path &to)
{
    return timed(Kind::Other, [&] { return m_real.renameNew(from, to); });
}

Status TimedFileSystem::remove(const Path &path)
{
    return timed(Kind::Other, [&] { return m_real.remove(path); });
}

Status TimedFileSystem::syncFolder(const Path &folder, std::source_location from)
{
    return timed(Kind::Other, [&] { return m_real.syncFolder(folder, from); });
}

TimedFileSystem::Durations TimedFileSystem::syncs() const
{
    const std::lock_guard guard(m_mutex);
    return m_syncs;
}

TimedFileSystem::Durations TimedFileSystem::calls() const
{
    const std::lock_guard guard(m_mutex);
    Durations all = m_syncs;
    all.insert(all.end(), m_others.begin(), m_others.end());
    return all;
}

std::chrono::nanoseconds waitAtPercentile99(const TimedFileSystem::Durations &calls,
                                            std::chrono::nanoseconds span)
{
    // A moment within a call of length d waits for more than x in d - x of its moments.
    const auto waitingLonger = [&](std::chrono::nanoseconds x) {
        std::chrono::nanoseconds sum{0};
        for (const auto d : calls)
            sum += std::max(d - x, std::chrono::nanoseconds{0});
        return sum;
    };
    std::chrono::nanoseconds low{0};
    std::chrono::nanoseconds high = span;
    while (high - low > std::chrono::microseconds(1)) {
        const auto middle = low + (high - low) / 2;
        (waitingLonger(middle) > span / 100 ? low : high) = middle;
    }
    return high;
}

} // namespace millrace::cli
