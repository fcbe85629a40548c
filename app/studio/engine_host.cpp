// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"

#include "app/studio/lock_holder.h"

#include "core/base/problem_codes.h"
#include "core/gateway/control/control_socket.h"

#include "ui/bridge/convert.h"

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
        auto made = engine::openLocalEngine(options);
        Status usable = made ? Status(Done{}) : Status(made.error());
        if (usable) {
            m_engine = *std::move(made);
            usable = serve(job, options.log);
        }
        if (!usable) {
            leave();
            const QString holder = usable.error().code() == Code::DirectoryBusy
                                       ? lockHolder(options.dataDirectory)
                                       : QString();
            QMetaObject::invokeMethod(this, [this, job, holder, problem = usable.error()] {
                if (job == m_job)
                    emit failed(problem, holder);
            });
            return;
        }
        // Not held on its way: one that nobody wants any more would keep its directory locked for
        // the next open(), which is behind it in that thread's queue already.
        QMetaObject::invokeMethod(this, [this, job, engine = std::weak_ptr(m_engine)] {
            if (job == m_job)
                emit opened(engine.lock());
        });
    });
}

void EngineHost::close()
{
    ++m_job;
    QMetaObject::invokeMethod(&m_worker, [this] { leave(); });
}

Status EngineHost::serve(std::uint64_t job, const LogSink &log)
{
    gateway::ControlServerOptions options;
    options.dataDirectory = m_engine->snapshot()->dataDirectory;
    options.runtimeFolder = gateway::defaultRuntimeFolder();
    options.version = QCoreApplication::applicationVersion().toStdString();
    options.log = log;
    m_watch = std::make_unique<DeployWatch>(
        *m_engine, [this, job](engine::Ticket ticket, const auto &deployed) {
            QMetaObject::invokeMethod(this, [this, job, ticket, deployed] {
                if (job == m_job)
                    emit deployedByOther(deployed.document, ui::pathToQt(deployed.documentFolder),
                                         ticket.value);
            });
        });
    auto server = gateway::ControlServer::start(*m_watch, posixFileSystem(), options);
    if (!server)
        return std::move(server).error();
    m_server = *std::move(server);
    return Done{};
}

void EngineHost::leave()
{
    m_server.reset();
    m_watch.reset();
    m_engine.reset();
}

} // namespace millrace::studio
