// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/graph/document.h"

#include "ui/bridge/requests.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace millrace::engine {
class Engine;
struct Reply;
struct StreamInfo;
} // namespace millrace::engine

namespace millrace::ui {

/// The window's side of the engine's door: polls ten times a second, so that a fast engine cannot
/// flood the event loop (at most one snapshotChanged a tick), and turns tickets into signals and
/// callbacks. Nothing here waits.
///
/// Lives on the GUI thread. Shares the engine with app/, which makes it on another thread; before
/// setEngine() requests are refused with a problem, as everything else would be silence.
class EngineBridge final : public QObject
{
    Q_OBJECT

public:
    explicit EngineBridge(QObject *parent = nullptr);
    ~EngineBridge() override;

    void setEngine(std::shared_ptr<engine::Engine> engine);
    bool hasEngine() const { return m_engine != nullptr; }

    /// The snapshot of the last poll; one of a stopped, empty engine before the first. Never null.
    const runtime::SnapshotPtr &snapshot() const { return m_snapshot; }

    /// Whether the engine runs a pipeline of another project than the open one.
    bool runsAnother() const;

    /// Looks once, now. Tests call this instead of waiting for the timer.
    void poll();

    /// The open pipeline, and its streams by the node that names each. What the engine keeps of
    /// them is part of every snapshot from then on, as figures of stopped nodes, until the engine
    /// has figures of its own of the node: a person sees what there is before anything runs. The
    /// nodes, wires and problems of another pipeline, which the engine may have deployed, are left
    /// out, and a history is that of this pipeline: ids are alike in many.
    void setPipeline(const Uuid &project, std::map<NodeId, std::string> streams);

    /// Makes `document` what runs and, once that is done, runs it; unless by then it was told to
    /// stop or pause, or another pipeline is open.
    void deployAndRun(const graph::Document &document, const QString &documentFolder);
    /// Runs what the deployment with that ticket made the engine have; fails when another one came
    /// since, whoever made it.
    void run(quint64 deployTicket);
    void pause();
    void stop();
    void clearProblems();

    /// `done` is called once, from the event loop, unless by then `context` is gone or another
    /// engine has come, which engineChanged() says.
    void requestRecords(const RecordsQuery &query, QObject *context,
                        std::function<void(RecordsPage)> done);
    void requestHistory(const HistoryQuery &query, QObject *context,
                        std::function<void(HistoryPoints)> done);

signals:
    void engineChanged();
    /// Another pipeline is open: what was kept of nodes is nobody's, though they may be called
    /// alike.
    void pipelineChanged();
    /// Never null; never changes after emission.
    void snapshotChanged(const millrace::runtime::SnapshotPtr &snapshot);
    /// This is what the engine has, and what runs as soon as it can. `ticket`: of that request; the
    /// engine deployed what has a lower one before.
    void deployed(const millrace::graph::Document &document, quint64 ticket);
    void deployRefused(const std::vector<millrace::Problem> &problems);
    /// Run, pause, stop or clear did not work.
    void commandFailed(const std::vector<millrace::Problem> &problems);
    /// Something that happened, oldest first.
    void happened(const std::vector<millrace::Problem> &problems);

private:
    using ReplyHandler = std::function<void(const engine::Reply &)>;
    struct Pending {
        quint64 ticket = 0;
        QPointer<QObject> context;
        ReplyHandler handler;
    };
    template <class Request>
    quint64 send(Request request, QObject *context, ReplyHandler handler); ///< its ticket
    template <class Request>
    void command(Request request = {});
    void takeReplies();
    void askForStored();
    void addStored(const NodeId &node, const engine::StreamInfo &stream);
    void publish();
    bool isOther(const Uuid &project) const;

    std::shared_ptr<engine::Engine> m_engine;
    runtime::SnapshotPtr m_taken;    ///< of the engine, as it is
    runtime::SnapshotPtr m_snapshot; ///< of the open pipeline, with what is stored
    Uuid m_project;
    std::map<NodeId, std::string> m_streams;
    std::vector<runtime::NodeFigures> m_stored; ///< of those streams that the engine keeps
    quint64 m_asked = 0; ///< the newest question for them; answers to older ones are dropped
    quint64 m_pauses = 0;
    quint64 m_commands = 0; ///< a deployment runs what it deployed unless another one came since
    quint64 m_deployTicket = 0; ///< of the newest deployment
    std::vector<Pending> m_pending;
    QTimer m_timer;
    bool m_sawSnapshot = false;
};

} // namespace millrace::ui
