// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/stream/data_stream.h"
#include "core/stream/other_files.h"
#include "core/stream/rewrite_turns.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <thread>

namespace millrace::stream {

using StreamPtr = std::shared_ptr<DataStream>;

struct StreamStoreOptions {
    Path dataDirectory;
    /// 0: what the directory was made with; at first 5 GB, at most 10 % of the free disk. Another
    /// one is remembered; below kLeastBudget it is InvalidArgument, and nothing is made.
    std::uint64_t budgetBytes = 0;
    /// The catalog, with what SQLite keeps beside it, takes 0.1 MB while a small pipeline runs
    /// (measured); the rest is for a sealed and an open segment of one stream, 0.25 MiB each.
    static constexpr std::uint64_t kLeastBudget = 1'000'000;
    /// False: no threads; the owner calls commitAll() and maintain() (virtual time, tests).
    bool threads = true;
    bool expire = true; ///< false: retention is off (virtual time)
    bool create = true; ///< false: a directory that is none yet is NotFound, and nothing is made
};

/// All streams of a data directory: opens them, gives out DataStreams, runs two committer threads,
/// and keeps the directory within its budget.
///
/// The directory is locked while the store lives, the folder itself, so that no file in it can be
/// removed that the lock hangs on: a second one gets DirectoryBusy. A network file system is
/// refused, a folder that holds something and is no data directory (NotDataDirectory; nothing is
/// made in it), and a directory whose catalog is gone or damaged while logs are there
/// (CatalogLost); a log that the catalog does not know is reported (OrphanStream) and left as it
/// is. What is here and what is not: FORMAT.md of core/store and core/log. Thread-safety: every
/// function may be called from any thread.
class StreamStore
{
public:
    static Result<std::unique_ptr<StreamStore>> open(const StreamStoreOptions &options,
                                                     FileSystem &fileSystem, Clock &clock,
                                                     RandomSource &random, LogSink log);
    ~StreamStore();

    StreamPtr find(const std::string &name) const; ///< null when there is none
    StreamPtr find(const StreamUuid &id) const;
    std::vector<StreamPtr> all() const; ///< by name
    /// The stream of that name, made as `wanted` says when there is none (id and creation time are
    /// set here). Settings of an existing one are left alone.
    Result<StreamPtr> ensure(const store::StreamEntry &wanted);
    /// Changes settings or schema of a stream: `change` gets the entry as it is now. One change at
    /// a time, so that none is lost; `change` must not call the store. Errors: NotFound, and those
    /// of Catalog; then nothing has changed.
    Status update(const StreamUuid &id, const std::function<void(store::StreamEntry &)> &change);

    store::Catalog &catalog() { return *m_catalog; }
    const Path &dataDirectory() const { return m_options.dataDirectory; }
    std::uint64_t budgetBytes() const { return m_budget; }
    std::uint64_t diskBytes() const;
    FileSystem &fileSystem() { return m_fileSystem; }
    Clock &clock() { return m_clock; }

    /// Without threads: commits everything that waits. True when something did.
    bool commitAll();
    /// Retention, budget, rewriting of one sealed segment of each stream while the disk has room
    /// to spare for it, and a look whether the streams' folders are still there (StreamFolderGone
    /// is reported, each folder once; the other streams go on). Called by the maintenance thread
    /// about once a second and when a commit passes the budget, or by the owner.
    void maintain();
    /// What maintain() does but the rewriting: at an orderly stop, so that a short run too leaves
    /// no more than it may. The end of the store does it once more.
    void keepLimits();
    /// Asked before `bytes` are written to `place`, a file or folder of a pipeline: counts them, or
    /// says why they do not fit into the budget. What lies outside of the directory always does,
    /// whichever way the two are spelled. `writer` is a name of whoever asks; when it asks again,
    /// what it asked for before is written.
    std::optional<Problem> roomFor(const std::string &writer, const Path &place,
                                   std::uint64_t bytes);
    /// What `writer` asked for stands, or never will.
    void written(const std::string &writer) { m_others.written(writer); }

private:
    bool isInside(const Path &place);
    StreamStore(StreamStoreOptions options, FileSystem &fileSystem, Clock &clock,
                RandomSource &random, LogSink log);
    Status makeDirectory(const Path &directory) const;
    Status openDirectory();
    Status refuseForeign() const;
    Result<std::set<std::string>> streamFolders() const;
    Status openCatalog(std::size_t logs);
    void reportOrphan(const Path &folder) const;
    Status settleBudget(std::uint64_t freeBytes);
    Status noteExpiry();
    Status settle(const std::string &setting, const std::string &value,
                  const std::string &byDefault);
    Problem whyFull(std::uint64_t wanted) const;
    log::LogLimits limitsOf(const store::StreamEntry &entry) const;
    Result<StreamPtr> openStream(const store::StreamEntry &entry);
    void enqueue(DataStream *stream);
    void commitLoop(const std::stop_token &stop);
    std::vector<StreamPtr> withFolders(std::vector<StreamPtr> streams);
    bool isEmptied(const DataStream &stream);
    std::optional<Problem> whyGone(const Path &folder, const FileInfo &opened) const;
    std::vector<StreamPtr> keepLimitsOfAll(); ///< with m_maintainMutex held; gives those that stand
    void keepBudget(const std::vector<StreamPtr> &streams);
    void tellRemoved(const DataStream &stream,
                     std::uint64_t records);              ///< with m_maintainMutex held
    bool waitForMaintenance(const std::stop_token &stop); ///< false: to stop
    void watchBudget();
    void wakeMaintenance();

    const StreamStoreOptions m_options;
    FileSystem &m_fileSystem;
    Clock &m_clock;
    RandomSource &m_random;
    LogSink m_log;
    std::uint64_t m_budget = 0;
    bool m_budgetOfDisk = false; ///< nobody said it: the disk is too small for the usual one
    std::unique_ptr<FileLock> m_lock;
    Path m_realDirectory; ///< of the data directory, as realPath() spells it
    std::unique_ptr<store::Catalog> m_catalog;

    mutable std::mutex m_streamsMutex; ///< guards m_streams
    std::map<std::string, StreamPtr> m_streams;

    std::mutex m_changeMutex; ///< one change of an entry at a time

    std::mutex m_queueMutex; ///< guards the committers' queue
    std::condition_variable_any m_queueFilled;
    std::deque<DataStream *> m_queue; ///< dirty streams, each once
    std::set<DataStream *> m_queued;
    std::set<DataStream *> m_committing;

    std::mutex m_maintainMutex; ///< one maintain() at a time; guards the next three
    std::map<StreamUuid, std::uint64_t>
        m_removed;                 ///< records that went for their size, since opened
    std::set<Path> m_goneFolders;  ///< reported
    std::set<Path> m_emptyFolders; ///< at the last look, though their logs have files
    OtherFiles m_others;
    std::mutex m_insideMutex;      ///< guards m_inside; a leaf
    std::map<Path, bool> m_inside; ///< of places that were asked for: whether they lie in here
    RewriteTurns m_rewriteTurns;
    std::atomic<bool> m_full = false; ///< as the streams were told last
    std::mutex m_wakeMutex;           ///< guards what follows
    bool m_overBudget = false;
    /// What roomFor() had no room for, and until when that counts: whoever still wants it asks
    /// again before, and who has gone does not hold up the others for ever.
    struct Refused {
        std::uint64_t bytes = 0; ///< 0: nothing
        MonoTime until{};
    };
    Refused m_refused;
    std::condition_variable_any m_maintainWake;
    std::vector<std::jthread> m_threads; ///< last: stopped before what they use goes
};

} // namespace millrace::stream
