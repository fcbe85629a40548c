// SPDX-License-Identifier: GPL-3.0-or-later
// What a data directory may take: limits of streams, the budget, and who has to wait for it.
#include "core/base/problem_codes.h"
#include "core/base/real_path.h"
#include "core/stream/directory_layout.h"
#include "core/stream/stream_store.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace millrace::stream {
namespace {

constexpr std::chrono::milliseconds kMaintenanceEvery{1000};
/// Somewhat longer than a node waits at most before it asks again.
constexpr std::chrono::seconds kRefusedFor{12};

/// "3.4 MB": in the units of --budget.
std::string sizeText(std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 4> kUnits{"kB", "MB", "GB", "TB"};
    double size = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; size >= 1000 && unit + 1 < kUnits.size(); ++unit)
        size /= 1000;
    return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

/// Records that a stream had and that nobody can read any more.
std::uint64_t recordsGone(const DataStream &stream)
{
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < stream.shardCount(); ++i)
        sum += stream.bounds(ShardIndex(i)).trimHorizon.value;
    return sum;
}

} // namespace

/// `wanted`: what is to be written beside the logs.
Problem StreamStore::whyFull(std::uint64_t wanted) const
{
    const auto volume = m_fileSystem.volume(m_options.dataDirectory);
    const std::string free = volume ? sizeText(volume->freeBytes) : "an unknown number of bytes";
    // The catalog is nobody's to remove: with that alone too much, only a larger budget helps.
    // Where most of the budget is in files that somebody may remove, no retention does.
    const std::uint64_t own = m_others.ownBytes();
    const std::uint64_t others = m_others.bytes();
    if (own < m_budget && (others + wanted >= m_budget || others > own + m_budget / 2)) {
        const OtherFiles::Largest largest = m_others.largest();
        return Problem(Code::BudgetTaken, {{"budget", sizeText(m_budget)},
                                           {"others", sizeText(others)},
                                           {"file", largest.file},
                                           {"bytes", sizeText(largest.bytes)},
                                           {"free", free}});
    }
    return Problem(m_budgetOfDisk ? Code::SmallDisk : Code::BudgetExhausted,
                   {{"budget", sizeText(m_budget)}, {"free", free}});
}

bool StreamStore::waitForMaintenance(const std::stop_token &stop)
{
    std::unique_lock lock(m_wakeMutex);
    m_maintainWake.wait_for(lock, stop, kMaintenanceEvery, [this] { return m_overBudget; });
    m_overBudget = false;
    return !stop.stop_requested();
}

/// A fast writer fills a small budget many times over in the time between two maintenances.
void StreamStore::watchBudget()
{
    if (!m_full && diskBytes() > m_budget)
        wakeMaintenance();
}

void StreamStore::wakeMaintenance()
{
    {
        const std::lock_guard guard(m_wakeMutex);
        m_overBudget = true;
    }
    m_maintainWake.notify_one();
}

/// Looked at once: a place is asked for with every batch, and may be on a disk that is slow.
bool StreamStore::isInside(const Path &place)
{
    {
        const std::lock_guard guard(m_insideMutex);
        if (const auto known = m_inside.find(place); known != m_inside.end())
            return known->second;
    }
    const bool inside = realPath(place).starts_with(m_realDirectory + '/');
    const std::lock_guard guard(m_insideMutex);
    m_inside[place] = inside;
    return inside;
}

std::optional<Problem> StreamStore::roomFor(const std::string &writer, const Path &place,
                                            std::uint64_t bytes)
{
    if (!isInside(place))
        return {};
    m_others.written(writer);
    m_others.measure();
    if (m_others.bytes() + bytes > m_budget)
        m_others.settle();
    if (m_others.bytes() + bytes > m_budget) {
        // Nothing more is let into the streams either: it would push out what nobody can take.
        {
            const std::lock_guard guard(m_wakeMutex);
            m_refused = {std::max(bytes, m_refused.bytes), m_clock.mono() + kRefusedFor};
        }
        wakeMaintenance();
        return whyFull(bytes);
    }
    m_others.add(writer, bytes);
    watchBudget();
    return {};
}

void StreamStore::keepLimits()
{
    const std::lock_guard guard(m_maintainMutex);
    keepLimitsOfAll();
}

std::vector<StreamPtr> StreamStore::keepLimitsOfAll()
{
    m_others.measure();
    const auto streams = withFolders(all());
    for (const auto &stream : streams) {
        if (!m_options.expire)
            break;
        if (auto freed = stream->log().expire(); !freed)
            m_log(std::move(freed).error().at(stream->name()));
        else if (*freed > 0)
            m_rewriteTurns.freed();
    }
    keepBudget(streams);
    return streams;
}

