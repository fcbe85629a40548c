// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/studio/deploy_watch.h"

#include "core/engine/local_engine.h"
#include "core/gateway/control/control_server.h"

#include <QObject>
#include <QThread>

#include <cstdint>
#include <memory>

namespace millrace::studio {

/// Opens and closes engines on a thread of its own, as both may take long, one at a time: the next
/// only after the one before is gone, so that it finds its directory unlocked. Each engine is
/// spoken to by the command line as well, through the control socket in its directory. Lives on the
/// GUI thread; the destructor waits for the engine to stop.
class EngineHost final : public QObject
{
    Q_OBJECT

public:
    explicit EngineHost(QObject *parent = nullptr);
    ~EngineHost() override;

    /// Leaves the engine there is (whoever else holds it must let go) and opens another.
    void open(const engine::LocalEngineOptions &options);

    /// Leaves the engine there is.
    void close();

signals:
    /// Of the newest open() only, and not after close().
    void opened(std::shared_ptr<millrace::engine::Engine> engine);
    /// `holder`: the program that has the data directory, when that is why; else empty.
    void failed(const millrace::Problem &problem, const QString &holder);
    /// Another program deployed `document` into the engine there is, through its control socket.
    /// `ticket`: of that request; the engine deployed what has a lower one before.
    void deployedByOther(const millrace::graph::Document &document, const QString &folder,
                         quint64 ticket);

private:
    std::uint64_t m_job = 0; ///< the newest open() or close()
    QThread m_thread;
    QObject m_worker; ///< lives on m_thread: what is invoked on it runs there
    Status serve(std::uint64_t job, const LogSink &log); ///< m_engine; on m_thread
    void leave();                                        ///< the engine there is; on m_thread

    std::shared_ptr<engine::Engine> m_engine;         ///< only touched on m_thread while it runs
    std::unique_ptr<DeployWatch> m_watch;             ///< before m_engine; likewise
    std::unique_ptr<gateway::ControlServer> m_server; ///< of m_watch; likewise
};

} // namespace millrace::studio
