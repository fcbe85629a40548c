// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/log/log_fixture.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

using namespace millrace;
using namespace millrace::test;
using namespace std::chrono_literals;

namespace {

/// The log as a vector per shard: everything it may do, obvious by reading.
struct Model {
    struct Entry {
        Row row;
        WallTime arrival;
        std::uint64_t seqIx = 0;
    };
    std::map<std::uint32_t, std::vector<Entry>> shards;
    std::map<std::uint32_t, std::size_t> horizon; ///< at least so many records are hidden
    std::map<std::string, std::uint64_t> progress;
};

class Walker
{
public:
    explicit Walker(std::uint64_t seed)
        : m_state(seed)
    {
        f.options.segmentBytes = 40'000;
        f.options.segmentAge = 6h;
        f.options.retention = 48h;
        f.options.cacheBytes = 20'000;
        f.open();
    }

    std::uint64_t chance(std::uint64_t below) { return mix64(++m_state) % below; }

    void step()
    {
        switch (chance(12)) {
        case 0:
            MILLRACE_ASSERT(f.log().seal().has_value());
            break;
        case 1:
        case 2:
            MILLRACE_ASSERT(f.log().rewriteOne().has_value());
            break;
        case 3:
            f.clock.advance(std::chrono::hours(chance(8)));
            expire();
            break;
        case 4:
            f.open();
            MILLRACE_ASSERT(f.log().recovery().problems.empty());
            break;
        case 5:
            drop();
            break;
        case 6:
            trim();
            break;
        default:
            put();
        }
        f.clock.advance(std::chrono::milliseconds(chance(100'000)));
    }

    /// Empty when the log and a reader beside it say what the model says.
    std::string compare()
    {
        if (auto wrong = compareWith(f.log()); !wrong.empty())
            return wrong;
        const auto reader = log::LogReader::open(f.options.folder, f.fileSystem);
        if (!reader)
            return reader.error().message();
        if (!(*reader)->report().problems.empty())
            return (*reader)->report().problems.front().message();
        for (const auto &[shard, entries] : model.shards) {
            if ((*reader)->bounds(ShardIndex(shard)).end.value != entries.size())
                return "the reader ends elsewhere";
        }
        return compareRecords(**reader);
    }

    LogFixture f;
    Model model;

private:
    void put()
    {
        Shards rows;
        for (std::uint64_t i = 0; i <= chance(3); ++i)
            rows[static_cast<std::uint32_t>(chance(4))] =
                someRows(1 + chance(40), mix64(m_state), 5 + chance(80));
        const std::string producer = "p" + std::to_string(chance(3));
        std::map<std::uint32_t, std::uint64_t> firstSeqIx;
        for (const auto &[shard, more] : rows)
            firstSeqIx[shard] = f.log().nextSeqIx(ShardIndex(shard)) + 1;
        MILLRACE_ASSERT(f.put(rows, {progressOf(producer, 1, m_state)}));
        model.progress[producer] = m_state;
        for (const auto &[shard, more] : rows) {
            for (const Row &row : more)
                model.shards[shard].push_back({row, f.clock.wall(), firstSeqIx[shard]++});
        }
    }

    void expire()
    {
        MILLRACE_ASSERT(f.log().expire().has_value());
        const WallTime keepFrom = f.clock.wall() - f.options.retention;
        for (auto &[shard, entries] : model.shards) {
            const auto young = std::find_if(entries.begin(), entries.end(),
                                            [&](const auto &e) { return e.arrival >= keepFrom; });
            hide(shard, static_cast<std::size_t>(young - entries.begin()));
        }
    }

    void hide(std::uint32_t shard, std::size_t below)
    {
        model.horizon[shard] = std::max(model.horizon[shard], below);
    }

    /// What went is whole segments: the model takes the log's word for how much, checked to be no
    /// more than one segment's worth and never to come back.
    void drop()
    {
        const auto before = f.log().diskBytes();
        const bool sealed = f.segmentPaths().size() > 1;
        const auto freed = f.log().dropOldestSegment();
        MILLRACE_ASSERT(freed.has_value());
        MILLRACE_ASSERT(!sealed || f.log().diskBytes() == before - *freed);
        std::uint64_t standing = 0;
        for (const Path &path : f.segmentPaths())
            standing += f.fileSystem.content(path).size();
        MILLRACE_ASSERT(f.log().diskBytes() == standing);
        followHorizons();
    }

    void trim()
    {
        std::vector<std::pair<ShardIndex, Ordinal>> keep;
        for (const auto &[shard, entries] : model.shards)
            keep.emplace_back(ShardIndex(shard), Ordinal(chance(entries.size() + 1)));
        std::map<std::uint32_t, std::uint64_t> before;
        for (const auto &[shard, at] : keep)
            before[shard.value] = f.log().bounds(shard).trimHorizon.value;
        MILLRACE_ASSERT(f.log().trimBelow(keep).has_value());
        for (const auto &[shard, at] : keep)
            MILLRACE_ASSERT(f.log().bounds(shard).trimHorizon.value <=
                            std::max(before[shard.value], at.value));
        followHorizons();
    }

    void followHorizons()
    {
        for (auto &[shard, entries] : model.shards) {
            const auto now = f.log().bounds(ShardIndex(shard)).trimHorizon.value;
            hide(shard, static_cast<std::size_t>(now));
        }
    }

    template <class Source>
    std::string compareRecords(Source &source)
    {
        for (const auto &[shard, entries] : model.shards) {
            Ordinal at = source.bounds(ShardIndex(shard)).trimHorizon;
            while (at.value < entries.size()) {
                const auto batch = source.read(ShardIndex(shard), at);
                if (!batch)
                    return batch.error().message();
                if (!*batch || (*batch)->firstOrdinal() > at || (*batch)->endOrdinal() <= at)
                    return "a read gives another run";
                for (; at < (*batch)->endOrdinal(); at = at.next()) {
                    const auto row = at - (*batch)->firstOrdinal();
                    const auto &entry = entries[at.value];
                    if (!(rowOf(**batch, row) == entry.row) ||
                        (*batch)->arrival(row) != entry.arrival ||
                        (*batch)->seqIx(row) != entry.seqIx)
                        return "record " + std::to_string(at.value) + " differs";
                }
            }
        }
        return {};
    }

    std::string compareWith(log::Log &log)
    {
        for (const auto &[shard, entries] : model.shards) {
            const auto bounds = log.bounds(ShardIndex(shard));
            if (bounds.end.value != entries.size() || bounds.lastArrival != entries.back().arrival)
                return "bounds differ";
            // After reopening age hides nothing until the next expire(), but no more is hidden.
            if (bounds.trimHorizon.value > model.horizon[shard])
                return "more is hidden than may be";
            const std::size_t some = chance(entries.size());
            const std::size_t from = std::max(some, std::size_t(bounds.trimHorizon.value));
            if (from == entries.size())
                continue;
            const auto found = log.find(ShardIndex(shard), entries[from].arrival);
            const auto first = std::find_if(
                entries.begin() + std::ptrdiff_t(bounds.trimHorizon.value), entries.end(),
                [&](const auto &e) { return e.arrival >= entries[from].arrival; });
            if (!found || found->value != std::uint64_t(first - entries.begin()))
                return "find() by time differs";
            const auto seqIx = log.findSeqIx(ShardIndex(shard), entries[from].seqIx);
            if (!seqIx || seqIx->value != from)
                return "findSeqIx() differs";
        }
        for (const auto &[id, n] : model.progress) {
            if (const auto entry = log.producer(id); !entry || progressNumber(*entry) != n)
                return "progress differs";
        }
        return compareRecords(log);
    }

    std::uint64_t m_state;
};

} // namespace

class LogPropertyTest : public QObject
{
    Q_OBJECT
private slots:
    void doesWhatTheModelDoes_data();
    void doesWhatTheModelDoes();
    void readersBesideTheWriterSeeAPrefix();
};

void LogPropertyTest::doesWhatTheModelDoes_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 12; ++seed)
        QTest::addRow("seed %d", seed) << seed;
}

void LogPropertyTest::doesWhatTheModelDoes()
{
    QFETCH(int, seed);
    Walker walker(static_cast<std::uint64_t>(seed) << 32);
    for (int i = 0; i < 250; ++i) {
        walker.step();
        if (i % 5 != 0)
            continue;
        const auto wrong = walker.compare();
        QVERIFY2(wrong.empty(), ("step " + std::to_string(i) + ": " + wrong).c_str());
    }
    std::size_t records = 0;
    for (const auto &[shard, entries] : walker.model.shards)
        records += entries.size();
    QVERIFY(records > 1000);
}

/// Threads: one commits, one seals, rewrites and expires, two read inside, one beside.
void LogPropertyTest::readersBesideTheWriterSeeAPrefix()
{
    LogFixture f;
    f.options.segmentBytes = 30'000;
    f.options.cacheBytes = 50'000;
    f.open();
    log::Log &log = f.log();
    constexpr std::uint64_t kPuts = 400;
    std::atomic<bool> done = false;
    std::mutex mutex;
    std::string wrongs; ///< guarded by mutex
    const auto wrong = [&](const std::string &what) {
        const std::lock_guard lock(mutex);
        wrongs += what + "\n";
    };
    const auto must = [&](const auto &result, const std::string &what) {
        if (!result)
            wrong(what + ": " + result.error().message());
    };
    std::atomic<std::uint64_t> seen = 0;
    const auto expected = [](std::uint64_t ordinal) { return "record " + std::to_string(ordinal); };
    const auto follow = [&](auto &source, auto &&look) {
        Ordinal at(0);
        while (true) {
            const bool last = done;
            look();
            const auto batch = source.read(ShardIndex(0), at);
            if (!batch)
                return wrong("read: " + batch.error().message());
            if (!*batch) {
                if (last)
                    break;
                continue;
            }
            if ((*batch)->endOrdinal() <= at || (*batch)->firstOrdinal() > at)
                at = (*batch)->firstOrdinal(); // dropped under our hands
            for (; at < (*batch)->endOrdinal(); at = at.next()) {
                if ((*batch)->data(at - (*batch)->firstOrdinal()) != expected(at.value))
                    wrong("record " + std::to_string(at.value) + " differs");
                ++seen;
            }
        }
        if (at.value != kPuts * 20)
            wrong("ended at " + std::to_string(at.value));
    };
    {
        std::vector<std::jthread> threads;
        threads.emplace_back([&] {
            std::uint64_t ordinal = 0;
            for (std::uint64_t i = 0; i < kPuts; ++i) {
                record::RecordBatchBuilder builder;
                const std::uint64_t first = ordinal;
                for (int k = 0; k < 20; ++k)
                    builder.append({expected(ordinal++), "k"});
                log::Append append;
                append.shards.push_back(
                    {ShardIndex(0), builder.finish(), {}, f.clock.wall(), first});
                append.done = [&](const auto &placed) { must(placed, "append"); };
                log.append(std::move(append));
                log.commit();
            }
            done = true;
        });
        threads.emplace_back([&] {
            while (!done) {
                must(log.rewriteOne(), "rewrite");
                must(log.expire(), "expire");
                must(log.seal(), "seal");
                std::this_thread::yield();
            }
        });
        for (int i = 0; i < 2; ++i)
            threads.emplace_back([&] { follow(log, [] {}); });
        threads.emplace_back([&] {
            const auto reader = *log::LogReader::open(f.options.folder, f.fileSystem);
            follow(*reader, [&] {
                must(reader->refresh(), "refresh");
                for (const Problem &problem : reader->report().problems)
                    wrong("report: " + problem.message());
            });
        });
    }
    QVERIFY2(wrongs.empty(), wrongs.c_str());
    QCOMPARE(seen.load(), 3 * kPuts * 20);
}

MILLRACE_TEST(LogPropertyTest)
#include "log_property_test.moc"
