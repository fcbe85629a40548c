// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/gateway/control/http_message.h"

namespace millrace::gateway {

/// Answers the requests of the control interface by the engine's door, whatever carries them.
///
/// `engine` outlives it. Thread-safety: every function may be called from any thread; handle()
/// waits for the engine (a put: until the disk has it).
class ControlHandlers
{
public:
    ControlHandlers(engine::Engine &engine, std::string version)
        : m_engine(engine)
        , m_version(std::move(version))
    {}

    HttpResponse handle(const HttpRequest &http) const;

private:
    engine::Engine &m_engine;
    std::string m_version;
};

} // namespace millrace::gateway
