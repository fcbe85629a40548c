// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/segment_walk.h"

#include <algorithm>

namespace millrace::log {
namespace {

/// Reads all of a file from `from` on into `buffer`.
Result<ByteView> readRest(const File &file, FilePos from, Bytes &buffer)
{
    const auto info = file.info();
    if (!info)
        return info.error();
    if (info->sizeBytes <= from.value)
        return ByteView{};
    buffer.resize(static_cast<std::size_t>(info->sizeBytes - from.value));
    const auto got = file.readAt(from, buffer);
    if (!got)
        return got.error();
    return ByteView(buffer).first(*got);
}

/// The next place at or behind `at`, a multiple of 8, where a commit header's magic stands; the
/// size of `bytes` when there is none.
std::size_t nextMagic(ByteView bytes, std::size_t at)
{
    std::uint64_t magic = 0;
    std::memcpy(&magic, kCommitMagic.data(), sizeof magic);
    for (; at + sizeof magic <= bytes.size(); at += kAlignment) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        if (word == magic)
            return at;
    }
    return bytes.size();
}

/// How many bytes there are up to the last that is not zero. Rooms of 64 MiB are looked through at
/// every start, hence word by word.
std::size_t usedBytes(ByteView bytes)
{
    std::size_t size = bytes.size();
    const auto isZero = [&](std::size_t at) { return bytes[at] == std::byte{0}; };
    while (size % sizeof(std::uint64_t) != 0 && isZero(size - 1))
        --size;
    for (std::uint64_t word = 0; size >= sizeof word; size -= sizeof word) {
        std::memcpy(&word, bytes.data() + size - sizeof word, sizeof word);
        if (word != 0)
            break;
    }
    while (size > 0 && isZero(size - 1))
        --size;
    return size;
}

} // namespace

Result<Walk> walkSegment(const File &file, const Uuid &segmentId, WalkPoint from, bool search,
                         Bytes &buffer)
{
    auto read = readRest(file, from.position, buffer);
    if (!read)
        return std::move(read).error();
    ByteView bytes = *read;
    Walk walk;
    walk.end = from;
    walk.walkedBytes = bytes.size();
    std::size_t at = 0;
    const auto take = [&](Commit commit, std::size_t begin) {
        at = begin + static_cast<std::size_t>(commit.sizeBytes);
        walk.end = {from.position + at, commit.number + 1};
        walk.blocks.insert(walk.blocks.end(), commit.blocks.begin(), commit.blocks.end());
        std::move(commit.progress.begin(), commit.progress.end(),
                  std::back_inserter(walk.progress));
    };
    while (at < bytes.size()) {
        auto commit = readCommit(bytes.subspan(at), segmentId, from.position + at);
        if (commit && commit->number == walk.end.nextNumber) {
            take(*std::move(commit), at);
            continue;
        }
        if (!search)
            break;
        std::size_t found = at;
        while ((found = nextMagic(bytes, found + kAlignment)) < bytes.size()) {
            commit = readCommit(bytes.subspan(found), segmentId, from.position + found);
            if (commit && commit->number > walk.end.nextNumber)
                break;
        }
        if (found >= bytes.size())
            break;
        // Beside a running engine the bytes at `at` may have been read while they were written, and
        // those behind them later. What still holds no whole commit now is damaged.
        read = readRest(file, from.position, buffer);
        if (!read)
            return std::move(read).error();
        bytes = *read;
        auto again =
            readCommit(bytes.subspan(std::min(at, bytes.size())), segmentId, from.position + at);
        if (again && again->number == walk.end.nextNumber) {
            take(*std::move(again), at);
            continue;
        }
        walk.damaged.push_back({from.position + at, from.position + found});
        take(*std::move(commit), found);
    }
    const ByteView rest = bytes.subspan(std::min(at, bytes.size()));
    if (const std::size_t used = usedBytes(rest); used > 0)
        walk.tail = FileRange{from.position + at, from.position + at + used};
    return walk;
}

Result<std::optional<Commit>> readCommitAt(const File &file, const Uuid &segmentId,
                                           FilePos position, Bytes &buffer)
{
    buffer.resize(kCommitHeaderBytes);
    auto got = file.readAt(position, buffer);
    if (!got)
        return std::move(got).error();
    const auto info = file.info();
    if (!info)
        return info.error();
    const auto size = commitSize(ByteView(buffer).first(*got), segmentId);
    if (!size || *size > info->sizeBytes - position.value)
        return std::optional<Commit>();
    buffer.resize(static_cast<std::size_t>(*size));
    got = file.readAt(position, buffer);
    if (!got)
        return std::move(got).error();
    return readCommit(ByteView(buffer).first(*got), segmentId, position);
}

Result<std::optional<FoundCommit>> findFirstCommit(const File &file, Bytes &buffer)
{
    const auto read = readRest(file, FilePos(kHeaderAlignment), buffer);
    if (!read)
        return read.error();
    const ByteView bytes = *read;
    for (std::size_t at = nextMagic(bytes, 0); at < bytes.size();
         at = nextMagic(bytes, at + kAlignment)) {
        const auto id = commitSegmentId(bytes.subspan(at));
        if (!id)
            continue;
        const FilePos position(kHeaderAlignment + at);
        if (const auto commit = readCommit(bytes.subspan(at), *id, position))
            return std::optional(FoundCommit{*id, {position, commit->number}});
    }
    return std::optional<FoundCommit>();
}

Result<bool> holdsCommitMagic(const File &file, Bytes &buffer)
{
    const auto read = readRest(file, FilePos(kHeaderAlignment), buffer);
    if (!read)
        return read.error();
    return nextMagic(*read, 0) < read->size();
}

} // namespace millrace::log
