// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/request_queue.h"

namespace millrace::engine {

bool isPageRequest(const Request &request)
{
    return std::holds_alternative<RecordsRequest>(request) ||
           std::holds_alternative<StreamsRequest>(request) ||
           std::holds_alternative<HistoryRequest>(request);
}

Ticket RequestQueue::push(Request request, std::atomic<std::uint64_t> &nextTicket)
{
    std::unique_lock lock(m_mutex);
    const Ticket ticket(nextTicket++);
    m_requests.push_back({ticket, std::move(request)});
    lock.unlock();
    m_filled.notify_one();
    return ticket;
}

std::optional<QueuedRequest> RequestQueue::takeFirst()
{
    if (m_requests.empty())
        return {};
    QueuedRequest out = std::move(m_requests.front());
    m_requests.pop_front();
    return out;
}

std::optional<QueuedRequest> RequestQueue::pop(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    if (!m_filled.wait(lock, stop, [this] { return !m_requests.empty(); }))
        return {};
    return takeFirst();
}

std::optional<QueuedRequest> RequestQueue::tryPop()
{
    const std::lock_guard guard(m_mutex);
    return takeFirst();
}

void RequestQueue::waitFor(const std::stop_token &stop, std::chrono::milliseconds most)
{
    std::unique_lock lock(m_mutex);
    m_filled.wait_for(lock, stop, most, [this] { return !m_requests.empty(); });
}

void ReplyBox::put(Ticket ticket, Reply reply)
{
    {
        const std::lock_guard guard(m_mutex);
        m_replies[ticket] = std::move(reply);
    }
    m_replied.notify_all();
}

std::optional<Reply> ReplyBox::take(Ticket ticket)
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_replies.find(ticket);
    if (found == m_replies.end())
        return {};
    std::optional<Reply> out = std::move(found->second);
    m_replies.erase(found);
    return out;
}

Reply ReplyBox::wait(Ticket ticket)
{
    std::unique_lock lock(m_mutex);
    m_replied.wait(lock, [&] { return m_replies.contains(ticket); });
    Reply out = std::move(m_replies.at(ticket));
    m_replies.erase(ticket);
    return out;
}

} // namespace millrace::engine
