// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"

#include "core/base/clock.h"
#include "core/base/problem_codes.h"
#include "core/record/record_batch.h"

#include <QTest>

#include <algorithm>

using namespace millrace;
using namespace millrace::record;

namespace {

const StreamUuid kStream = *Uuid::parse("0b9d6a3e-1111-4222-8333-444455556666");

} // namespace

class RecordBatchTest : public QObject
{
    Q_OBJECT
private slots:
    void givesBackWhatWasAppended()
    {
        const std::vector<Attribute> attributes{{"reason", "it does not fit"}, {"", ""}};
        const Origin origin{kStream, ShardIndex(7), Ordinal(1ULL << 40U), {0, 4'000'000'000U}};
        RecordBatchBuilder builder;
        builder.append({"plain", "a", {}, {}, nullptr});
        builder.append({"", "b", Hash128{1, ~0ULL}, attributes, &origin});
        builder.append({std::string_view("\0x", 2), "c", {}, {}, nullptr});
        const auto batch = builder.finish();
        QCOMPARE(batch->count(), std::size_t(3));
        QVERIFY(!batch->placed());
        QCOMPARE(batch->data(0), std::string_view("plain"));
        QCOMPARE(batch->data(1), std::string_view());
        QCOMPARE(batch->data(2), std::string_view("\0x", 2));
        QCOMPARE(batch->key(2), std::string_view("c"));
        QCOMPARE(batch->dataBytes(), std::size_t(7));
        QCOMPARE(batch->keyBytes(), std::size_t(3));
        QVERIFY(batch->explicitHash(1) == (Hash128{1, ~0ULL}));
        QVERIFY(batch->attributes(1) == attributes);
        QVERIFY(batch->origin(1) == origin);
        QVERIFY(batch->hasOrigins());
        for (const std::size_t row : {0U, 2U}) { // a neighbour's rare columns are not theirs
            QVERIFY(!batch->explicitHash(row));
            QVERIFY(batch->attributes(row).empty());
            QVERIFY(batch->origin(row).stream.isNull());
        }
    }

    void everyPayloadHasRoomBehindItForSimdjson()
    {
        // simdjson reads up to 64 bytes behind a text; the last one is the arena's end.
        for (std::size_t size = 0; size < 70; ++size) {
            RecordBatchBuilder builder;
            builder.append({"before", "key", {}, {}, nullptr});
            builder.append({std::string(size, 'x'), "", {}, {}, nullptr});
            const auto batch = builder.finish();
            // The arena ends behind the last key or payload, whichever comes last.
            const char *end = std::max(batch->data(1).data() + batch->data(1).size(),
                                       batch->key(1).data() + batch->key(1).size());
            QVERIFY(std::all_of(end, end + kArenaPadding, [](char c) { return c == 0; }));
        }
    }

    void aPlacedBatchKnowsItsPlace()
    {
        RecordBatchBuilder builder;
        builder.append({"1", "k", {}, {}, nullptr});
        builder.append({"2", "k", {}, {}, nullptr});
        const auto batch =
            builder.finishPlaced(kStream, ShardIndex(3), Ordinal(10), {1000, 1001}, {50, 52});
        QVERIFY(batch->placed());
        QCOMPARE(batch->endOrdinal().value, std::uint64_t(12));
        QCOMPARE(batch->arrival(1).time_since_epoch().count(), std::int64_t(1001));
        QCOMPARE(batch->seqIx(1), std::uint64_t(52));
        QVERIFY(!batch->hasOrigins());
        QCOMPARE(batch->origin(1).toString(),
                 std::string("0b9d6a3e-1111-4222-8333-444455556666/3/11"));
    }

    void aCopiedRowTakesItsRootWithIt()
    {
        const Origin root{kStream, ShardIndex(1), Ordinal(5), {2}};
        RecordBatchBuilder builder;
        builder.append({"own", "k", Hash128{3, 4}, std::vector<Attribute>{{"a", "b"}}, nullptr});
        builder.append({"made", "k", {}, {}, &root});
        const auto placed =
            builder.finishPlaced(kStream, ShardIndex(9), Ordinal(100), {1, 1}, {0, 1});
        builder.appendRow(*placed, 1);
        builder.appendRow(*placed, 0);
        const auto copied = builder.finish();
        QCOMPARE(copied->data(0), std::string_view("made"));
        QVERIFY(copied->origin(0) == root);
        // What had no stored root was its own: its place in the stream it is copied from.
        QVERIFY(copied->origin(1) == (Origin{kStream, ShardIndex(9), Ordinal(100), {}}));
        QVERIFY(copied->explicitHash(1) == (Hash128{3, 4}));
        QVERIFY(copied->attributes(1) == (std::vector<Attribute>{{"a", "b"}}));
    }

    void aBuilderIsEmptyAfterwards()
    {
        RecordBatchBuilder builder;
        const Origin root{kStream, ShardIndex(0), Ordinal(1), {}};
        builder.append({"1", "k", Hash128{1, 1}, std::vector<Attribute>{{"a", "b"}}, &root});
        QVERIFY(builder.bytes() > 2);
        const auto first = builder.finish();
        QCOMPARE(builder.count(), std::size_t(0));
        QCOMPARE(builder.bytes(), std::size_t(0));
        builder.append({"2", "k", {}, {}, nullptr});
        const auto second = builder.finish();
        QCOMPARE(second->count(), std::size_t(1));
        QVERIFY(!second->explicitHash(0));
        QVERIFY(!second->hasOrigins());
        QCOMPARE(first->data(0), std::string_view("1")); // a batch owns its memory
        QCOMPARE(RecordBatchBuilder().finish()->count(), std::size_t(0));
    }

    void aKeyHasOneToAsManyCharactersAsAwsCounts()
    {
        std::string key;
        for (std::size_t i = 0; i < kMaxKeyChars; ++i)
            key += "ü";
        QVERIFY(!keyProblem("k"));
        QVERIFY(!keyProblem(key));
        QCOMPARE(keyProblem("")->code(), Code::InvalidKey);
        QVERIFY(keyProblem(std::string(1'000'000, '\x80'))); // no characters at all
        QCOMPARE(std::string(keyProblem(key + 'x')->argument("characters")), std::string("257"));
    }
};

MILLRACE_TEST(RecordBatchTest)
#include "record_batch_test.moc"
