// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/reference/comparison.h"
#include "tests/reference/log_feeder.h"
#include "tests/reference/random_pipeline.h"

#include "core/engine/local_engine.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace millrace::reference {

/// Looks at snapshots, over all the runs of a pipeline: the one-fate law holds in each, no count is
/// ever above what the reference comes to, and no stream ever holds less than it did, whatever
/// stopped or crashed between.
/// Thread-safety: every function may be called from any thread.
class Watch
{
public:
    Watch() = default;
    explicit Watch(const Outcome &atMost)
        : m_atMost(&atMost)
    {}

    /// Another engine begins, whose snapshots are numbered anew.
    void begin();
    void look(const runtime::Snapshot &snapshot);
    Fault fault() const; ///< the first one
    /// Snapshots that showed records in flight: without any the law was hardly looked at.
    std::uint64_t inFlightSeen() const;
    std::uint64_t snapshotsSeen() const;
    /// The most records that enforced limits were seen to refuse.
    std::uint64_t refusedSeen() const;

private:
    Fault judge(const runtime::NodeFigures &node);

    const Outcome *m_atMost = nullptr; ///< null: not known yet
    mutable std::mutex m_mutex;        ///< guards what follows
    Fault m_fault;
    std::uint64_t m_newest = 0;             ///< generation: two threads may come in the wrong order
    std::map<NodeId, std::uint64_t> m_held; ///< records of streams
    std::uint64_t m_snapshotsSeen = 0;
    std::uint64_t m_inFlightSeen = 0;
    std::uint64_t m_refusedSeen = 0;
};

/// A moment of a run, counted in syncs, and what is to happen then. In between it has snapshots
/// made and the watch look at each.
class Moment
{
public:
    enum class Then : std::uint8_t { Nothing = 1, Pause, Stop };
    static constexpr std::uint64_t kNever = 1ULL << 40U;

    explicit Moment(Watch &watch)
        : m_watch(watch)
    {}
    /// Set while the engine has nothing to do but what it was at. Nothing: the caller lets the
    /// engine die at once.
    void attach(engine::Engine &engine, std::uint64_t syncs, Then then);
    /// A file of the engine was synced; called on the thread of an engine in virtual time.
    void synced();
    bool reached() const { return m_reached; }

private:
    Watch &m_watch;
    std::mutex m_mutex; ///< guards the three below
    engine::Engine *m_engine = nullptr;
    std::uint64_t m_left = 0;
    Then m_then = Then::Nothing;
    std::atomic<bool> m_reached = false;
};

/// An engine on a data directory, and what a test does with it.
class EngineRun
{
public:
    enum class Time : std::uint8_t { Virtual = 1, Real };
    /// `fileSystem` holds the input of pipelines in `documentFolder`.
    EngineRun(const Path &directory, FileSystem &fileSystem, RandomSource &random, Time time);
    ~EngineRun();
    EngineRun(const EngineRun &) = delete;
    EngineRun &operator=(const EngineRun &) = delete;

    /// Not null when the engine could not be opened; nothing else may be called then.
    const Fault &failure() const { return m_failure; }
    engine::Engine &engine() { return *m_engine; }
    engine::Reply ask(engine::Request request);

    /// `folder` is that of the document; without one it is the folder of the inputs.
    Fault deploy(const graph::Document &document, const Path &folder = {});
    Fault put(const Inputs &inputs);
    Fault run();
    /// Until all is done or `interrupted` says so.
    Fault drain(Watch &watch, const std::function<bool()> &interrupted = {});
    /// Likewise for a pipeline that never drains, because it follows logs: until it has come to the
    /// fates of `expected`, while `logs` are written.
    Fault follow(LogFeeder &logs, const Outcome &expected, Watch &watch,
                 const std::function<bool()> &interrupted);
    /// Stops, so that what is open is ended, and reads everything `document` has; `others` are
    /// nodes of earlier documents.
    Findings finish(const graph::Document &document,
                    const std::map<NodeId, graph::Node> &others = {});
    void close() { m_engine.reset(); }
    std::string messages() const;

private:
    engine::RecordsReply readAll(const StreamUuid &stream, std::uint32_t shards);
    std::vector<Content> readTable(const graph::Node &node);
    std::vector<Content> readFolder(const graph::Node &node);
    std::vector<Content> readPrinted();
    static void addLines(std::string_view text, std::vector<Content> &lines);

    const Path m_directory;
    FileSystem &m_files;
    int m_printed = -1;          ///< the file that stands for standard output
    std::set<NodeId> m_followed; ///< nodes that follow logs
    mutable std::mutex m_mutex;  ///< guards m_messages
    std::string m_messages;
    Fault m_failure;
    std::unique_ptr<engine::Engine> m_engine; ///< last: it calls back until it is gone
};

/// Where the files of `Inputs` are.
inline constexpr const char *kInputFolder = "input";
/// Puts them there, in the folder that holds the data directory, synced.
Status writeInputs(FileSystem &files, const Path &directory, const Inputs &inputs);

} // namespace millrace::reference
