// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/log_line.h"
#include "core/engine/engine.h"
#include "core/gateway/control/http_message.h"

namespace millrace::gateway {

/// Answers the requests of the control interface by the engine's door, whatever carries them.
///
/// `log` is told of what is no fault of a client's request; it may be empty.
/// `engine` outlives it. Thread-safety: every function may be called from any thread; handle()
/// waits for the engine (a put: until the disk has it).
class ControlHandlers
{
public:
    ControlHandlers(engine::Engine &engine, std::string version, LogSink log)
        : m_engine(engine)
        , m_version(std::move(version))
        , m_log(std::move(log))
    {}

    HttpResponse handle(const HttpRequest &http) const;

private:
    HttpResponse own(const Problem &problem) const;

    engine::Engine &m_engine;
    std::string m_version;
    LogSink m_log;
};

} // namespace millrace::gateway
