// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/memory_file_system.h"
#include "core/base/problem_codes.h"
#include "core/runtime/fragment_reader.h"

#include <QTest>

#include <algorithm>

using namespace millrace;
using namespace millrace::runtime;
using namespace std::chrono_literals;

namespace {

/// A stream of three shards; records say when and where they came.
class Fixture
{
public:
    Fixture()
    {
        SeededRandom random(1);
        store::StreamEntry entry;
        entry.id = Uuid::random(random);
        entry.name = "s";
        entry.shards = 3;
        entry.retention = std::chrono::hours(1000);
        log::LogOptions options;
        options.folder = "/data/s";
        options.stream = entry.id;
        options.retention = entry.retention;
        options.segmentBytes = 4096;
        stream = std::make_unique<stream::DataStream>(
            entry, *log::Log::open(options, m_fs, clock, m_random, [](const Problem &) {}), clock,
            [] {});
    }

    void put(int shard, const std::string &data)
    {
        record::RecordBatchBuilder builder;
        builder.append(
            {data, "k", stream->ranges()[static_cast<std::size_t>(shard)].first, {}, nullptr});
        stream::Put put;
        put.batch = builder.finish();
        stream->put(std::move(put), [](const auto &outcome) { QVERIFY(outcome.has_value()); });
        stream->commit();
        clock.advance(1ms);
    }

    static std::vector<std::string> payloads(const std::vector<Piece> &pieces)
    {
        std::vector<std::string> out;
        for (const Piece &piece : pieces) {
            for (const auto row : piece.chunk.rows)
                out.emplace_back(piece.chunk.batch->data(row));
        }
        return out;
    }

    ManualClock clock;
    std::unique_ptr<stream::DataStream> stream;

private:
    MemoryFileSystem m_fs;
    SeededRandom m_random{2};
};

} // namespace

