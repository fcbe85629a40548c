// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_engine.h"

#include <utility>

namespace millrace::test {

engine::Ticket FakeEngine::request(engine::Request request)
{
    requests.push_back(request);
    m_waiting.emplace(m_nextTicket, std::move(request));
    return engine::Ticket(m_nextTicket++);
}

std::optional<engine::Reply> FakeEngine::takeReply(engine::Ticket ticket)
{
    const auto found = m_waiting.find(ticket.value);
    if (!answers || found == m_waiting.end())
        return std::nullopt;
    engine::Reply reply = replyTo(found->second);
    m_waiting.erase(found);
    return reply;
}

void FakeEngine::publish(runtime::Snapshot snapshot)
{
    snapshot.generation = ++m_generation;
    m_snapshot = std::make_shared<const runtime::Snapshot>(std::move(snapshot));
}

engine::Reply FakeEngine::replyTo(const engine::Request &request)
{
    engine::Reply reply;
    if (std::holds_alternative<engine::DeployRequest>(request))
        reply.problems = deployProblems;
    else if (!problems.empty())
        reply.problems = problems;
    else if (const auto *asked = std::get_if<engine::RecordsRequest>(&request); asked && records)
        reply.value = records(*asked);
    else if (const auto *series = std::get_if<engine::HistoryRequest>(&request); series && history)
        reply.value = history(*series);
    else if (std::holds_alternative<engine::StreamsRequest>(request))
        reply.value = engine::StreamsReply{streams};
    else if (asked)
        reply.value = engine::RecordsReply{};
    else if (series)
        reply.value = engine::HistoryReply{};
    return reply;
}

} // namespace millrace::test
