// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <functional>
#include <map>
#include <mutex>

namespace millrace::studio {

/// An engine's door with somebody beside it, who is told of every document that was deployed
/// through it. Everything else passes as it is.
///
/// The engine outlives it. Thread-safety: as Engine; `deployed` is called on the thread that takes
/// the reply.
class DeployWatch final : public engine::Engine
{
public:
    using Deployed = std::function<void(engine::Ticket, const engine::DeployRequest &)>;
    DeployWatch(engine::Engine &engine, Deployed deployed);

    runtime::SnapshotPtr snapshot() const override;
    std::vector<engine::Event> takeEvents() override;
    engine::Ticket request(engine::Request request) override;
    std::optional<engine::Reply> takeReply(engine::Ticket ticket) override;
    engine::Reply wait(engine::Ticket ticket) override;

private:
    void see(engine::Ticket ticket, const engine::Reply &reply);

    engine::Engine &m_engine;
    const Deployed m_deployed;
    std::mutex m_mutex; ///< guards m_waiting
    std::map<engine::Ticket, engine::DeployRequest> m_waiting;
};

} // namespace millrace::studio
