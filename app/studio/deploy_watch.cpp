// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/deploy_watch.h"

#include <utility>

namespace millrace::studio {

DeployWatch::DeployWatch(engine::Engine &engine, Deployed deployed)
    : m_engine(engine)
    , m_deployed(std::move(deployed))
{}

runtime::SnapshotPtr DeployWatch::snapshot() const
{
    return m_engine.snapshot();
}

std::vector<engine::Event> DeployWatch::takeEvents()
{
    return m_engine.takeEvents();
}

engine::Ticket DeployWatch::request(engine::Request request)
{
    const auto *deploy = std::get_if<engine::DeployRequest>(&request);
    if (!deploy)
        return m_engine.request(std::move(request));
    engine::DeployRequest kept = *deploy;
    // Only who got the ticket can ask for its reply, and that is after this.
    const engine::Ticket ticket = m_engine.request(std::move(request));
    const std::lock_guard lock(m_mutex);
    m_waiting.emplace(ticket, std::move(kept));
    return ticket;
}

std::optional<engine::Reply> DeployWatch::takeReply(engine::Ticket ticket)
{
    std::optional<engine::Reply> reply = m_engine.takeReply(ticket);
    if (reply)
        see(ticket, *reply);
    return reply;
}

engine::Reply DeployWatch::wait(engine::Ticket ticket)
{
    engine::Reply reply = m_engine.wait(ticket);
    see(ticket, reply);
    return reply;
}

void DeployWatch::see(engine::Ticket ticket, const engine::Reply &reply)
{
    std::unique_lock lock(m_mutex);
    const auto node = m_waiting.extract(ticket);
    lock.unlock();
    if (node && reply.ok())
        m_deployed(ticket, node.mapped());
}

} // namespace millrace::studio
