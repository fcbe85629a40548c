// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/stream/stream_store.h"

#include <functional>
#include <map>

namespace millrace::engine {

/// Answers put requests. A put with a producer is stored with the producer's next running number,
/// and what stands already is skipped, so that a client may send again what it is not sure of.
/// Thread-safety: one thread at a time; replies come from any thread.
class PutService
{
public:
    /// `pump` commits what waits, when no committer threads do; a put of a producer is waited for.
    PutService(stream::StreamStore &store, std::function<void()> pump)
        : m_store(store)
        , m_pump(std::move(pump))
    {}

    Reply next(const ProducerRequest &request);
    /// `answer` is called once; for a put without a producer after this returned.
    void put(const PutRequest &request, std::function<void(Reply)> answer);

private:
    stream::ProducerHandle &producerOf(stream::DataStream &stream, const std::string &id);

    stream::StreamStore &m_store;
    const std::function<void()> m_pump;
    /// By stream and producer; progress is that of the newest stored put.
    std::map<std::pair<StreamUuid, std::string>, stream::ProducerHandle> m_producers;
};

Reply failed(Problem problem);
Problem unknownStream(const std::string &name);

} // namespace millrace::engine