class FragmentReaderTest : public QObject
{
    Q_OBJECT
private slots:
    void mergesByArrivalAcrossShards()
    {
        Fixture f;
        std::vector<std::string> expected;
        for (int i = 0; i < 60; ++i) {
            expected.push_back(std::to_string(i));
            f.put(static_cast<int>(mix64(static_cast<std::uint64_t>(i)) % 3), expected.back());
        }
        // Whatever the budget, the order is the same: that is what replays rest on.
        for (const std::size_t bytes : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20U}) {
            FragmentReader reader(*f.stream, true);
            std::vector<std::string> seen;
            std::vector<Problem> notices;
            for (;;) {
                const auto pieces = *reader.gather({10, bytes}, notices);
                if (pieces.empty())
                    break;
                for (const auto &payload : Fixture::payloads(pieces))
                    seen.push_back(payload);
                reader.accept(pieces);
            }
            QCOMPARE(seen, expected);
        }
    }

    void nothingMovesBeforeItIsAccepted()
    {
        Fixture f;
        for (int i = 0; i < 9; ++i)
            f.put(i % 3, std::to_string(i));
        FragmentReader reader(*f.stream, true);
        std::vector<Problem> notices;
        const auto first = Fixture::payloads(*reader.gather({}, notices));
        const auto second = *reader.gather({}, notices);
        QCOMPARE(Fixture::payloads(second), first);
        reader.accept(second);
        QVERIFY(reader.gather({}, notices)->empty());
        for (const Cursor &cursor : reader.cursors())
            QCOMPARE(cursor.next.value, std::uint64_t(3));
    }

    void cursorsOfAnotherStreamAreIgnored()
    {
        Fixture f;
        for (int i = 0; i < 6; ++i)
            f.put(0, std::to_string(i));
        FragmentReader reader(*f.stream, false);
        SeededRandom random(5);
        reader.restore({{Uuid::random(random), ShardIndex(0), Ordinal(4)}}, {});
        std::vector<Problem> notices;
        QCOMPARE(Fixture::payloads(*reader.gather({}, notices)).size(), std::size_t(6));
        reader.restore({{f.stream->id(), ShardIndex(0), Ordinal(4)}}, {});
        QCOMPARE(Fixture::payloads(*reader.gather({}, notices)),
                 (std::vector<std::string>{"4", "5"}));
    }

    /// An older data directory beside a newer destination; or a power cut that took records.
    void aCursorBehindTheEndIsSetBackAndTold()
    {
        Fixture f;
        for (int i = 0; i < 3; ++i)
            f.put(1, std::to_string(i));
        FragmentReader reader(*f.stream, false);
        const auto notices = reader.restore({{f.stream->id(), ShardIndex(1), Ordinal(7)}},
                                            {{f.stream->id(), ShardIndex(1), Ordinal(9)}});
        QCOMPARE(notices.size(), std::size_t(1));
        QCOMPARE(notices[0].code(), Code::CursorAhead);
        QCOMPARE(notices[0].argument("stream"), std::string_view("s"));
        f.put(1, "new");
        std::vector<Problem> none;
        const auto pieces = *reader.gather({}, none);
        QCOMPARE(Fixture::payloads(pieces), (std::vector<std::string>{"new"}));
        QVERIFY(!pieces.front().deadKnown); // its dead letter, if it is one, was never written
        QVERIFY(reader.restore({{f.stream->id(), ShardIndex(1), Ordinal(4)}}, {}).empty());
    }

    void whatRetentionTookIsCountedNotSkippedInSilence()
    {
        Fixture f;
        for (int i = 0; i < 40; ++i)
            f.put(0, std::string(300, static_cast<char>('a' + i % 26)));
        FragmentReader reader(*f.stream, false);
        std::vector<Problem> notices;
        const auto few = *reader.gather({3, 1U << 20U}, notices);
        reader.accept({few.front()});
        const Ordinal before = reader.cursors()[0].next;
        for (int segments = 0; segments < 2; ++segments)
            QVERIFY(*f.stream->log().dropOldestSegment() > 0);
        const Ordinal horizon = f.stream->bounds(ShardIndex(0)).trimHorizon;
        QVERIFY(horizon > before);
        const auto pieces = *reader.gather({}, notices);
        std::uint64_t expired = 0;
        for (const Piece &piece : pieces)
            expired += piece.expired;
        QCOMPARE(expired, horizon - before);
        QCOMPARE(Fixture::payloads(pieces).size(), std::size_t(40 - horizon.value));
    }

    void aGapWithNothingBehindItIsPassed()
    {
        Fixture f;
        f.put(0, std::string(300, 'a'));
        FragmentReader reader(*f.stream, false);
        for (int i = 0; i < 9; ++i)
            f.put(0, std::string(300, 'b'));
        QVERIFY(f.stream->log().seal().has_value());
        while (*f.stream->log().dropOldestSegment() > 0) {
        }
        const Ordinal end = f.stream->bounds(ShardIndex(0)).end;
        QCOMPARE(end.value, std::uint64_t(10));
        std::vector<Problem> notices;
        const auto pieces = *reader.gather({}, notices);
        QCOMPARE(pieces.size(), std::size_t(1));
        QCOMPARE(pieces.front().expired, std::uint64_t(10));
        reader.accept(pieces);
        QCOMPARE(reader.cursors()[0].next, end);
        QVERIFY(reader.gather({}, notices)->empty());
    }

    void deadLettersThatStandAreNotMadeAgain()
    {
        Fixture f;
        for (int i = 0; i < 10; ++i)
            f.put(0, std::to_string(i));
        FragmentReader reader(*f.stream, false);
        reader.restore({{f.stream->id(), ShardIndex(0), Ordinal(2)}},
                       {{f.stream->id(), ShardIndex(0), Ordinal(5)}});
        std::vector<Problem> notices;
        const auto pieces = *reader.gather({}, notices);
        std::vector<std::string> known;
        std::vector<std::string> fresh;
        for (const Piece &piece : pieces) {
            for (const auto &payload : Fixture::payloads({piece}))
                (piece.deadKnown ? known : fresh).push_back(payload);
        }
        QCOMPARE(known, (std::vector<std::string>{"2", "3", "4"}));
        QCOMPARE(fresh, (std::vector<std::string>{"5", "6", "7", "8", "9"}));
    }
};

MILLRACE_TEST(FragmentReaderTest)
#include "fragment_reader_test.moc"
