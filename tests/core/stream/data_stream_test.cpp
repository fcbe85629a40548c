// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/stream/data_stream.h"

#include <QTest>

#include <future>
#include <thread>

using namespace millrace;
using namespace millrace::stream;
using namespace std::chrono_literals;

namespace {

/// A stream over a log in memory; the test is the committer.
class Fixture
{
public:
    explicit Fixture(std::uint32_t shards = 4, store::LimitMode limits = store::LimitMode::Shown,
                     store::Durability durability = store::Durability::Disk)
    {
        m_entry.id = Uuid::random(m_random);
        m_entry.name = "clicks";
        m_entry.shards = shards;
        m_entry.created = clock.wall();
        m_entry.limits = limits;
        m_entry.durability = durability;
        open();
    }

    void open()
    {
        stream.reset();
        log::LogOptions options;
        options.folder = "/data/streams/x";
        options.stream = m_entry.id;
        auto log = log::Log::open(options, fs, clock, m_random, [](const Problem &) {});
        if (!log)
            qFatal("%s", log.error().message().c_str());
        stream = std::make_unique<DataStream>(
            m_entry, *std::move(log), clock, [] {},
            [this](const Problem &problem) { reported.push_back(problem); });
    }

    static record::BatchPtr batch(const std::vector<std::pair<std::string, std::string>> &records)
    {
        record::RecordBatchBuilder builder;
        for (const auto &[key, data] : records)
            builder.append({data, key, {}, {}, nullptr});
        return builder.finish();
    }

    /// Puts and commits; what the sender is told.
    Result<PutOutcome> put(record::BatchPtr records, const ProducerHandle *producer = nullptr,
                           std::string_view progress = {})
    {
        Put put;
        put.batch = std::move(records);
        put.producer = producer;
        put.progress.assign(asBytes(progress).begin(), asBytes(progress).end());
        std::optional<Result<PutOutcome>> out;
        stream->put(std::move(put), [&](Result<PutOutcome> outcome) { out = std::move(outcome); });
        stream->commit();
        return *std::move(out);
    }

    /// All payloads of a shard, in order.
    std::vector<std::string> payloads(std::uint32_t shard) const
    {
        std::vector<std::string> out;
        Ordinal at = stream->bounds(ShardIndex(shard)).trimHorizon;
        for (;;) {
            const auto block = *stream->read(ShardIndex(shard), at);
            if (!block)
                return out;
            for (Ordinal o = std::max(at, block->firstOrdinal()); o < block->endOrdinal();
                 o = o.next())
                out.emplace_back(block->data(o - block->firstOrdinal()));
            at = block->endOrdinal();
        }
    }

    ManualClock clock;
    MemoryFileSystem fs;
    std::unique_ptr<DataStream> stream;
    std::vector<Problem> reported;

private:
    SeededRandom m_random{1};
    store::StreamEntry m_entry;
};

} // namespace

class DataStreamTest : public QObject
{
    Q_OBJECT
private slots:
    void keysGoToTheShardThatOwnsTheirHash()
    {
        Fixture f;
        std::vector<std::pair<std::string, std::string>> records;
        for (int i = 0; i < 400; ++i)
            records.emplace_back("key-" + std::to_string(i), std::to_string(i));
        QVERIFY(f.put(Fixture::batch(records)).has_value());
        std::size_t seen = 0;
        for (std::uint32_t shard = 0; shard < 4; ++shard) {
            for (const std::string &payload : f.payloads(shard)) {
                const auto hash = hashOfKey("key-" + payload);
                QVERIFY(f.stream->ranges()[shard].contains(hash));
                ++seen;
            }
        }
        QCOMPARE(seen, std::size_t(400));
    }

    void anExplicitHashKeyWinsOverThePartitionKey()
    {
        Fixture f;
        record::RecordBatchBuilder builder;
        builder.append({"low", "k", *parseHash("0"), {}, nullptr});
        builder.append(
            {"high", "k", *parseHash("340282366920938463463374607431768211455"), {}, nullptr});
        QVERIFY(f.put(builder.finish()).has_value());
        QCOMPARE(f.payloads(0), std::vector<std::string>{"low"});
        QCOMPARE(f.payloads(3), std::vector<std::string>{"high"});
    }

