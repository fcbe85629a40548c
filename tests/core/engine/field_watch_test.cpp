// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/field_watch.h"

#include <QTemporaryDir>

using namespace millrace;
using namespace millrace::test;

namespace {

/// A stream that is put into by hand, and a watch on it.
class World
{
public:
    explicit World(std::uint32_t shards = 1)
    {
        stream::StreamStoreOptions options;
        options.dataDirectory = m_dir.path().toStdString();
        options.threads = false;
        m_store = *stream::StreamStore::open(options, posixFileSystem(), m_clock, m_random,
                                             [](const Problem &) {});
        store::StreamEntry entry;
        entry.name = "clicks";
        entry.shards = shards;
        m_stream = *m_store->ensure(entry);
    }

    void setSchema(const char *schema)
    {
        QVERIFY(m_store
                    ->update(m_stream->id(),
                             [&](store::StreamEntry &entry) {
                                 entry.schema = record::parseSchema(schema)->toJson();
                                 entry.schemaSource = store::SchemaSource::Brought;
                             })
                    .has_value());
    }

    void put(const std::vector<std::string> &payloads)
    {
        record::RecordBatchBuilder builder;
        for (const std::string &payload : payloads)
            builder.append({payload, std::to_string(builder.count()), {}, {}, nullptr});
        stream::Put put;
        put.batch = builder.finish();
        m_stream->put(std::move(put), [](const auto &) {});
        m_store->commitAll();
    }

    /// Of the record of that number in a put.
    std::uint32_t shardOf(std::size_t number) const
    {
        return m_stream->shardOf(stream::hashOfKey(std::to_string(number))).value;
    }

    /// What is said at the next look: "code place" each.
    std::vector<std::string> look()
    {
        m_said.clear();
        m_watch.look({{m_stream, "node stream01"}});
        std::vector<std::string> out;
        for (const Problem &problem : m_said)
            out.push_back(std::string(describe(problem.code()).id) + " " + problem.place());
        return out;
    }
    const std::vector<Problem> &said() const { return m_said; }

private:
    QTemporaryDir m_dir;
    ManualClock m_clock;
    SeededRandom m_random{1};
    std::unique_ptr<stream::StreamStore> m_store;
    stream::StreamPtr m_stream;
    std::vector<Problem> m_said;
    FieldWatch m_watch{[this](const Problem &problem) { m_said.push_back(problem); }};
};

using Said = std::vector<std::string>;

Said field(const std::string &name)
{
    return {"engine.field-not-in-schema node stream01: field " + name};
}

/// A file whose last lines have a field more than its schema → clicks → SQLite.
Pipeline widening(const QTemporaryDir &dir, int lines, int wider)
{
    QFile input(dir.filePath("in.ndjson"));
    if (!input.open(QIODevice::WriteOnly))
        qFatal("no input");
    for (int i = 0; i < lines; ++i)
        input.write("{\"n\":" + QByteArray::number(i) +
                    (i >= lines - wider ? ",\"coupon\":1}\n" : "}\n"));
    Pipeline pipeline;
    pipeline.document = {};
    pipeline.document.name = "Widening";
    pipeline.add("source01", "file",
                 {{"path", input.fileName().toStdString()}, {"schema", std::string("n BIGINT")}});
    pipeline.add("stream01", "data-stream", {{"stream", std::string("clicks")}});
    pipeline.add("sqlite01", "sqlite-table",
                 {{"file", std::string("out.db")}, {"table", std::string("clicks")}});
    pipeline.wire("source01", "stream01");
    pipeline.wire("stream01", "sqlite01");
    return pipeline;
}

} // namespace

class FieldWatchTest : public QObject
{
    Q_OBJECT
private slots:
    void saysEachFieldOnceWithARecordThatHasIt()
    {
        World world;
        world.put({R"({"a":1,"early":1})"});
        QCOMPARE(world.look(), Said{}); // no schema that it could lack in
        world.setSchema("a INT");
        world.put({R"({"a":1})", R"({"a":1,"b":2})", "no JSON", R"({"b":3})"});
        QCOMPARE(world.look(), (Said{field("early")[0], field("b")[0]}));
        const Problem &problem = world.said().back();
        QCOMPARE(problem.severity(), Severity::Warning);
        QCOMPARE(problem.argument("stream"), std::string_view("clicks"));
        QCOMPARE(problem.argument("shard"), std::string_view("0"));
        QCOMPARE(problem.argument("record"), std::string_view("2"));
        QCOMPARE(world.look(), Said{});
        world.put({R"({"b":4,"a":1,"c d":0})"});
        QCOMPARE(world.look(), field("`c d`"));
        world.setSchema("a INT, e INT");
        world.put({R"({"e":4,"f":1})"});
        QCOMPARE(world.look(), field("f"));
        world.put({"{\"line\\nend " + std::string(200, 'x') + "\":1}"});
        QCOMPARE(world.look(), field("`line?end " + std::string(71, 'x') + "…`"));
    }