void StreamStore::maintain()
{
    const std::lock_guard guard(m_maintainMutex);
    const auto streams = keepLimitsOfAll();
    // As much as the largest segments have is left to commits.
    m_rewriteTurns.rewrite(streams, limitsOf({}).segmentBytes, [this] {
        const std::lock_guard waking(m_wakeMutex);
        return m_overBudget;
    });
}

/// The streams whose folders are still there; says, once, which ones are not.
std::vector<StreamPtr> StreamStore::withFolders(std::vector<StreamPtr> streams)
{
    std::erase_if(streams, [this](const StreamPtr &stream) {
        if (!stream->gone() && isEmptied(*stream)) {
            const Path folder = logFolder(m_options.dataDirectory, stream->id());
            stream->setGone(Problem(Code::StreamFolderGone, {{"folder", folder}}, folder));
        }
        const auto why = stream->lookWhetherGone();
        if (why && m_goneFolders.insert(std::string(why->argument("folder"))).second)
            m_log(*why);
        return why.has_value();
    });
    return streams;
}

/// What is written into an emptied folder has no name either. Seen twice, because a log may just
/// have trimmed its last segment and begin the next one.
bool StreamStore::isEmptied(const DataStream &stream)
{
    const Path folder = logFolder(m_options.dataDirectory, stream.id());
    const bool hasFiles = stream.log().diskBytes() > 0;
    const auto stands = log::holdsSegments(m_fileSystem, folder);
    if (hasFiles && stands && !*stands)
        return !m_emptyFolders.insert(folder).second;
    m_emptyFolders.erase(folder);
    return false;
}

/// What was acknowledged and goes is counted and told, whether anybody reads the stream or not.
void StreamStore::tellRemoved(const DataStream &stream, std::uint64_t records)
{
    std::uint64_t &total = m_removed[stream.id()];
    total += records;
    const std::uint64_t own = stream.entry().maxBytes;
    m_log(Problem(Code::RecordsRemoved,
                  {{"records", std::to_string(total)},
                   {"stream", stream.name()},
                   {"limit", own > 0 && own < m_budget ? "the stream's limit of " + sizeText(own)
                                                       : "the budget of " + sizeText(m_budget)}},
                  stream.name()));
}

void StreamStore::keepBudget(const std::vector<StreamPtr> &streams)
{
    const auto drop = [this](const StreamPtr &stream) {
        const std::uint64_t before = recordsGone(*stream);
        auto freed = stream->log().dropOldestSegment();
        if (!freed)
            m_log(std::move(freed).error().at(stream->name()));
        else if (*freed > 0)
            m_rewriteTurns.freed();
        if (const std::uint64_t gone = recordsGone(*stream) - before; gone > 0)
            tellRemoved(*stream, gone);
        return freed ? *freed : std::uint64_t{0};
    };
    const auto own = [&](const StreamPtr &stream) {
        const auto entry = stream->entry();
        if (entry.maxBytes == 0 || entry.role == store::StreamRole::Wire)
            return;
        while (stream->log().diskBytes() > entry.maxBytes) {
            if (drop(stream) == 0)
                break;
        }
    };
    for (const auto &stream : streams)
        own(stream);

    // What may not go, files beside the logs and wires: when that alone is too much, records that
    // went would make no room.
    if (diskBytes() > m_budget && m_others.bytes() > m_budget / 2)
        m_others.settle();
    std::uint64_t fixedBytes = m_others.bytes();
    const std::uint64_t refused = [&] {
        const std::lock_guard guard(m_wakeMutex);
        if (fixedBytes + m_refused.bytes <= m_budget || m_clock.mono() > m_refused.until)
            m_refused = {};
        return m_refused.bytes;
    }();
    for (const auto &stream : streams) {
        if (stream->entry().role == store::StreamRole::Wire)
            fixedBytes += stream->log().diskBytes();
    }
    bool full = fixedBytes >= m_budget || refused > 0;
    while (diskBytes() > m_budget && !full) {
        // The oldest sealed segments of the stream that uses most go; wires never lose unread
        // records, their writer waits.
        std::vector<StreamPtr> bySize;
        for (const auto &stream : streams) {
            if (stream->entry().role != store::StreamRole::Wire)
                bySize.push_back(stream);
        }
        std::sort(bySize.begin(), bySize.end(), [](const auto &a, const auto &b) {
            return a->log().diskBytes() > b->log().diskBytes();
        });
        full = true;
        for (const auto &stream : bySize) {
            if (drop(stream) > 0) {
                full = false;
                break;
            }
        }
    }
    m_full = full;
    const auto why = full ? std::optional(whyFull(refused)) : std::nullopt;
    for (const auto &stream : streams)
        stream->setFull(why);
}

} // namespace millrace::stream
