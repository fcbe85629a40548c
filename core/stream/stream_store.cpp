// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stream/stream_store.h"

#include "core/base/problem_codes.h"
#include "core/base/real_path.h"
#include "core/base/thread.h"
#include "core/stream/directory_layout.h"

#include <algorithm>
#include <charconv>

namespace millrace::stream {
namespace {

constexpr std::uint64_t kDefaultBudget = 5'000'000'000ULL;
/// Whole segments go when the budget is used up: they must be small beside it.
constexpr std::uint64_t kSegmentsInBudget = 32;
constexpr std::uint64_t kSegmentsInLimit = 24; ///< of one stream's own size
/// Each costs two fsyncs, so they are no smaller.
constexpr std::uint64_t kLeastSegmentBytes = 256ULL << 10U;
constexpr std::size_t kCommitters = 2;

Problem busyDirectory(const Path &directory)
{
    return Problem(Code::DirectoryBusy, {{"directory", directory}}, directory);
}

} // namespace

StreamStore::StreamStore(StreamStoreOptions options, FileSystem &fileSystem, Clock &clock,
                         RandomSource &random, LogSink log)
    : m_options(std::move(options))
    , m_fileSystem(fileSystem)
    , m_clock(clock)
    , m_random(random)
    , m_log(std::move(log))
    , m_others(fileSystem, clock, m_options.dataDirectory)
    , m_rewriteTurns(fileSystem, m_options.dataDirectory, m_log)
{}

Result<std::unique_ptr<StreamStore>> StreamStore::open(const StreamStoreOptions &options,
                                                       FileSystem &fileSystem, Clock &clock,
                                                       RandomSource &random, LogSink log)
{
    std::unique_ptr<StreamStore> store(
        new StreamStore(options, fileSystem, clock, random, std::move(log)));
    MILLRACE_TRY(store->openDirectory());
    if (options.threads) {
        StreamStore *self = store.get();
        for (std::size_t i = 0; i < kCommitters; ++i)
            store->m_threads.push_back(
                namedThread("committer", store->m_log,
                            [self](const std::stop_token &stop) { self->commitLoop(stop); }));
        store->m_threads.push_back(
            namedThread("maintenance", store->m_log, [self](const std::stop_token &stop) {
                while (self->waitForMaintenance(stop))
                    self->maintain();
            }));
    }
    return store;
}

StreamStore::~StreamStore()
{
    for (auto &thread : m_threads)
        thread.request_stop();
    m_threads.clear();
    commitAll(); // what memory durability acknowledged is not thrown away by an orderly end
    keepLimits();
    for (const auto &stream : all()) {
        if (stream->gone())
            continue;
        if (const auto closed = stream->log().close(); !closed)
            m_log(Problem(closed.error()).at(stream->name()));
    }
}

/// Below /proc, or below what is a file, a folder does not exist after it was asked for.
Status StreamStore::makeDirectory(const Path &directory) const
{
    Status made = m_fileSystem.makeFolders(directory);
    if (made || made.error().code() != Code::NotFound)
        return made;
    return Problem(Code::Io,
                   {{"operation", "make the data directory"},
                    {"reason", "nothing can be made there; choose another one with --data"}},
                   directory);
}

Status StreamStore::openDirectory()
{
    const Path &directory = m_options.dataDirectory;
    static_assert(StreamStoreOptions::kLeastBudget == 1'000'000); // as the sentence says
    if (m_options.budgetBytes != 0 && m_options.budgetBytes < StreamStoreOptions::kLeastBudget)
        return invalidArgument("The budget (--budget) of " + std::to_string(m_options.budgetBytes) +
                                   " B holds no stream; give at least 1MB",
                               directory);
    if (m_options.create)
        MILLRACE_TRY(makeDirectory(directory));
    auto volume = m_fileSystem.volume(directory);
    if (!volume)
        return std::move(volume).error();
    if (!volume->networkType.empty())
        return Problem(Code::NetworkFileSystem,
                       {{"what", directory},
                        {"type", volume->networkType},
                        {"suggestion", "/var/tmp/millrace"}},
                       directory);
    // The folder itself, not a file in it: whoever removes a file does not let a second one in.
    auto lock = m_fileSystem.lock(directory);
    if (!lock)
        return lock.error().code() == Code::Busy ? busyDirectory(directory)
                                                 : std::move(lock).error();
    m_lock = *std::move(lock);
    m_realDirectory = realPath(directory); // now that there is one
    MILLRACE_TRY(refuseForeign());
    if (!m_options.create && !m_fileSystem.exists(streamsFolder(directory)))
        return Problem(Code::NotFound, {{"what", "A data directory in " + directory}});
    MILLRACE_TRY(m_fileSystem.makeFolders(streamsFolder(directory)));
    auto folders = streamFolders();
    if (!folders)
        return std::move(folders).error();
    MILLRACE_TRY(openCatalog(folders->size()));
    MILLRACE_TRY(settleBudget(volume->freeBytes)); // which sizes the segments of the streams
    MILLRACE_TRY(noteExpiry());
    auto entries = m_catalog->streams();
    if (!entries)
        return std::move(entries).error();
    for (const auto &entry : *entries) {
        const bool stood = folders->erase(entry.id.toString()) > 0;
        auto stream = openStream(entry);
        if (!stream)
            return std::move(stream).error().at(entry.name);
        const log::Log &log = (*stream)->log();
        if (!stood || nothingLeft(log.recovery(), log.shards()))
            m_log(streamFolderMissing(logFolder(directory, entry.id), entry.name));
        m_streams.emplace(entry.name, *std::move(stream));
    }
    for (const auto &folder : *folders)
        reportOrphan(joinPath(streamsFolder(directory), folder));
    return Done{};
}

/// A data directory begins as a new or an empty folder: nothing is made in somebody else's.
Status StreamStore::refuseForeign() const
{
    const Path &directory = m_options.dataDirectory;
    auto names = m_fileSystem.list(directory);
    if (!names)
        return std::move(names).error();
    std::erase(*names, "lost+found"); // what a file system of its own begins with
    if (names->empty() || m_fileSystem.exists(catalogPath(directory)))
        return Done{};
    // What a crash leaves while one is made, or whoever lost the catalog.
    const auto logs = m_fileSystem.list(streamsFolder(directory));
    if (logs && std::all_of(logs->begin(), logs->end(),
                            [](const std::string &name) { return Uuid::parse(name).has_value(); }))
        return Done{};
    return Problem(Code::NotDataDirectory, {{"directory", directory}, {"file", names->front()}},
                   directory);
}

/// The folders of logs; what else somebody put there is nobody's business.
Result<std::set<std::string>> StreamStore::streamFolders() const
{
    auto names = m_fileSystem.list(streamsFolder(m_options.dataDirectory));
    if (!names)
        return std::move(names).error();
    std::set<std::string> out;
    for (auto &name : *names) {
        if (Uuid::parse(name))
            out.insert(std::move(name));
    }
    return out;
}

/// A new catalog is made for a new directory only: beside logs it would say that they are nobody's.
Status StreamStore::openCatalog(std::size_t logs)
{
    const Path path = catalogPath(m_options.dataDirectory);
    auto catalog = store::Catalog::open(path, logs == 0 ? store::Database::Mode::ReadWrite
                                                        : store::Database::Mode::Existing);
    const Code code = catalog ? Code() : catalog.error().code();
    if (code == Code::NotFound || (code == Code::Corrupt && logs > 0))
        return Problem(Code::CatalogLost,
                       {{"streams", std::to_string(logs)},
                        {"catalog", path},
                        {"logs", streamsFolder(m_options.dataDirectory)}},
                       m_options.dataDirectory);
    if (!catalog)
        return std::move(catalog).error();
    m_catalog = *std::move(catalog);
    return Done{};
}

void StreamStore::reportOrphan(const Path &folder) const
{
    m_log(Problem(Code::OrphanStream, {{"bytes", std::to_string(logBytes(m_fileSystem, folder))}},
                  folder));
}

/// The budget belongs to the directory: it was set when that was made, unless somebody says
/// another.
Status StreamStore::settleBudget(std::uint64_t freeBytes)
{
    auto stored = m_catalog->setting("budget");
    if (!stored)
        return std::move(stored).error();
    std::uint64_t known = 0;
    if (*stored)
        std::from_chars((*stored)->data(), (*stored)->data() + (*stored)->size(), known);
    m_budget = m_options.budgetBytes != 0 ? m_options.budgetBytes
               : known != 0               ? known
                                          : std::min(kDefaultBudget, freeBytes / 10);
    auto origin = m_catalog->setting("budget_origin");
    if (!origin)
        return std::move(origin).error();
    m_budgetOfDisk =
        m_options.budgetBytes == 0 && (known == 0 ? m_budget < kDefaultBudget : *origin == "disk");
    MILLRACE_TRY(settle("budget_origin", m_budgetOfDisk ? "disk" : "said", "said"));
    return settle("budget", std::to_string(m_budget), "0");
}

/// Whoever reads beside the engine hides what is too old as the engine does, and must know whether
/// it does.
Status StreamStore::noteExpiry()
{
    return settle(kExpirySetting, m_options.expire ? "on" : "off", "on");
}

/// Writes a setting unless it says that already.
Status StreamStore::settle(const std::string &setting, const std::string &value,
                           const std::string &byDefault)
{
    auto stored = m_catalog->setting(setting);
    if (!stored)
        return std::move(stored).error();
    return stored->value_or(byDefault) == value ? Status(Done{})
                                                : m_catalog->putSetting(setting, value);
}

log::LogLimits StreamStore::limitsOf(const store::StreamEntry &entry) const
{
    log::LogLimits limits;
    limits.retention = m_options.expire ? entry.ageLimit() : std::chrono::milliseconds::max();
    // Whole segments go, so a small limit needs small ones.
    std::uint64_t segmentBytes = m_budget / kSegmentsInBudget;
    if (entry.maxBytes > 0)
        segmentBytes = std::min(segmentBytes, entry.maxBytes / kSegmentsInLimit);
    limits.segmentBytes = std::clamp(segmentBytes, kLeastSegmentBytes, limits.segmentBytes);
    limits.segmentAge =
        std::max<std::chrono::milliseconds>(entry.retention / 24, std::chrono::minutes(1));
    return limits;
}

Result<StreamPtr> StreamStore::openStream(const store::StreamEntry &entry)
{
    log::LogOptions options;
    static_cast<log::LogLimits &>(options) = limitsOf(entry);
    options.folder = logFolder(m_options.dataDirectory, entry.id);
    options.stream = entry.id;
    options.passingProducers = kClientProducer;
    const LogSink report = [this, name = entry.name](const Problem &problem) {
        m_log(Problem(problem).at(name));
    };
    auto log = log::Log::open(options, m_fileSystem, m_clock, m_random, report);
    if (!log)
        return std::move(log).error();
    auto opened = m_fileSystem.info(options.folder);
    if (!opened)
        return std::move(opened).error();
    auto slot = std::make_shared<DataStream *>(nullptr);
    auto stream = std::make_shared<DataStream>(
        entry, *std::move(log), m_clock, [this, slot] { enqueue(*slot); }, m_log,
        [this, folder = options.folder, info = *opened] { return whyGone(folder, info); });
    *slot = stream.get();
    return stream;
}

/// Whether the folder that a log was opened in is there no more, or another one is in its place.
std::optional<Problem> StreamStore::whyGone(const Path &folder, const FileInfo &opened) const
{
    const auto now = m_fileSystem.info(folder);
    if (now ? now->device == opened.device && now->inode == opened.inode
            : now.error().code() != Code::NotFound)
        return {};
    // With the streams' or the whole directory's folder gone, that is what there is to say.
    Path gone = folder;
    for (const Path &outer : {streamsFolder(m_options.dataDirectory), m_options.dataDirectory}) {
        if (!m_fileSystem.exists(outer))
            gone = outer;
    }
    return Problem(Code::StreamFolderGone, {{"folder", gone}}, gone);
}

StreamPtr StreamStore::find(const std::string &name) const
{
    const std::lock_guard guard(m_streamsMutex);
    const auto found = m_streams.find(name);
    return found == m_streams.end() ? nullptr : found->second;
}

StreamPtr StreamStore::find(const StreamUuid &id) const
{
    const std::lock_guard guard(m_streamsMutex);
    for (const auto &[name, stream] : m_streams) {
        if (stream->id() == id)
            return stream;
    }
    return nullptr;
}

std::vector<StreamPtr> StreamStore::all() const
{
    const std::lock_guard guard(m_streamsMutex);
    std::vector<StreamPtr> out;
    for (const auto &[name, stream] : m_streams)
        out.push_back(stream);
    return out;
}

Result<StreamPtr> StreamStore::ensure(const store::StreamEntry &wanted)
{
    const std::lock_guard guard(m_streamsMutex);
    if (const auto found = m_streams.find(wanted.name); found != m_streams.end())
        return found->second;
    store::StreamEntry entry = wanted;
    entry.id = Uuid::random(m_random);
    entry.created = m_clock.wall();
    auto stream = openStream(entry);
    if (!stream)
        return std::move(stream).error().at(entry.name);
    // The row comes last: a folder without a row is an orphan and said to be one, a row without a
    // log would be a lie.
    MILLRACE_TRY(m_catalog->putStream(entry));
    m_streams.emplace(entry.name, *stream);
    return stream;
}

Status StreamStore::update(const StreamUuid &id,
                           const std::function<void(store::StreamEntry &)> &change)
{
    const StreamPtr stream = find(id);
    if (!stream)
        return Problem(Code::NotFound, {{"what", "the stream"}}, id.toString());
    const std::lock_guard guard(m_changeMutex);
    const store::StreamEntry before = stream->entry();
    store::StreamEntry changed = before;
    change(changed);
    if (changed == before)
        return Done{};
    MILLRACE_TRY(m_catalog->putStream(changed));
    stream->updateEntry(changed, limitsOf(changed));
    return Done{};
}

std::uint64_t StreamStore::diskBytes() const
{
    std::uint64_t total = m_others.bytes();
    for (const auto &stream : all()) {
        if (!stream->gone())
            total += stream->log().diskBytes();
    }
    return total;
}

void StreamStore::enqueue(DataStream *stream)
{
    {
        const std::lock_guard guard(m_queueMutex);
        if (!m_queued.insert(stream).second)
            return;
        m_queue.push_back(stream);
    }
    m_queueFilled.notify_one();
}

void StreamStore::commitLoop(const std::stop_token &stop)
{
    std::unique_lock lock(m_queueMutex);
    for (;;) {
        // A stream that the other committer is at work on is left to it: taken off the queue now,
        // its next commit would wait for a lock instead of for work.
        const auto ready = [&] {
            return std::find_if(m_queue.begin(), m_queue.end(),
                                [&](DataStream *s) { return !m_committing.contains(s); });
        };
        if (!m_queueFilled.wait(lock, stop, [&] { return ready() != m_queue.end(); }))
            return;
        const auto next = ready();
        DataStream *stream = *next;
        m_queue.erase(next);
        m_queued.erase(stream);
        m_committing.insert(stream);
        lock.unlock();
        // Whatever is thrown, the stream is not left for ever with one who commits it.
        const auto problem = caught("a commit", [&] {
            stream->commit();
            watchBudget();
        });
        if (problem)
            m_log(*problem);
        // A commit takes a bounded part of what waits; the rest goes behind the other streams.
        const bool more = stream->log().queuedBytes() > 0;
        lock.lock();
        m_committing.erase(stream);
        if (more && m_queued.insert(stream).second)
            m_queue.push_back(stream);
        m_queueFilled.notify_all();
    }
}

bool StreamStore::commitAll()
{
    bool any = false;
    for (;;) {
        DataStream *stream = nullptr;
        {
            const std::lock_guard guard(m_queueMutex);
            if (m_queue.empty())
                return any;
            stream = m_queue.front();
            m_queue.pop_front();
            m_queued.erase(stream);
        }
        while (stream->commit())
            any = true;
    }
}

} // namespace millrace::stream