    void allRecordsOfASlowStreamAndASampleOfAFastOne()
    {
        World world(3);
        world.setSchema("a INT");
        std::vector<std::string> payloads(FieldWatch::kRuns * FieldWatch::kRunRecords / 3,
                                          R"({"a":1})");
        for (std::size_t i = 0; i < 30; ++i) {
            auto one = payloads;
            one[i * 2] = "{\"x" + std::to_string(i) + "\":1}";
            world.put(one);
            const Said said = world.look();
            if (i < FieldWatch::kMaxFields)
                QCOMPARE(said, field("x" + std::to_string(i)));
            else if (i == FieldWatch::kMaxFields)
                QCOMPARE(said, Said{"engine.more-fields-not-in-schema node stream01"});
            else
                QCOMPARE(said, Said{});
        }
        World fast;
        fast.setSchema("a INT");
        std::vector<std::string> many(20'000, R"({"a":1})");
        many.back() = R"({"newest":1})";
        for (std::size_t i = 8'000; i < 12'000; ++i)
            many[i] = R"({"middle":1})";
        fast.put(many);
        QCOMPARE(fast.look(), (Said{field("middle")[0], field("newest")[0]}));
    }

    void everyShardGetsItsTurn()
    {
        World world(5 * FieldWatch::kRuns);
        world.setSchema("a INT");
        std::vector<std::string> payloads(4000, R"({"a":1})");
        for (std::size_t i = 0; i < payloads.size(); ++i) {
            if (world.shardOf(i) == 5 * FieldWatch::kRuns - 1)
                payloads[i] = R"({"last":1})";
        }
        world.put(payloads);
        for (int i = 0; i < 4; ++i)
            QCOMPARE(world.look(), Said{});
        QCOMPARE(world.look(), field("last"));
        QCOMPARE(world.look(), Said{});
    }

    void aRunSaysWhatItsTableLeavesOut_data()
    {
        QTest::addColumn<bool>("virtualTime");
        QTest::newRow("virtual time") << true;
        QTest::newRow("real time") << false;
    }

    void aRunSaysWhatItsTableLeavesOut()
    {
        QFETCH(bool, virtualTime);
        QTemporaryDir dir;
        Run run(dir.filePath("data"), virtualTime);
        run.deployAndRun(widening(dir, 300, 20));
        run.drain();
        QVERIFY(run.ask(StopRequest{}).ok()); // before a second is over, and yet
        std::vector<runtime::ProblemEntry> said;
        const runtime::SnapshotPtr snapshot =
            run.engine->snapshot(); // it lives as long as the walk
        for (const auto &entry : snapshot->problems) {
            if (entry.problem.code() == Code::FieldNotInSchema)
                said.push_back(entry);
        }
        QCOMPARE(said.size(), std::size_t(1));
        QCOMPARE(said.front().count, std::uint64_t(1));
        QCOMPARE(said.front().problem.place(), std::string("node stream01: field coupon"));
        QCOMPARE(query(dir.filePath("data"), "SELECT count(*) FROM clicks"), std::int64_t(300));
    }

    /// While it runs, too, and only where somebody reads by the schema.
    void aRunSaysItBeforeItsEnd()
    {
        QTemporaryDir dir;
        Run run(dir.filePath("data"), false);
        Pipeline pipeline = widening(dir, 300, 20);
        pipeline.add("stream02", "data-stream", {{"stream", std::string("copy")}});
        pipeline.wire("stream01", "stream02");
        run.deployAndRun(pipeline);
        QTRY_VERIFY_WITH_TIMEOUT(run.messages().find("field-not-in-schema") != std::string::npos,
                                 60'000);
        QVERIFY(run.messages().find("stream02") == std::string::npos);
    }
};

MILLRACE_TEST(FieldWatchTest)
#include "field_watch_test.moc"
