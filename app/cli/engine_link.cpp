// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/engine_link.h"

#include "app/cli/interrupt.h"

#include "core/base/problem_codes.h"

namespace millrace::cli {
namespace {

/// Who has the lock has its socket soon after, or gives the lock back soon.
constexpr std::chrono::milliseconds kBusyAtMost{10'000};
constexpr std::chrono::milliseconds kLookAgain{50};

} // namespace

Result<EngineLink> EngineLink::open(const Environment &environment, const Path &dataDirectory,
                                    bool onlyRunning)
{
    EngineLink link(environment, dataDirectory, onlyRunning);
    if (!link.findRunning() && !onlyRunning)
        MILLRACE_TRY(link.connect());
    return link;
}

bool EngineLink::findRunning()
{
    m_client.reset();
    auto client = gateway::ControlClient::find(*m_environment->files, m_dataDirectory);
    if (!client || !client->health())
        return false;
    m_client = *std::move(client);
    return true;
}

Status EngineLink::openOwn()
{
    // What is put goes into a stream that is there: a directory made for it would have none.
    auto own = m_environment->openEngine(
        {.dataDirectory = m_dataDirectory, .create = false, .log = printProblem});
    if (!own)
        return std::move(own).error();
    m_own = *std::move(own);
    return Done{};
}

/// Finds an engine, or opens one. There may be one that has no socket yet, or none any more.
Status EngineLink::connect()
{
    if (m_onlyRunning) {
        auto client = gateway::ControlClient::find(*m_environment->files, m_dataDirectory);
        if (!client)
            return std::move(client).error();
        m_client = *std::move(client);
        return Done{};
    }
    const MonoTime began = m_environment->clock->mono();
    for (;;) {
        if (findRunning())
            return Done{};
        auto opened = openOwn();
        if (opened || opened.error().code() != Code::DirectoryBusy ||
            m_environment->clock->mono() - began >= kBusyAtMost)
            return opened;
        if (!sleepUnlessInterrupted(kLookAgain))
            return Problem(Code::Cancelled);
    }
}

Result<engine::Reply> EngineLink::ask(const engine::Request &request)
{
    for (bool again = m_client.has_value();; again = false) {
        if (!m_own && !m_client)
            MILLRACE_TRY(connect());
        if (m_own)
            return m_own->wait(m_own->request(request));
        auto reply = m_client->ask(request);
        if (reply)
            return reply;
        // An engine that starts again may have its socket elsewhere; one that ended has none.
        m_client.reset();
        if (m_onlyRunning || !again || reply.error().code() != Code::ControlUnreachable)
            return reply;
    }
}

} // namespace millrace::cli
