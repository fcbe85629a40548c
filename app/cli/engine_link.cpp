// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/engine_link.h"

namespace millrace::cli {

Result<EngineLink> EngineLink::open(const Environment &environment, const Path &dataDirectory,
                                    bool onlyRunning)
{
    EngineLink link(*environment.files, dataDirectory);
    if (auto client = gateway::ControlClient::find(*environment.files, dataDirectory)) {
        link.m_client = *std::move(client);
        if (link.m_client->health())
            return link;
    }
    if (onlyRunning)
        return link;
    link.m_client.reset();
    // What is put goes into a stream that is there: a directory made for it would have none.
    auto own = environment.openEngine(
        {.dataDirectory = dataDirectory, .create = false, .log = printProblem});
    if (!own)
        return std::move(own).error();
    link.m_own = *std::move(own);
    return link;
}

Result<engine::Reply> EngineLink::ask(const engine::Request &request)
{
    if (m_own)
        return m_own->wait(m_own->request(request));
    if (!m_client) {
        auto client = gateway::ControlClient::find(*m_files, m_dataDirectory);
        if (!client)
            return std::move(client).error();
        m_client = *std::move(client);
    }
    auto reply = m_client->ask(request);
    if (!reply) // an engine that starts again may have its socket elsewhere
        m_client.reset();
    return reply;
}

} // namespace millrace::cli
