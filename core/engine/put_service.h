// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/engine.h"
#include "core/stream/stream_store.h"

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace millrace::engine {

/// Answers put requests. A put with a producer is stored with the producer's next running number,
/// and what stands already is skipped, so that a client may send again what it is not sure of.
/// Nobody waits for the disk: what comes for a producer while a put of it is under way has its turn
/// when that is decided. A producer whose puts are all decided is forgotten: its progress is in the
/// log, where the next request finds it.
/// Thread-safety: one thread at a time; answers come from any thread, each once. Must outlive the
/// puts it made.
class PutService
{
public:
    using Answer = std::function<void(Reply)>;

    /// `pump` commits what waits, when no committer threads do.
    PutService(stream::StreamStore &store, std::function<void()> pump)
        : m_store(store)
        , m_pump(std::move(pump))
    {}

    void next(const ProducerRequest &request, Answer answer);
    void put(PutRequest request, Answer answer);

private:
    class Turn;
    using TurnPtr = std::shared_ptr<Turn>;
    using Work = std::function<void(const TurnPtr &turn)>;
    using Key = std::pair<StreamUuid, std::string>; ///< stream and id
    struct Waiting {
        Answer answer;
        Work work;
    };
    /// One producer, while anybody has the turn or waits for theirs. The handle is used by whoever
    /// has the turn; its progress is that of the newest stored put.
    struct Producer {
        const stream::StreamPtr stream;
        const Key key;
        std::optional<stream::ProducerHandle> handle = {}; ///< from the first turn on
        bool taken = false;                                ///< somebody has the turn
        bool starting = false;                             ///< runTurns() is in its work
        bool passed = false;                               ///< the turn has ended
        std::deque<Waiting> waiting = {};                  ///< for theirs
    };
    using ProducerPtr = std::shared_ptr<Producer>;

    /// Runs `work` when it is its turn, which lasts until the last copy of the TurnPtr goes, on
    /// whatever thread. It answers through it.
    void inTurn(const stream::StreamPtr &stream, const std::string &id, Answer answer, Work work);
    ProducerPtr producerOf(const stream::StreamPtr &stream, const std::string &id);
    void runTurns(const ProducerPtr &producer) noexcept;
    bool takeNext(const ProducerPtr &producer, Waiting &next) noexcept; ///< the turn
    void pass(const ProducerPtr &producer) noexcept;
    using RequestPtr = std::shared_ptr<const PutRequest>;
    static void putOfProducer(const RequestPtr &request, const stream::StreamPtr &stream,
                              const TurnPtr &turn);
    static void putFrom(const RequestPtr &request, const stream::StreamPtr &stream,
                        const TurnPtr &turn, PutReply reply);

    stream::StreamStore &m_store;
    const std::function<void()> m_pump;
    std::mutex m_mutex; ///< guards m_producers, and what Producer has behind its handle
    std::map<Key, ProducerPtr> m_producers;
};

Reply failed(Problem problem);
Problem unknownStream(const std::string &name);

} // namespace millrace::engine
