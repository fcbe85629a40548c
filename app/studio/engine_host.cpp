// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"

#include "core/gateway/control/control_socket.h"

#include <QCoreApplication>

#include <utility>

using namespace Qt::StringLiterals;

namespace millrace::studio {

EngineHost::EngineHost(QObject *parent)
    : QObject(parent)
{
    m_thread.setObjectName(u"engine-host"_s);
    m_worker.moveToThread(&m_thread);
    m_thread.start();
}

EngineHost::~EngineHost()
{
    QMetaObject::invokeMethod(&m_worker, [this] { leave(); });
    m_thread.quit();
    m_thread.wait();
}

void EngineHost::open(const engine::LocalEngineOptions &options)
{
    QMetaObject::invokeMethod(&m_worker, [this, options, job = ++m_job] {
        leave();
        auto opened = engine::openLocalEngine(options);
        Status usable = opened ? Status(Done{}) : Status(opened.error());
        if (usable) {
            m_engine = *std::move(opened);
            usable = serve();
        }
        if (!usable) {
            leave();
            QMetaObject::invokeMethod(this, [this, job, problem = usable.error()] {
                if (job == m_job)
                    emit failed(problem);
            });
            return;
        }
        QMetaObject::invokeMethod(
            this, [this, job, engine = m_engine]() mutable { deliver(job, std::move(engine)); });
    });
}

void EngineHost::deliver(std::uint64_t job, std::shared_ptr<engine::Engine> engine)
{
    if (job == m_job) {
        emit opened(std::move(engine));
        return;
    }
    // Nobody wants it any more. To stop it takes long: let go of it there, not here.
    QMetaObject::invokeMethod(&m_worker,
                              [engine = std::move(engine)]() mutable { engine.reset(); });
}

void EngineHost::close()
{
    ++m_job;
    QMetaObject::invokeMethod(&m_worker, [this] { leave(); });
}

Status EngineHost::serve()
{
    gateway::ControlServerOptions options;
    options.dataDirectory = m_engine->snapshot()->dataDirectory;
    options.runtimeFolder = gateway::defaultRuntimeFolder();
    options.version = QCoreApplication::applicationVersion().toStdString();
    auto server = gateway::ControlServer::start(*m_engine, posixFileSystem(), options);
    if (!server)
        return std::move(server).error();
    m_server = *std::move(server);
    return Done{};
}

void EngineHost::leave()
{
    m_server.reset();
    m_engine.reset();
}

} // namespace millrace::studio
