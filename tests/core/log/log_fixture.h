// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/memory_file_system.h"
#include "core/log/damage.h"
#include "core/log/log.h"

#include <optional>
#include <set>

namespace millrace::test {

/// One record as a test knows it; the oracle of the log tests is a vector of these per shard.
struct Row {
    std::string data;
    std::string key;
    std::optional<record::Hash128> hash = {};
    std::vector<record::Attribute> attributes = {};
    std::optional<record::Origin> origin = {};
    friend bool operator==(const Row &, const Row &) = default;
};

using Shards = std::map<std::uint32_t, std::vector<Row>>;

record::BatchPtr makeBatch(const std::vector<Row> &rows);
/// Row `i` of a batch; a root that is the row's own place counts as none.
Row rowOf(const record::RecordBatch &batch, std::size_t i);

/// A log in a MemoryFileSystem with a clock moved by hand, spoken to in whole steps.
class LogFixture
{
public:
    LogFixture();

    /// Opens the log; asserts that it can be.
    log::Log &open();
    Result<std::unique_ptr<log::Log>> tryOpen();
    void close() { m_log.reset(); }
    log::Log &log() { return *m_log; }
    bool isOpen() const { return m_log != nullptr; }

    /// Queues rows for several shards with progress, without committing. The answer is stored in
    /// `answers` at the index returned.
    std::size_t queue(const Shards &shards, std::vector<log::ProgressEntry> progress = {});
    /// queue() and commit(); true when it was acknowledged.
    bool put(const Shards &shards, std::vector<log::ProgressEntry> progress = {});

    /// All that a log or reader gives out, from each shard's horizon to its end, block by block.
    /// Damage met on the way is added to `problems`.
    template <class Source>
    Shards readAll(Source &source, std::vector<Problem> *problems = nullptr);

    std::vector<Path> segmentPaths();

    MemoryFileSystem fileSystem;
    ManualClock clock;
    SeededRandom random{42};
    log::LogOptions options;
    std::vector<std::optional<Result<std::vector<log::Placed>>>> answers;
    std::vector<Problem> logged;

private:
    std::unique_ptr<log::Log> m_log;
    std::map<std::uint32_t, std::uint64_t> m_queuedSeqIx; ///< first free behind what is queued
};

log::ProgressEntry progressOf(std::string producer, std::uint64_t epoch, std::uint64_t n);
std::uint64_t progressNumber(const log::ProgressEntry &entry);

/// `count` rows that can be told apart, of about `bytes` bytes each.
std::vector<Row> someRows(std::size_t count, std::uint64_t seed, std::size_t bytes = 20);

template <class Source>
Shards LogFixture::readAll(Source &source, std::vector<Problem> *problems)
{
    Shards out;
    for (const ShardIndex shard : source.shards()) {
        auto &rows = out[shard.value];
        Ordinal at = source.bounds(shard).trimHorizon;
        while (true) {
            const auto batch = source.read(shard, at);
            if (!batch) {
                if (problems != nullptr)
                    problems->push_back(batch.error());
                const auto behind = log::behindDamage(batch.error(), at);
                if (!behind)
                    break;
                at = *behind;
                continue;
            }
            if (!*batch)
                break;
            for (std::size_t i = 0; i < (*batch)->count(); ++i) {
                if ((*batch)->firstOrdinal() + i >= at)
                    rows.push_back(rowOf(**batch, i));
            }
            at = (*batch)->endOrdinal();
        }
    }
    return out;
}

} // namespace millrace::test
