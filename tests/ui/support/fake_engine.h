// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace millrace::test {

/// An engine that a test plays by hand: it publishes what publish() is given, remembers every
/// request, and answers by the functions below.
class FakeEngine final : public engine::Engine
{
public:
    runtime::SnapshotPtr snapshot() const override { return m_snapshot; }
    std::vector<engine::Event> takeEvents() override { return std::exchange(events, {}); }
    engine::Ticket request(engine::Request request) override;
    std::optional<engine::Reply> takeReply(engine::Ticket ticket) override;
    engine::Reply wait(engine::Ticket ticket) override { return *takeReply(ticket); }

    /// As if another program had asked for something.
    engine::Ticket takeTicket() { return engine::Ticket(m_nextTicket++); }

    /// Becomes the newest snapshot; its generation is set.
    void publish(runtime::Snapshot snapshot);

    template <class Request>
    int count() const
    {
        int found = 0;
        for (const engine::Request &each : requests)
            found += std::holds_alternative<Request>(each) ? 1 : 0;
        return found;
    }
    /// The newest request of a type; null when there was none.
    template <class Request>
    const Request *last() const
    {
        for (auto each = requests.rbegin(); each != requests.rend(); ++each) {
            if (const auto *found = std::get_if<Request>(&*each))
                return found;
        }
        return nullptr;
    }

    std::vector<engine::Request> requests;
    std::vector<engine::Event> events;
    std::vector<Problem> deployProblems; ///< not empty: a deploy is refused with them
    std::vector<Problem> problems;       ///< not empty: everything else is refused with them
    std::function<engine::RecordsReply(const engine::RecordsRequest &)> records;
    std::function<engine::HistoryReply(const engine::HistoryRequest &)> history;
    std::vector<engine::StreamInfo> streams; ///< what is stored
    bool answers = true;                     ///< false: replies are held back

private:
    engine::Reply replyTo(const engine::Request &request);

    runtime::SnapshotPtr m_snapshot = std::make_shared<const runtime::Snapshot>();
    std::uint64_t m_generation = 0;
    std::uint64_t m_nextTicket = 1;
    std::map<std::uint64_t, engine::Request> m_waiting;
};

} // namespace millrace::test
