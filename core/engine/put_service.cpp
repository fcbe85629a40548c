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

PutService::ProducerPtr PutService::producerOf(stream::DataStream &stream, const std::string &id)
{
    const auto key = std::make_pair(stream.id(), id);
    auto found = m_producers.find(key);
    if (found == m_producers.end()) {
        auto made = std::make_shared<Producer>();
        made->handle = stream.openProducer(std::string(stream::kClientProducer) + id);
        found = m_producers.emplace(key, std::move(made)).first;
    }
    return found->second;
}

void PutService::inTurn(const ProducerPtr &producer, std::function<void()> turn)
{
    {
        const std::lock_guard guard(m_mutex);
        if (std::exchange(producer->taken, true)) {
            producer->waiting.push_back(std::move(turn));
            return;
        }
    }
    turn();
}

void PutService::pass(const ProducerPtr &producer)
{
    std::function<void()> turn;
    {
        const std::lock_guard guard(m_mutex);
        producer->taken = !producer->waiting.empty();
        if (!producer->taken)
            return;
        turn = std::move(producer->waiting.front());
        producer->waiting.pop_front();
    }
    turn();
}

void PutService::next(const ProducerRequest &request, Answer answer)
{
    const auto stream = m_store.find(request.stream);
    if (!stream)
        return answer(failed(unknownStream(request.stream)));
    const ProducerPtr producer = producerOf(*stream, request.producer);
    inTurn(producer, [this, producer, answer = std::move(answer)] {
        PutReply out;
        out.producerNext = nextNumber(producer->handle);
        pass(producer);
        Reply reply;
        reply.value = std::move(out);
        answer(std::move(reply));
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
        const ProducerPtr producer = producerOf(*stream, request.producer);
        const auto shared = std::make_shared<const PutRequest>(std::move(request));
        inTurn(producer, [this, shared, stream, producer, answer = std::move(answer)] {
            putOfProducer(shared, stream, producer, answer);
        });
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

/// With the producer's turn, which it passes.
void PutService::putOfProducer(const RequestPtr &request, const stream::StreamPtr &stream,
                               const ProducerPtr &producer, const Answer &answer)
{
    const auto answerNow = [&](Reply reply) {
        pass(producer);
        answer(std::move(reply));
    };
    const std::uint64_t next = nextNumber(producer->handle);
    if (request->firstIndex > kMaxNumber)
        return answerNow(failed(
            Problem(Code::InvalidArgument, {{"what", "A record's number is 2^62 at most"}})));
    if (request->firstIndex > next)
        return answerNow(
            failed(Problem(Code::ProducerGap, {{"producer", request->producer},
                                               {"next", std::to_string(next)},
                                               {"first", std::to_string(request->firstIndex)}})));
    PutReply out;
    if (next > request->firstIndex)
        out.skipped = std::min<std::uint64_t>(next - request->firstIndex, request->entries.size());
    out.producerNext = std::max(next, request->firstIndex + request->entries.size());
    putFrom(request, stream, producer, answer, std::move(out));
}

/// The entries that `reply` does not tell of yet, in pieces of the size that the stream takes: what
/// was stored of a request that is refused on the way is skipped when it is sent again.
void PutService::putFrom(const RequestPtr &request, const stream::StreamPtr &stream,
                         const ProducerPtr &producer, const Answer &answer, PutReply reply)
{
    const std::size_t first = reply.skipped + reply.results.size();
    if (first == request->entries.size()) {
        pass(producer);
        return answer(succeeded(std::move(reply)));
    }
    stream::Put put;
    put.batch = batchOf(*request, first, stream->putSize());
    put.producer = &producer->handle;
    const std::size_t count = put.batch->count();
    ByteWriter(put.progress).varint(request->firstIndex + first + count);
    Bytes progress = put.progress;
    stream->put(std::move(put),
                [this, request, stream, producer, answer, reply = std::move(reply), count,
                 progress = std::move(progress)](Result<stream::PutOutcome> done) {
                    if (!done) {
                        pass(producer);
                        return answer(failed(done.error()));
                    }
                    producer->handle.progress = progress;
                    PutReply more = reply;
                    addStored(more, *stream, *done, count);
                    putFrom(request, stream, producer, answer, std::move(more));
                });
}

} // namespace millrace::engine
