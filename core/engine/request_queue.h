// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>

namespace millrace::engine {

/// A request on its way to the thread that answers it.
struct QueuedRequest {
    Ticket ticket;
    Request request;
};

/// Whether it reads what stands, maybe much of it, and changes nothing.
bool isPageRequest(const Request &request);

/// Requests in the order in which they came.
/// Thread-safety: every function may be called from any thread.
class RequestQueue
{
public:
    /// Gives it the next ticket: one request stands before another exactly when its ticket is
    /// lower.
    Ticket push(Request request, std::atomic<std::uint64_t> &nextTicket);
    /// Waits for the next one; nothing when stopped.
    std::optional<QueuedRequest> pop(const std::stop_token &stop);
    std::optional<QueuedRequest> tryPop();
    /// Waits until there is one, but at most so long.
    void waitFor(const std::stop_token &stop, std::chrono::milliseconds most);

private:
    std::optional<QueuedRequest> takeFirst(); ///< with m_mutex held

    std::mutex m_mutex; ///< guards m_requests
    std::condition_variable_any m_filled;
    std::deque<QueuedRequest> m_requests;
};

/// Replies that wait to be taken, each once.
/// Thread-safety: every function may be called from any thread.
class ReplyBox
{
public:
    void put(Ticket ticket, Reply reply);
    std::optional<Reply> take(Ticket ticket);
    Reply wait(Ticket ticket); ///< until it is there

private:
    std::mutex m_mutex; ///< guards m_replies
    std::condition_variable m_replied;
    std::map<Ticket, Reply> m_replies;
};

} // namespace millrace::engine