    void sequenceNumbersGrowWithinAShardAlsoAfterARestart()
    {
        Fixture f(1);
        std::string last;
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 3; ++i) {
                const auto outcome = f.put(Fixture::batch({{"a", "1"}, {"b", "2"}}));
                QVERIFY(outcome.has_value());
                const ShardPut &put = outcome->shards.front();
                for (std::uint64_t n = 0; n < put.rows.size(); ++n) {
                    const std::string number =
                        f.stream->sequenceNumber(put.shard, put.firstSeqIx + n, put.arrival)
                            .toString();
                    QVERIFY(number > last);
                    last = number;
                }
            }
            f.open();
        }
    }

    void everyIteratorBeginsWhereAwsSaysItDoes()
    {
        Fixture f(1);
        std::vector<std::string> numbers;
        std::vector<WallTime> times;
        for (int i = 0; i < 5; ++i) {
            const auto outcome = f.put(Fixture::batch({{"k", std::to_string(i)}}));
            const ShardPut &put = outcome->shards.front();
            numbers.push_back(
                f.stream->sequenceNumber(put.shard, put.firstSeqIx, put.arrival).toString());
            times.push_back(put.arrival);
            f.clock.advance(10s);
        }
        const ShardIndex shard(0);
        const auto third = *SequenceNumber::parse(numbers[2]);
        QCOMPARE(f.stream->resolve(shard, From::TrimHorizon)->value, std::uint64_t(0));
        QCOMPARE(f.stream->resolve(shard, From::Latest)->value, std::uint64_t(5));
        QCOMPARE(f.stream->resolve(shard, From::AtSequence, third)->value, std::uint64_t(2));
        QCOMPARE(f.stream->resolve(shard, From::AfterSequence, third)->value, std::uint64_t(3));
        QCOMPARE(f.stream->resolve(shard, From::AtTime, {}, times[3])->value, std::uint64_t(3));
        QCOMPARE(f.stream->resolve(shard, From::AtTime, {}, times[3] + 1ms)->value,
                 std::uint64_t(4));
        SequenceNumber other = third;
        other.shard = ShardIndex(1);
        QCOMPARE(f.stream->resolve(shard, From::AtSequence, other).error().code(),
                 Code::InvalidArgument);
    }

    void aProducersProgressStandsWithItsRecords()
    {
        Fixture f(1);
        auto first = f.stream->openProducer("p");
        QVERIFY(first.progress.empty());
        QVERIFY(f.put(Fixture::batch({{"k", "1"}}), &first, "one").has_value());
        f.open();
        auto second = f.stream->openProducer("p");
        QVERIFY(second.epoch > first.epoch);
        QCOMPARE(asText(second.progress), std::string_view("one"));
        // The incarnation before may not write any more.
        QCOMPARE(f.put(Fixture::batch({{"k", "late"}}), &first, "two").error().code(),
                 Code::ProducerFenced);
        QVERIFY(f.put({}, &second, "progress alone").has_value());
        QCOMPARE(asText(f.stream->openProducer("p").progress), std::string_view("progress alone"));
        QCOMPARE(f.payloads(0), std::vector<std::string>{"1"});
    }

    void whatAnIncarnationHasQueuedStandsBeforeTheNextOneBegins_data()
    {
        QTest::addColumn<bool>("memory");
        QTest::newRow("disk") << false;
        QTest::newRow("memory") << true;
    }

    void whatAnIncarnationHasQueuedStandsBeforeTheNextOneBegins()
    {
        QFETCH(bool, memory);
        Fixture f(1, store::LimitMode::Shown,
                  memory ? store::Durability::Memory : store::Durability::Disk);
        const auto first = f.stream->openProducer("p");
        const auto queue = [&](const ProducerHandle &producer, const char *data) {
            Put put;
            put.batch = Fixture::batch({{"k", data}});
            put.producer = &producer;
            put.progress.assign(asBytes(data).begin(), asBytes(data).end());
            f.stream->put(std::move(put), [](const auto &) {});
        };
        queue(first, "one"); // and nobody commits it
        const auto second = f.stream->openProducer("p");
        QCOMPARE(asText(second.progress), std::string_view("one"));
        QCOMPARE(f.payloads(0), std::vector<std::string>{"one"});
        // What the disk refuses meanwhile is not part of the progress, and does not come later.
        queue(second, "two");
        static const Problem full(Code::DiskFull, {{"operation", "write"}});
        f.fs.failSteps([](const auto &step) { return step.call == "write" ? &full : nullptr; });
        const auto third = f.stream->openProducer("p");
        f.fs.failSteps({});
        QCOMPARE(asText(third.progress), std::string_view("one"));
        QVERIFY(f.put(Fixture::batch({{"k", "two again"}}), &third, "two").has_value());
        QCOMPARE(f.payloads(0), (std::vector<std::string>{"one", "two again"}));
    }

    void incarnationsThatFollowEachOtherPutEveryRecordOnce()
    {
        constexpr int kRecords = 300;
        Fixture f(1);
        std::atomic<int> done = 0;
        std::jthread committer([&](const std::stop_token &stop) {
            while (!stop.stop_requested())
                f.stream->commit();
        });
        // Each goes on behind the progress it is given until it is refused or through.
        const auto incarnation = [&] {
            const auto producer = f.stream->openProducer("p");
            int next =
                producer.progress.empty() ? 0 : std::stoi(std::string(asText(producer.progress)));
            for (bool refused = false; next < kRecords && !refused; ++next) {
                std::promise<bool> stored;
                const std::string progress = std::to_string(next + 1);
                Put put;
                put.batch = Fixture::batch({{"k", std::to_string(next)}});
                put.producer = &producer;
                put.progress.assign(asBytes(progress).begin(), asBytes(progress).end());
                f.stream->put(std::move(put),
                              [&](const auto &outcome) { stored.set_value(outcome.has_value()); });
                refused = !stored.get_future().get();
            }
            ++done;
        };
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 20; ++i)
                threads.emplace_back(incarnation);
        }
        incarnation(); // the last one is refused by nobody
        committer.request_stop();
        committer.join();
        QCOMPARE(done.load(), 21);
        const auto payloads = f.payloads(0);
        QCOMPARE(payloads.size(), std::size_t(kRecords));
        for (int i = 0; i < kRecords; ++i)
            QCOMPARE(payloads[std::size_t(i)], std::to_string(i));
    }

    void aClosedIncarnationIsFencedForGood()
    {
        Fixture f(1);
        const auto code = [&](const ProducerHandle &producer) {
            const auto done = f.put(Fixture::batch({{"k", "late"}}), &producer, "late");
            return done ? Code{} : done.error().code();
        };
        const auto first = f.stream->openProducer("p");
        const auto second = f.stream->openProducer("p");
        f.stream->closeProducer(first); // an old one
        QVERIFY(f.put(Fixture::batch({{"k", "1"}}), &second, "one").has_value());
        f.stream->closeProducer(second);
        QCOMPARE(code(second), Code::ProducerFenced);
        const auto third = f.stream->openProducer("p");
        QCOMPARE(asText(third.progress), std::string_view("one"));
        QCOMPARE(code(first), Code::ProducerFenced);
        QCOMPARE(code(second), Code::ProducerFenced);

        // Nor does the log know of one that never put.
        const auto asked = f.stream->openProducer("q");
        f.stream->closeProducer(asked);
        QVERIFY(f.stream->openProducer("q").epoch > asked.epoch);
        QCOMPARE(code(asked), Code::ProducerFenced);
        QCOMPARE(f.payloads(0), std::vector<std::string>{"1"});
    }

    void whatIsNotDecidedKeepsItsIncarnation()
    {
        Fixture f(1);
        const auto first = f.stream->openProducer("p");
        Put put;
        put.batch = Fixture::batch({{"k", "one"}});
        put.producer = &first;
        put.progress.assign(1, std::byte{1});
        f.stream->put(std::move(put), [](const auto &) {});
        f.stream->closeProducer(first);
        QCOMPARE(f.stream->openProducer("p").progress, Bytes(1, std::byte{1}));
        QCOMPARE(f.payloads(0), std::vector<std::string>{"one"});
    }

    void anEnforcedLimitTakesAProducersPutWholeOrNotAtAll()
    {
        Fixture f(2, store::LimitMode::Enforced);
        auto producer = f.stream->openProducer("p");
        std::vector<std::pair<std::string, std::string>> many(1000, {"a", "x"});
        QVERIFY(f.put(Fixture::batch(many), &producer, "1").has_value());
        const auto refused = f.put(Fixture::batch({{"a", "y"}, {"b", "z"}}), &producer, "2");
        QCOMPARE(refused.error().code(), Code::ThroughputExceeded);
        QCOMPARE(refused.error().argument("retryMs"), std::string_view("1000"));
        f.clock.advance(1s);
        QVERIFY(f.put(Fixture::batch({{"a", "y"}, {"b", "z"}}), &producer, "2").has_value());
    }

    void aProducerIsToldHowMuchAPutMayHave()
    {
        QVERIFY(!Fixture(4, store::LimitMode::Shown).stream->putSize());
        const auto size = Fixture(4, store::LimitMode::Enforced).stream->putSize();
        QVERIFY(size.has_value());
        QCOMPARE(size->records, std::size_t(200));
        QCOMPARE(size->bytes, std::size_t((1U << 20U) / 20 * 4));
        // All of it may be on one shard.
        const auto largest = Fixture(200, store::LimitMode::Enforced).stream->putSize();
        QCOMPARE(largest->records, std::size_t(1000));
        QCOMPARE(largest->bytes, std::size_t(1U << 19U));
    }

    /// One put made a segment of 8 MiB in a stream that may have 3 MB: whole segments go.
    void aPutIsNoLargerThanTheSegmentsWhereTheseAreSmall()
    {
        log::LogLimits limits;
        limits.segmentBytes = 256U << 10U;
        Fixture shown(4, store::LimitMode::Shown);
        shown.stream->updateEntry(shown.stream->entry(), limits);
        QVERIFY(shown.stream->putSize() == (PutSize{50'000, 128U << 10U, true}));
        Fixture enforced(4, store::LimitMode::Enforced);
        enforced.stream->updateEntry(enforced.stream->entry(), limits);
        QVERIFY(enforced.stream->putSize() == (PutSize{200, 128U << 10U}));
    }

    void aRecordOfMoreThanASecondsWorthGoesAtSomeTime()
    {
        Fixture f(1, store::LimitMode::Enforced);
        const auto producer = f.stream->openProducer("p");
        const std::string large(10U << 20U, 'x');
        QVERIFY(f.put(Fixture::batch({{"a", large}}), &producer, "1").has_value());
        const auto refused = f.put(Fixture::batch({{"a", "y"}}), &producer, "2");
        QCOMPARE(refused.error().code(), Code::ThroughputExceeded);
        f.clock.advance(10s + 1ms); // the key counts too
        QVERIFY(f.put(Fixture::batch({{"a", "y"}}), &producer, "2").has_value());
    }

    void anEnforcedLimitRefusesOtherPutsRecordByRecord()
    {
        Fixture f(1, store::LimitMode::Enforced);
        std::vector<std::pair<std::string, std::string>> many(1200, {"a", "x"});
        const auto outcome = f.put(Fixture::batch(many));
        QVERIFY(outcome.has_value());
        QCOMPARE(outcome->refused.size(), std::size_t(200));
        QCOMPARE(outcome->refused.front(), 1000U);
        QCOMPARE(f.payloads(0).size(), std::size_t(1000));
        QCOMPARE(f.stream->counters(ShardIndex(0)).refused, std::uint64_t(200));
    }

    void memoryAcknowledgesAtOnceButReadersWaitForTheDisk()
    {
        Fixture f(1, store::LimitMode::Off, store::Durability::Memory);
        bool acknowledged = false;
        Put put;
        put.batch = Fixture::batch({{"k", "1"}});
        f.stream->put(std::move(put),
                      [&](const auto &outcome) { acknowledged = outcome.has_value(); });
        QVERIFY(acknowledged);
        QCOMPARE(f.stream->bounds(ShardIndex(0)).end.value, std::uint64_t(0));
        QVERIFY(f.stream->commit());
        QCOMPARE(f.stream->bounds(ShardIndex(0)).end.value, std::uint64_t(1));
    }

    /// What the log refuses of a producer's put is put again, before anything behind it.
    void memoryLetsAProducerWaitForTheDisk()
    {
        Fixture f(1, store::LimitMode::Off, store::Durability::Memory);
        const auto producer = f.stream->openProducer("p");
        static const Problem full(Code::DiskFull, {{"operation", "write"}});
        f.fs.failSteps([](const auto &step) { return step.call == "write" ? &full : nullptr; });
        std::optional<bool> stands;
        Put put;
        put.batch = Fixture::batch({{"k", "1"}});
        put.producer = &producer;
        put.progress = Bytes{std::byte{1}};
        f.stream->put(std::move(put), [&](const auto &outcome) { stands = outcome.has_value(); });
        QVERIFY(!stands);
        QVERIFY(f.stream->commit());
        QVERIFY(stands && !*stands);
        QVERIFY(f.reported.empty());
    }

    void memorySaysHowManyRecordsTheDiskRefused()
    {
        Fixture f(1, store::LimitMode::Off, store::Durability::Memory);
        const auto send = [&](int records) {
            Put put;
            put.batch = Fixture::batch(
                std::vector<std::pair<std::string, std::string>>(std::size_t(records), {"k", "x"}));
            bool acknowledged = false;
            f.stream->put(std::move(put),
                          [&](const auto &outcome) { acknowledged = outcome.has_value(); });
            QVERIFY(acknowledged);
            QVERIFY(f.stream->commit());
        };
        send(1);
        static const Problem full(Code::DiskFull, {{"operation", "write"}});
        f.fs.failSteps([](const auto &step) { return step.call == "write" ? &full : nullptr; });
        send(300);
        QCOMPARE(f.reported.size(), std::size_t(1));
        QCOMPARE(f.reported.front().code(), Code::MemoryPutLost);
        QCOMPARE(f.reported.front().place(), std::string("clicks"));
        QCOMPARE(f.reported.front().argument("records"), std::string_view("300"));
        send(7);
        QCOMPARE(f.reported.back().argument("records"), std::string_view("7"));
        QCOMPARE(f.reported.back().argument("total"), std::string_view("307"));
        f.fs.failSteps({});
        send(2);
        QCOMPARE(f.reported.size(), std::size_t(2));
        QCOMPARE(f.payloads(0).size(), std::size_t(3));
        QCOMPARE(f.stream->counters(ShardIndex(0)).recordsIn, std::uint64_t(3));
    }

    void memoryWaitsForTheDiskWhenItIsTooFarAhead()
    {
        Fixture f(1, store::LimitMode::Off, store::Durability::Memory);
        const auto batch = Fixture::batch({{"k", std::string(1U << 20U, 'x')}});
        std::uint64_t sent = 0;
        std::uint64_t acknowledged = 0;
        const auto send = [&] {
            Put put;
            put.batch = batch;
            ++sent;
            f.stream->put(std::move(put),
                          [&](const auto &outcome) { acknowledged += outcome.has_value(); });
        };
        while (sent == acknowledged && sent < 1000)
            send();
        QVERIFY(f.stream->log().queuedBytes() <= DataStream::kMaxAheadBytes + (2U << 20U));
        QCOMPARE(acknowledged, sent - 1);
        while (f.stream->commit()) {
        }
        QCOMPARE(acknowledged, sent);
        send();
        QCOMPARE(acknowledged, sent); // at once again
        // What was not yet acknowledged is its sender's to send again: nothing is reported.
        QVERIFY(f.reported.empty());
    }

    void answersComeWithoutALock_data()
    {
        QTest::addColumn<QString>("answer");
        for (const char *answer : {"at once", "fenced", "over the limit", "nothing to put"})
            QTest::newRow(answer) << answer;
    }
    void answersComeWithoutALock()
    {
        QFETCH(QString, answer);
        Fixture f(1, store::LimitMode::Enforced, store::Durability::Memory);
        const auto first = f.stream->openProducer("p");
        const auto second = f.stream->openProducer("p");
        Put put;
        put.batch = Fixture::batch({{"k", "x"}});
        if (answer == "fenced") {
            put.producer = &first;
        } else if (answer == "over the limit") {
            Put before;
            before.batch =
                Fixture::batch(std::vector<std::pair<std::string, std::string>>(2000, {"k", "x"}));
            f.stream->put(std::move(before), [](const auto &) {});
            put.producer = &second;
        } else if (answer == "nothing to put") {
            put.batch.reset();
        }
        bool free = false;
        std::thread other;
        f.stream->put(std::move(put), [&](const auto &) {
            std::promise<void> done;
            const auto finished = done.get_future();
            other = std::thread([&f, done = std::move(done)]() mutable {
                Put more;
                more.batch = Fixture::batch({{"k", "y"}});
                f.stream->put(std::move(more), [](const auto &) {});
                done.set_value();
            });
            free = finished.wait_for(60s) == std::future_status::ready;
        });
        QVERIFY(other.joinable());
        other.join();
        QVERIFY(free);
    }

    void anAnswerHasTheSequenceNumberThatReadersSee()
    {
        Fixture f(1);
        f.clock.advance(1h);
        QVERIFY(f.put(Fixture::batch({{"k", "1"}})).has_value());
        for (const bool reopened : {false, true}) {
            f.clock.advance(-10min); // the wall clock was set
            if (reopened)
                f.open();
            const auto outcome = f.put(Fixture::batch({{"k", "2"}}));
            const ShardPut &put = outcome->shards.front();
            const Ordinal last(f.stream->bounds(ShardIndex(0)).end.value - 1);
            const auto block = *f.stream->read(ShardIndex(0), last);
            QCOMPARE(f.stream->sequenceNumber(put.shard, put.firstSeqIx, put.arrival).toString(),
                     f.stream->sequenceNumber(*block, last - block->firstOrdinal()).toString());
        }
    }

    void diskAcknowledgesOnlyAfterTheCommit()
    {
        Fixture f(1);
        bool acknowledged = false;
        Put put;
        put.batch = Fixture::batch({{"k", "1"}});
        f.stream->put(std::move(put),
                      [&](const auto &outcome) { acknowledged = outcome.has_value(); });
        QVERIFY(!acknowledged);
        QVERIFY(f.stream->commit());
        QVERIFY(acknowledged);
    }

    void keysAndSizesAreChecked()
    {
        Fixture f(1);
        QCOMPARE(f.put(Fixture::batch({{"", "x"}})).error().code(), Code::InvalidKey);
        QCOMPARE(f.put(Fixture::batch({{std::string(257, 'k'), "x"}})).error().code(),
                 Code::InvalidKey);
        std::string umlauts;
        for (int i = 0; i < 256; ++i)
            umlauts += "\xC3\xBC"; // 256 characters, 512 bytes: AWS counts characters
        QVERIFY(f.put(Fixture::batch({{umlauts, "x"}})).has_value());
        QVERIFY(f.put(Fixture::batch({{"k", ""}})).has_value());
    }

    void subscribersAreWokenByCommitsUntilTheyLetGo()
    {
        Fixture f(1);
        int woken = 0;
        auto subscription = f.stream->subscribe([&] { ++woken; });
        QVERIFY(f.put(Fixture::batch({{"k", "1"}})).has_value());
        QCOMPARE(woken, 1);
        subscription.reset();
        QVERIFY(f.put(Fixture::batch({{"k", "2"}})).has_value());
        QCOMPARE(woken, 1);
    }

    void countsWhatWentInAndOutAndTheHotKey()
    {
        Fixture f(1);
        std::vector<std::pair<std::string, std::string>> records(9, {"guest", "12345"});
        records.emplace_back("u", "12345");
        QVERIFY(f.put(Fixture::batch(records)).has_value());
        f.stream->countRead(ShardIndex(0), 4, 40);
        const auto counters = f.stream->counters(ShardIndex(0));
        QCOMPARE(counters.recordsIn, std::uint64_t(10));
        QCOMPARE(counters.bytesIn, std::uint64_t(9 * 10 + 6));
        QCOMPARE(counters.recordsOut, std::uint64_t(4));
        double total = 0;
        const auto top = f.stream->topKeys(ShardIndex(0), 1, &total);
        QCOMPARE(top[0].key, std::string("guest"));
        QCOMPARE(top[0].count, 9.0);
        QCOMPARE(total, 10.0);
    }
};

MILLRACE_TEST(DataStreamTest)
#include "data_stream_test.moc"
