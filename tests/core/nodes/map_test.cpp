// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/nodes/node_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QtTest>

using namespace millrace;
using namespace millrace::test;

class MapTest : public QObject
{
    Q_OBJECT

private slots:
    void makesTheSelectedFields()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("page STRING, ms BIGINT").value();
        const auto map =
            world.transform("map", {{"select", std::string("page, ms * 2 AS twice")}}).value();
        QCOMPARE(map->outputSchema()->toString(), std::string("page STRING, twice BIGINT"));

        const Uuid stream = Uuid::random(world.random);
        const record::Origin root{stream, ShardIndex(3), Ordinal(9), {1}};
        const std::vector<record::Attribute> attributes = {{"tag", "x"}};
        record::RecordBatchBuilder builder;
        builder.append({.data = R"({"page":"/","ms":4})",
                        .key = "a",
                        .explicitHash = record::Hash128{1, 2},
                        .attributes = attributes,
                        .origin = &root});
        builder.append({.data = R"({"page":"/","ms":"soon"})", .key = "b"});
        builder.append({.data = R"({"page":"/p","ms":5})", .key = "c"});
        const auto batch =
            builder.finishPlaced(stream, ShardIndex(0), Ordinal(100), {1, 2, 3}, {1, 2, 3});

        const auto state = map->newState();
        const auto out = map->process(runtime::Chunk::all(batch), *state);
        QVERIFY(out);
        QCOMPARE(out->processed, 2U);
        QCOMPARE(out->chunk.count(), std::size_t{2});
        const record::RecordBatch &rows = *out->chunk.batch;
        QCOMPARE(std::string(rows.data(0)), std::string(R"({"page":"/","twice":8})"));
        QCOMPARE(std::string(rows.data(1)), std::string(R"({"page":"/p","twice":10})"));
        QCOMPARE(std::string(rows.key(0)), std::string("a"));
        QVERIFY(rows.explicitHash(0) == (record::Hash128{1, 2}));
        QVERIFY(rows.attributes(0) == attributes);
        QVERIFY(rows.origin(0) == root);
        QVERIFY(rows.origin(1) == (record::Origin{stream, ShardIndex(0), Ordinal(102), {}}));
        QCOMPARE(out->dead.size(), std::size_t{1});
        QCOMPARE(out->dead[0].row, 1U);
    }

    /// Who selects ten things wants to know which of them failed.
    void aFailedRowNamesTheColumn()
    {
        NodeWorld world;
        world.context.inputSchema =
            record::parseSchema("id BIGINT, zero BIGINT, t STRING, f DOUBLE").value();
        const auto map =
            world
                .transform("map", {{"select", std::string("id AS n, 7 / zero AS ratio, id * id, "
                                                          "CAST(t AS INT) AS `a``b`, LN(f) AS l")},
                                   {"partitionKey", std::string("CAST(8 / (id - 1) AS STRING)")}})
                .value();
        record::RecordBatchBuilder builder;
        for (const char *text :
             {R"({"id":2,"zero":1,"t":"1","f":1})", R"({"id":2,"zero":0,"t":"1","f":1})",
              R"({"id":3037000500,"zero":1,"t":"1","f":1})", R"({"id":2,"zero":1,"t":"x","f":1})",
              R"({"id":2,"zero":1,"t":"1","f":-1})", R"({"id":"x","zero":1,"t":"1","f":1})",
              R"({"id":1,"zero":1,"t":"1","f":1})"})
            builder.append({.data = text, .key = "k"});
        const auto state = map->newState();
        const auto out = map->process(runtime::Chunk::all(builder.finish()), *state);
        QVERIFY(out);
        QCOMPARE(out->processed, 1U);
        std::vector<std::string> reasons;
        for (const runtime::DeadRow &row : out->dead)
            reasons.push_back(row.reason.text());
        QCOMPARE(reasons,
                 (std::vector<std::string>{"column ratio: division by zero",
                                           "column `EXPR$2`: the result does not fit into BIGINT",
                                           "column `a``b`: CAST: 'x' does not become INT",
                                           "column l: NaN cannot be written as JSON",
                                           "field id: expected BIGINT, found string",
                                           "partition key: division by zero"}));
    }

    /// A filter or another map behind this one, in one fragment, asks for it.
    void aMadeRecordKeepsThePlaceAndArrivalOfItsInput()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("n INT").value();
        const auto map = world.transform("map", {{"select", std::string("n + 1 AS n")}}).value();
        const Uuid stream = Uuid::random(world.random);
        record::RecordBatchBuilder builder;
        for (const char *text : {R"({"n":0})", R"({"n":"no"})", R"({"n":2})", R"({"n":3})"})
            builder.append({.data = text, .key = "k"});
        const auto batch = builder.finishPlaced(stream, ShardIndex(2), Ordinal(100),
                                                {1000, 1001, 1002, 1003}, {50, 51, 52, 53});
        const auto state = map->newState();
        // Twice: what was made is the input of the next map.
        auto made = map->process(runtime::Chunk::all(batch), *state).value().chunk;
        made = map->process(made, *state).value().chunk;
        QCOMPARE(made.count(), std::size_t{3});
        QVERIFY(made.batch->placed());
        QCOMPARE(made.batch->seqIx(1), std::uint64_t{52});

        for (const auto &[condition, rows] :
             std::initializer_list<std::pair<const char *, std::vector<std::uint32_t>>>{
                 {"ordinal >= 102", {1, 2}},
                 {"shard = 2", {0, 1, 2}},
                 {"CAST(arrival_time AS STRING) LIKE '%:01.002%'", {1}},
                 {"NOW() = arrival_time", {0, 1, 2}},
                 {"NOW() IS NOT NULL", {0, 1, 2}}}) {
            const auto filter =
                world.transform("filter", {{"condition", std::string(condition)}}).value();
            const auto filterState = filter->newState();
            const auto out = filter->process(made, *filterState);
            QVERIFY2(out && out->chunk.rows == rows, condition);
        }
        QVERIFY(made.batch->origin(1) == (record::Origin{stream, ShardIndex(2), Ordinal(102), {}}));
    }

    void takesANewKey()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("user STRING, n INT").value();
        const auto map = world
                             .transform("map", {{"select", std::string("n")},
                                                {"partitionKey", std::string("`user`")}})
                             .value();
        record::RecordBatchBuilder builder;
        builder.append({.data = R"({"user":"u1","n":1})",
                        .key = "old",
                        .explicitHash = record::Hash128{1, 2}});
        builder.append({.data = R"({"n":2})", .key = "old"});
        builder.append({.data = R"({"user":"","n":3})", .key = "old"});
        builder.append({.data = R"({"user":"u3","n":"four"})", .key = "old"});
        builder.append(
            {.data = R"({"user":")" + std::string(257, 'x') + R"(","n":5})", .key = "old"});
        builder.append({.data = R"({"user":"u2","n":6})", .key = "old"});
        const auto state = map->newState();
        const auto out = map->process(runtime::Chunk::all(builder.finish()), *state);
        QVERIFY(out);
        QCOMPARE(out->processed, 2U);
        QCOMPARE(std::string(out->chunk.batch->key(0)), std::string("u1"));
        QCOMPARE(std::string(out->chunk.batch->key(1)), std::string("u2"));
        QVERIFY(!out->chunk.batch->explicitHash(0));
        std::vector<std::uint32_t> dead;
        for (const auto &row : out->dead)
            dead.push_back(row.row);
        QCOMPARE(dead, (std::vector<std::uint32_t>{1, 2, 3, 4}));
    }

    /// A few texts of the input may make a record that no stream takes.
    void whatIsTooLargeForARecordIsDead()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("t STRING").value();
        const auto map =
            world.transform("map", {{"select", std::string("t AS a, t AS b, t AS c, t AS d")}})
                .value();
        const std::string text(record::kMaxDataBytes / 4, 'x');
        const std::string payload = "{\"t\":\"" + text + "\"}";
        record::RecordBatchBuilder builder;
        builder.append({.data = payload, .key = "k"});
        builder.append({.data = R"({"t":"small"})", .key = "k"});
        const auto state = map->newState();
        runtime::Chunk in = runtime::Chunk::all(builder.finish());
        const auto out = map->process(in, *state);
        QVERIFY(out);
        QCOMPARE(out->taken, std::size_t{1}); // it fills a part alone
        QCOMPARE(out->processed, 0U);
        QCOMPARE(out->dead.size(), std::size_t{1});
        QCOMPARE(out->dead[0].row, 0U);
        QCOMPARE(out->dead[0].reason.code(), Code::RecordTooLarge);
        in.rows.erase(in.rows.begin());
        QCOMPARE(map->process(in, *state)->processed, 1U);
    }

    /// 1,000 short records, 100 MB of output: the fragment asks for the rest later.
    void manyTimesTheInputComesInParts()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("n INT").value();
        const auto map =
            world
                .transform("map",
                           {{"select", std::string("n, REPEAT('x', 100000) AS big")},
                            {"partitionKey",
                             std::string("SUBSTRING(REPEAT(CAST(n AS STRING), 100000), 1, 3)")}})
                .value();
        record::RecordBatchBuilder builder;
        for (int i = 0; i < 1000; ++i)
            builder.append({.data = "{\"n\":" + std::to_string(i) + '}', .key = "k"});
        runtime::Chunk in = runtime::Chunk::all(builder.finish());
        const auto state = map->newState();
        std::vector<std::string> keys;
        while (!in.rows.empty()) {
            const auto out = map->process(in, *state).value();
            QVERIFY(out.taken > 0);
            QCOMPARE(out.processed, std::uint64_t{out.taken});
            QVERIFY(out.chunk.batch->dataBytes() < std::size_t{17} << 20U);
            for (const std::uint32_t row : out.chunk.rows)
                keys.emplace_back(out.chunk.batch->key(row));
            in.rows.erase(in.rows.begin(), in.rows.begin() + static_cast<long>(out.taken));
        }
        QCOMPARE(keys.size(), std::size_t{1000});
        QCOMPARE(keys[7], std::string("777"));
        QCOMPARE(keys[999], std::string("999"));
    }

    void aBadListNamesItsPlace()
    {
        NodeWorld world;
        world.context.inputSchema = record::parseSchema("n INT").value();
        const auto select = world.transform("map", {{"select", std::string("n,, m")}});
        QVERIFY(!select);
        QVERIFY(select.error().place().starts_with("node node0001: parameter select: line 1"));
        const auto key = world.transform("map", {{"partitionKey", std::string("nobody")}});
        QVERIFY(!key);
        QVERIFY(key.error().place().starts_with("node node0001: parameter partitionKey: line 1"));
    }
};

MILLRACE_TEST(MapTest)
#include "map_test.moc"
