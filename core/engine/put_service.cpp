// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/put_service.h"

#include "core/base/problem_codes.h"

#include <algorithm>

namespace millrace::engine {
namespace {

constexpr std::uint64_t kMaxNumber = 1ULL << 62U; ///< sums do not overflow

std::uint64_t nextNumber(const stream::ProducerHandle &producer)
{
    return producer.progress.empty() ? 0 : ByteReader(producer.progress).varint();
}

/// Of the entries from `first` on, as many as `size` allows, one at least; without it all.
record::BatchPtr batchOf(const PutRequest &request, std::size_t first,
                         const std::optional<stream::PutSize> &size = {})
{
    record::RecordBatchBuilder builder;
    std::size_t bytes = 0;
    for (std::size_t i = first; i < request.entries.size(); ++i) {
        const PutEntry &entry = request.entries[i];
        bytes += entry.data.size() + entry.key.size();
        if (size && i > first && (i - first >= size->records || bytes > size->bytes))
            break;
        builder.append({entry.data, entry.key, entry.explicitHash, {}, nullptr});
    }
    return builder.finish();
}

/// Adds where each entry went, in the order of the entries that were put.
void addStored(PutReply &reply, const stream::DataStream &stream, const stream::PutOutcome &outcome,
               std::size_t count)
{
    const std::size_t first = reply.results.size();
    reply.results.resize(first + count);
    for (const stream::ShardPut &shard : outcome.shards) {
        for (std::size_t i = 0; i < shard.rows.size(); ++i)
            reply.results[first + shard.rows[i]] = {
                shard.shard,
                stream.sequenceNumber(shard.shard, shard.firstSeqIx + i, shard.arrival).toString(),
                false};
    }
    for (const std::uint32_t row : outcome.refused)
        reply.results[first + row].refused = true;
}

Reply succeeded(PutReply put)
{
    Reply reply;
    reply.value = std::move(put);
    return reply;
}

} // namespace

Reply failed(Problem problem)
{
    Reply reply;
    reply.problems.push_back(std::move(problem));
    return reply;
}

Problem unknownStream(const std::string &name)
{
    return Problem(Code::UnknownStream, {{"stream", name}});
}

/// The right to put as a producer. Whoever drops it unanswered, because something was thrown, has
/// answered by that; then it is the next one's turn.
class PutService::Turn
{
public:
    Turn(PutService &service, ProducerPtr producer, Answer answer)
        : m_service(service)
        , m_producer(std::move(producer))
        , m_answer(std::move(answer))
    {}
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;
    ~Turn()
    {
        if (m_answer)
            giveUp(m_answer);
        m_service.pass(m_producer);
    }

    stream::ProducerHandle &handle() const { return *m_producer->handle; }
    void answer(Reply reply) { std::exchange(m_answer, nullptr)(std::move(reply)); }

