// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gateway/control/put_sender.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <utility>

namespace millrace::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{20};
constexpr milliseconds kLongestWait{1000};

} // namespace

PutSender::PutSender(Options options, Hooks hooks, Clock &clock)
    : m_options(std::move(options))
    , m_hooks(std::move(hooks))
    , m_clock(clock)
{
    m_batch.stream = m_options.stream;
    m_batch.producer = m_options.producer;
}

bool PutSender::mayPass(Code code)
{
    return code == Code::ThroughputExceeded || code == Code::DiskFull ||
           code == Code::BudgetExhausted || code == Code::BudgetTaken || code == Code::SmallDisk ||
           code == Code::ControlBusy || code == Code::ControlUnreachable;
}

/// A limit, an engine that starts and one that has its hands full pass by themselves; what takes
/// the room wants somebody.
bool PutSender::wantsHelp(Code code)
{
    return code == Code::DiskFull || code == Code::BudgetExhausted || code == Code::BudgetTaken ||
           code == Code::SmallDisk;
}

Result<engine::Reply> PutSender::ask(const engine::Request &request)
{
    const MonoTime began = m_clock.mono();
    milliseconds wait = kFirstWait;
    bool said = false;
    for (;;) {
        auto reply = m_hooks.ask(request);
        if (reply && reply->ok())
            return reply;
        Problem problem = reply ? reply->problems.front() : std::move(reply).error();
        const bool passes = problem.code() == Code::ThroughputExceeded || // for sure
                            problem.code() == Code::ControlBusy;
        const bool again = mayPass(problem.code()) ||
                           (problem.code() == Code::ControlNoAnswer && !m_options.producer.empty());
        if (!again || (!passes && m_clock.mono() - began >= m_options.patience))
            return problem;
        if (wantsHelp(problem.code()) && !std::exchange(said, true))
            m_hooks.report(problem);
        if (!m_hooks.wait(wait))
            return Problem(Code::Cancelled);
        wait = std::min(wait * 2, kLongestWait);
    }
}

Status PutSender::begin()
{
    if (m_options.producer.empty())
        return Done{};
    const auto reply = ask(engine::ProducerRequest{m_options.stream, m_options.producer});
    if (!reply)
        return reply.error();
    if (const auto *put = std::get_if<engine::PutReply>(&reply->value))
        m_known = put->producerNext;
    return Done{};
}

std::optional<std::uint64_t> PutSender::next()
{
    if (m_next >= m_known)
        return m_next;
    ++m_next;
    ++m_passed;
    return {};
}

Status PutSender::add(std::string data, std::string key)
{
    if (m_batch.entries.empty())
        m_batch.firstIndex = m_next;
    m_numbers.push_back(m_next++);
    m_batchBytes += data.size();
    m_batch.entries.push_back({std::move(data), std::move(key), {}});
    if (m_batch.entries.size() < m_options.batchRecords && m_batchBytes < m_options.batchBytes)
        return Done{};
    return flush();
}

Status PutSender::flush()
{
    while (!m_batch.entries.empty()) {
        const auto reply = ask(m_batch);
        if (!reply)
            return reply.error();
        // Entries over an enforced limit are refused one by one, as PutRecords says them; with a
        // producer a put stands whole or not at all.
        const auto *put = std::get_if<engine::PutReply>(&reply->value);
        const auto refused = [&](std::size_t i) {
            return put != nullptr && i < put->results.size() && put->results[i].refused;
        };
        std::vector<engine::PutEntry> again;
        std::vector<std::uint64_t> againNumbers;
        std::vector<std::uint64_t> stored;
        for (std::size_t i = 0; i < m_batch.entries.size(); ++i) {
            if (refused(i)) {
                again.push_back(std::move(m_batch.entries[i]));
                againNumbers.push_back(m_numbers[i]);
            } else {
                stored.push_back(m_numbers[i]);
            }
        }
        m_batch.entries = std::move(again);
        m_numbers = std::move(againNumbers);
        // Another sender of the producer was faster, or an answer was lost.
        const std::uint64_t skipped =
            put != nullptr ? std::min<std::uint64_t>(put->skipped, stored.size()) : 0;
        m_stored += stored.size() - skipped;
        m_passed += skipped;
        MILLRACE_TRY(m_hooks.stored(stored));
        if (!m_batch.entries.empty() && !m_hooks.wait(kLongestWait))
            return Problem(Code::Cancelled);
    }
    m_batchBytes = 0;
    return Done{};
}

} // namespace millrace::gateway
