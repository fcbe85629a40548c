// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"

namespace millrace::test {

record::BatchPtr makeBatch(const std::vector<Row> &rows)
{
    record::RecordBatchBuilder builder;
    for (const Row &row : rows)
        builder.append(
            {row.data, row.key, row.hash, row.attributes, row.origin ? &*row.origin : nullptr});
    return builder.finish();
}

Row rowOf(const record::RecordBatch &batch, std::size_t i)
{
    Row row{std::string(batch.data(i)), std::string(batch.key(i)), batch.explicitHash(i),
            batch.attributes(i), batch.origin(i)};
    const record::Origin own{batch.stream(), batch.shard(), batch.firstOrdinal() + i, {}};
    if (row.origin == own || row.origin->stream.isNull())
        row.origin.reset();
    return row;
}

LogFixture::LogFixture()
{
    options.folder = "/data/streams/s";
    options.stream = *Uuid::parse("0b9d6a3e-1111-4222-8333-444455556666");
}

Result<std::unique_ptr<log::Log>> LogFixture::tryOpen()
{
    return log::Log::open(options, fileSystem, clock, random,
                          [this](const Problem &problem) { logged.push_back(problem); });
}

log::Log &LogFixture::open()
{
    m_log.reset();
    m_queuedSeqIx.clear();
    auto opened = tryOpen();
    if (!opened)
        std::fprintf(stderr, "open: %s\n", opened.error().message().c_str());
    MILLRACE_ASSERT(opened.has_value());
    m_log = *std::move(opened);
    return *m_log;
}

std::size_t LogFixture::queue(const Shards &shards, std::vector<log::ProgressEntry> progress)
{
    log::Append append;
    for (const auto &[shard, rows] : shards) {
        log::ShardRows part;
        part.shard = ShardIndex(shard);
        part.batch = makeBatch(rows);
        part.arrival = clock.wall();
        std::uint64_t &seqIx = m_queuedSeqIx[shard];
        seqIx = std::max(seqIx, m_log->nextSeqIx(part.shard));
        part.firstSeqIx = seqIx + 1; // gaps are allowed
        seqIx = part.firstSeqIx + rows.size();
        append.shards.push_back(std::move(part));
    }
    append.progress = std::move(progress);
    const std::size_t index = answers.size();
    answers.emplace_back();
    append.done = [this, index](Result<std::vector<log::Placed>> answer) {
        MILLRACE_ASSERT(!answers[index].has_value());
        answers[index] = std::move(answer);
    };
    m_log->append(std::move(append));
    return index;
}

bool LogFixture::put(const Shards &shards, std::vector<log::ProgressEntry> progress)
{
    const std::size_t index = queue(shards, std::move(progress));
    m_log->commit();
    return answers[index].has_value() && answers[index]->has_value();
}

std::vector<Path> LogFixture::segmentPaths()
{
    std::vector<Path> out;
    const auto names = fileSystem.list(options.folder);
    for (const auto &name : *names) {
        if (name.ends_with(".log"))
            out.push_back(joinPath(options.folder, name));
    }
    return out;
}

log::ProgressEntry progressOf(std::string producer, std::uint64_t epoch, std::uint64_t n)
{
    log::ProgressEntry entry{std::move(producer), Epoch(epoch), {}};
    ByteWriter(entry.progress).u64(n);
    return entry;
}

std::uint64_t progressNumber(const log::ProgressEntry &entry)
{
    return ByteReader(entry.progress).u64();
}

std::vector<Row> someRows(std::size_t count, std::uint64_t seed, std::size_t bytes)
{
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t n = mix64(seed * 1'000'003 + i);
        Row row;
        row.data = std::to_string(seed) + ":" + std::to_string(i) + ":";
        while (row.data.size() < bytes)
            row.data += static_cast<char>('a' + mix64(n + row.data.size()) % 26);
        row.key = "key-" + std::to_string(n % 7);
        if (n % 5 == 0)
            row.hash = record::Hash128{n, ~n};
        if (n % 6 == 0)
            row.attributes = {{"reason", "because " + std::to_string(n)}, {"empty", ""}};
        if (n % 4 == 0)
            row.origin = record::Origin{*Uuid::parse("99999999-1111-4222-8333-444455556666"),
                                        ShardIndex(3),
                                        Ordinal(n),
                                        {1, 70'000}};
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace millrace::test