    static void giveUp(const Answer &answer) noexcept
    {
        try {
            answer(failed(Problem(Code::InternalError, {{"where", "putting records"},
                                                        {"reason", "memory may have given out"}})));
        } catch (const std::exception &) { // there is nobody left to tell
        }
    }

private:
    PutService &m_service;
    const ProducerPtr m_producer;
    Answer m_answer; ///< null once called
};

/// With m_mutex held.
PutService::ProducerPtr PutService::producerOf(const stream::StreamPtr &stream,
                                               const std::string &id)
{
    const Key key(stream->id(), id);
    if (const auto found = m_producers.find(key); found != m_producers.end())
        return found->second;
    auto made = std::make_shared<Producer>(Producer{.stream = stream, .key = key});
    m_producers.emplace(key, made);
    return made;
}

void PutService::inTurn(const stream::StreamPtr &stream, const std::string &id, Answer answer,
                        Work work)
{
    ProducerPtr producer;
    {
        const std::lock_guard guard(m_mutex);
        producer = producerOf(stream, id);
        producer->waiting.push_back({std::move(answer), std::move(work)});
        if (std::exchange(producer->taken, true))
            return;
    }
    runTurns(producer);
}

/// False when nobody waits: then the producer is forgotten.
bool PutService::takeNext(const ProducerPtr &producer, Waiting &next) noexcept
{
    {
        const std::lock_guard guard(m_mutex);
        if (!producer->waiting.empty()) {
            next = std::move(producer->waiting.front());
            producer->waiting.pop_front();
            producer->starting = true;
            producer->passed = false;
            return true;
        }
        m_producers.erase(producer->key);
    }
    // Whoever comes meanwhile opens it anew, and this handle is old: closing it changes nothing.
    if (producer->handle)
        producer->stream->closeProducer(*producer->handle);
    return false;
}

/// One turn after the other, for as long as they end before they return.
void PutService::runTurns(const ProducerPtr &producer) noexcept
{
    for (;;) {
        Waiting next;
        if (!takeNext(producer, next))
            return;
        TurnPtr turn;
        try {
            turn = std::make_shared<Turn>(*this, producer, next.answer);
            if (!producer->handle)
                producer->handle = producer->stream->openProducer(
                    std::string(stream::kClientProducer) + producer->key.second);
            next.work(turn);
        } catch (const std::exception &) {
            if (!turn) {
                Turn::giveUp(next.answer);
                pass(producer);
            }
        }
        next.work = nullptr;
        turn.reset();
        const std::lock_guard guard(m_mutex);
        producer->starting = false;
        if (!producer->passed)
            return; // the commit ends it
    }
}

void PutService::pass(const ProducerPtr &producer) noexcept
{
    {
        const std::lock_guard guard(m_mutex);
        producer->passed = true;
        if (producer->starting)
            return; // runTurns() goes on
    }
    runTurns(producer);
}

void PutService::next(const ProducerRequest &request, Answer answer)
{
    const auto stream = m_store.find(request.stream);
    if (!stream)
        return answer(failed(unknownStream(request.stream)));
    inTurn(stream, request.producer, std::move(answer), [](const TurnPtr &turn) {
        PutReply out;
        out.producerNext = nextNumber(turn->handle());
        turn->answer(succeeded(std::move(out)));
    });
}

void PutService::put(PutRequest request, Answer answer)
{
    const auto stream = m_store.find(request.stream);
    if (!stream)
        return answer(failed(unknownStream(request.stream)));
    if (stream->entry().role != store::StreamRole::Data)
        return answer(failed(Problem(Code::StreamOfPipeline, {{"stream", request.stream}})));
    if (!request.producer.empty()) {
        const auto shared = std::make_shared<const PutRequest>(std::move(request));
        inTurn(stream, shared->producer, std::move(answer),
               [shared, stream](const TurnPtr &turn) { putOfProducer(shared, stream, turn); });
    } else if (request.entries.empty()) {
        return answer(succeeded({}));
    } else {
        stream::Put put;
        put.batch = batchOf(request, 0);
        const std::size_t count = request.entries.size();
        stream->put(std::move(put), [stream, count, answer](Result<stream::PutOutcome> done) {
            if (!done)
                return answer(failed(done.error()));
            PutReply reply;
            addStored(reply, *stream, *done, count);
            answer(succeeded(std::move(reply)));
        });
    }
    if (m_pump)
        m_pump();
}

void PutService::putOfProducer(const RequestPtr &request, const stream::StreamPtr &stream,
                               const TurnPtr &turn)
{
    const std::uint64_t next = nextNumber(turn->handle());
    if (request->firstIndex > kMaxNumber)
        return turn->answer(failed(
            Problem(Code::InvalidArgument, {{"what", "A record's number is 2^62 at most"}})));
    if (request->firstIndex > next)
        return turn->answer(
            failed(Problem(Code::ProducerGap, {{"producer", request->producer},
                                               {"next", std::to_string(next)},
                                               {"first", std::to_string(request->firstIndex)}})));
    PutReply out;
    if (next > request->firstIndex)
        out.skipped = std::min<std::uint64_t>(next - request->firstIndex, request->entries.size());
    out.producerNext = std::max(next, request->firstIndex + request->entries.size());
    putFrom(request, stream, turn, std::move(out));
}

/// The entries that `reply` does not tell of yet, in pieces of the size that the stream takes: what
/// was stored of a request that is refused on the way is skipped when it is sent again.
void PutService::putFrom(const RequestPtr &request, const stream::StreamPtr &stream,
                         const TurnPtr &turn, PutReply reply)
{
    const std::size_t first = reply.skipped + reply.results.size();
    if (first == request->entries.size())
        return turn->answer(succeeded(std::move(reply)));
    stream::Put put;
    put.batch = batchOf(*request, first, stream->putSize());
    put.producer = &turn->handle();
    const std::size_t count = put.batch->count();
    ByteWriter(put.progress).varint(request->firstIndex + first + count);
    Bytes progress = put.progress;
    stream->put(std::move(put), [request, stream, turn, reply = std::move(reply), count,
                                 progress = std::move(progress)](Result<stream::PutOutcome> done) {
        if (!done)
            return turn->answer(failed(done.error()));
        turn->handle().progress = progress;
        PutReply more = reply;
        addStored(more, *stream, *done, count);
        putFrom(request, stream, turn, std::move(more));
    });
}

} // namespace millrace::engine
