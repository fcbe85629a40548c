// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/put_service.h"

#include "core/base/problem_codes.h"

#include <algorithm>
#include <atomic>

namespace millrace::engine {
namespace {

constexpr std::uint64_t kMaxNumber = 1ULL << 62U; ///< sums do not overflow

std::uint64_t nextNumber(const stream::ProducerHandle &producer)
{
    return producer.progress.empty() ? 0 : ByteReader(producer.progress).varint();
}

/// Where each entry went, in the order of the entries that were put.
Reply stored(PutReply reply, const stream::DataStream &stream, const stream::PutOutcome &outcome,
             std::size_t count)
{
    reply.results.resize(count);
    for (const stream::ShardPut &shard : outcome.shards) {
        for (std::size_t i = 0; i < shard.rows.size(); ++i)
            reply.results[shard.rows[i]] = {
                shard.shard,
                stream.sequenceNumber(shard.shard, shard.firstSeqIx + i, shard.arrival).toString(),
                false};
    }
    for (const std::uint32_t row : outcome.refused)
        reply.results[row].refused = true;
    Reply out;
    out.value = std::move(reply);
    return out;
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

stream::ProducerHandle &PutService::producerOf(stream::DataStream &stream, const std::string &id)
{
    const auto key = std::make_pair(stream.id(), id);
    auto found = m_producers.find(key);
    if (found == m_producers.end())
        found = m_producers.emplace(key, stream.openProducer("put/" + id)).first;
    return found->second;
}

Reply PutService::next(const ProducerRequest &request)
{
    const auto stream = m_store.find(request.stream);
    if (!stream)
        return failed(unknownStream(request.stream));
    PutReply out;
    out.producerNext = nextNumber(producerOf(*stream, request.producer));
    Reply reply;
    reply.value = std::move(out);
    return reply;
}

void PutService::put(const PutRequest &request, std::function<void(Reply)> answer)
{
    const auto stream = m_store.find(request.stream);
    if (!stream)
        return answer(failed(unknownStream(request.stream)));
    PutReply out;
    stream::ProducerHandle *producer = nullptr;
    Bytes progress;
    if (!request.producer.empty()) {
        producer = &producerOf(*stream, request.producer);
        const std::uint64_t next = nextNumber(*producer);
        if (request.firstIndex > kMaxNumber)
            return answer(failed(
                Problem(Code::InvalidArgument, {{"what", "A record's number is 2^62 at most"}})));
        if (next > request.firstIndex)
            out.skipped =
                std::min<std::uint64_t>(next - request.firstIndex, request.entries.size());
        out.producerNext = std::max(next, request.firstIndex + request.entries.size());
        ByteWriter(progress).varint(out.producerNext);
    }
    record::RecordBatchBuilder builder;
    for (std::size_t i = out.skipped; i < request.entries.size(); ++i) {
        const PutEntry &entry = request.entries[i];
        builder.append({entry.data, entry.key, entry.explicitHash, {}, nullptr});
    }
    const std::size_t count = builder.count();
    if (count == 0) {
        Reply reply;
        reply.value = std::move(out);
        return answer(std::move(reply));
    }
    stream::Put put;
    put.batch = builder.finish();
    put.producer = producer;
    put.progress = progress;
    if (producer == nullptr) {
        stream->put(std::move(put), [stream, out, count, answer](Result<stream::PutOutcome> done) {
            answer(done ? stored(out, *stream, *done, count) : failed(done.error()));
        });
        return;
    }
    // One put of a producer after the other: the next one must know whether this one stands.
    struct Settled {
        std::atomic<bool> done = false;
        bool stands = false;
    };
    const auto settled = std::make_shared<Settled>();
    stream->put(std::move(put),
                [stream, out, count, answer, settled](Result<stream::PutOutcome> done) {
                    settled->stands = done.has_value();
                    answer(done ? stored(out, *stream, *done, count) : failed(done.error()));
                    settled->done = true;
                    settled->done.notify_one();
                });
    if (m_pump)
        m_pump();
    settled->done.wait(false);
    if (settled->stands)
        producer->progress = std::move(progress);
}

} // namespace millrace::engine
