// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"

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
    QMetaObject::invokeMethod(&m_worker, [this] { m_engine.reset(); });
    m_thread.quit();
    m_thread.wait();
}

void EngineHost::open(const engine::LocalEngineOptions &options)
{
    QMetaObject::invokeMethod(&m_worker, [this, options] {
        m_engine.reset();
        Result<std::unique_ptr<engine::Engine>> opened = engine::openLocalEngine(options);
        if (!opened) {
            emit failed(opened.error());
            return;
        }
        m_engine = *std::move(opened);
        emit this->opened(m_engine);
    });
}

void EngineHost::close()
{
    QMetaObject::invokeMethod(&m_worker, [this] { m_engine.reset(); });
}

} // namespace millrace::studio
