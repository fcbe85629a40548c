// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/problem_codes.h"
#include "core/engine/engine.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace millrace::test {

/// An engine that keeps everything in memory and answers at once, for tests of what stands before
/// the door. Thread-safety: as Engine.
class FakeEngine : public engine::Engine
{
public:
    /// Makes a stream of one shard.
    void createStream(const std::string &name)
    {
        const std::lock_guard lock(m_mutex);
        m_streams[name];
    }
    std::vector<engine::PutEntry> entries(const std::string &stream) const
    {
        const std::lock_guard lock(m_mutex);
        return m_streams.at(stream).entries;
    }
    void setSnapshot(runtime::Snapshot snapshot)
    {
        const std::lock_guard lock(m_mutex);
        m_snapshot = std::make_shared<const runtime::Snapshot>(std::move(snapshot));
    }
    /// Every request is answered with this until it is taken back.
    void failWith(std::vector<Problem> problems)
    {
        const std::lock_guard lock(m_mutex);
        m_failure = std::move(problems);
    }
    /// wait() does not return until release(); waiting() says how many stand there.
    void hold()
    {
        const std::lock_guard lock(m_mutex);
        m_held = true;
    }
    void release()
    {
        const std::lock_guard lock(m_mutex);
        m_held = false;
        m_changed.notify_all();
    }
    int waiting() const
    {
        const std::lock_guard lock(m_mutex);
        return m_waiting;
    }
    std::vector<engine::Request> requests() const
    {
        const std::lock_guard lock(m_mutex);
        return m_requests;
    }

    /// From now on every snapshot is a new one, as of an engine that runs.
    void live()
    {
        const std::lock_guard lock(m_mutex);
        m_live = true;
    }

    runtime::SnapshotPtr snapshot() const override
    {
        const std::lock_guard lock(m_mutex);
        if (m_live) {
            auto next = std::make_shared<runtime::Snapshot>(*m_snapshot);
            ++next->generation;
            m_snapshot = std::move(next);
        }
        return m_snapshot;
    }
    std::vector<engine::Event> takeEvents() override { return {}; }
    engine::Ticket request(engine::Request request) override
    {
        const std::lock_guard lock(m_mutex);
        const engine::Ticket ticket(++m_lastTicket);
        m_replies[ticket.value] = answer(request);
        m_requests.push_back(std::move(request));
        return ticket;
    }
    std::optional<engine::Reply> takeReply(engine::Ticket ticket) override
    {
        const std::lock_guard lock(m_mutex);
        if (m_held)
            return {};
        return take(ticket);
    }
    engine::Reply wait(engine::Ticket ticket) override
    {
        std::unique_lock lock(m_mutex);
        ++m_waiting;
        m_changed.wait(lock, [&] { return !m_held; });
        --m_waiting;
        return take(ticket);
    }

private:
    struct Stream {
        std::vector<engine::PutEntry> entries;
        std::map<std::string, std::uint64_t> producers;
    };

    engine::Reply take(engine::Ticket ticket)
    {
        engine::Reply reply = std::move(m_replies.at(ticket.value));
        m_replies.erase(ticket.value);
        return reply;
    }

    engine::Reply answer(const engine::Request &request)
    {
        if (!m_failure.empty())
            return {{}, m_failure};
        if (const auto *put = std::get_if<engine::PutRequest>(&request))
            return answerPut(*put);
        if (const auto *producer = std::get_if<engine::ProducerRequest>(&request)) {
            const auto stream = m_streams.find(producer->stream);
            if (stream == m_streams.end())
                return unknown(producer->stream);
            engine::PutReply reply;
            reply.producerNext = stream->second.producers[producer->producer];
            return {reply, {}};
        }
        if (std::holds_alternative<engine::StreamsRequest>(request)) {
            engine::StreamsReply reply;
            for (const auto &[name, stream] : m_streams) {
                engine::StreamInfo info;
                info.name = name;
                info.shards = 1;
                info.records = stream.entries.size();
                reply.streams.push_back(std::move(info));
            }
            return {reply, {}};
        }
        return {engine::DoneReply{}, {}};
    }

    engine::Reply answerPut(const engine::PutRequest &put)
    {
        const auto found = m_streams.find(put.stream);
        if (found == m_streams.end())
            return unknown(put.stream);
        Stream &stream = found->second;
        engine::PutReply reply;
        std::uint64_t index = put.firstIndex;
        for (const engine::PutEntry &entry : put.entries) {
            if (!put.producer.empty() && index < stream.producers[put.producer]) {
                ++reply.skipped;
            } else {
                std::string number = std::to_string(stream.entries.size());
                number.insert(0, 56 - number.size(), '0');
                reply.results.push_back({ShardIndex(0), std::move(number)});
                stream.entries.push_back(entry);
                if (!put.producer.empty())
                    stream.producers[put.producer] = index + 1;
            }
            ++index;
        }
        if (!put.producer.empty())
            reply.producerNext = stream.producers[put.producer];
        return {reply, {}};
    }

    static engine::Reply unknown(const std::string &stream)
    {
        return {{}, {Problem(Code::NotFound, {{"what", "stream " + stream}})}};
    }

    mutable std::mutex m_mutex; ///< guards all below
    std::condition_variable m_changed;
    std::map<std::string, Stream> m_streams;
    std::map<std::uint64_t, engine::Reply> m_replies;
    std::vector<engine::Request> m_requests;
    std::vector<Problem> m_failure;
    mutable runtime::SnapshotPtr m_snapshot = std::make_shared<const runtime::Snapshot>();
    std::uint64_t m_lastTicket = 0;
    bool m_live = false;
    bool m_held = false;
    int m_waiting = 0;
};

} // namespace millrace::test
