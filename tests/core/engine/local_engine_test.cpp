// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"
#include "core/engine/document_check.h"
#include "core/log/log.h"

#include <QFile>
#include <QTemporaryDir>

using namespace millrace;
using namespace millrace::test;

class LocalEngineTest : public QObject
{
    Q_OBJECT
private slots:
    void runsGeneratorStreamFilterSqlite_data()
    {
        QTest::addColumn<bool>("virtualTime");
        QTest::newRow("virtual time") << true;
        QTest::newRow("real time") << false;
    }

    void runsGeneratorStreamFilterSqlite()
    {
        QFETCH(bool, virtualTime);
        QTemporaryDir dir;
        Run run(dir.path(), virtualTime);
        run.deployAndRun(Pipeline());
        run.drain();
        const auto snapshot = run.engine->snapshot();
        for (const auto &node : snapshot->nodes)
            QVERIFY2(node.counts.lawHolds(), node.id.value.c_str());
        const auto *source = snapshot->node({"gener001"});
        const auto *filter = snapshot->node({"filter01"});
        const auto *sink = snapshot->node({"sqlite01"});
        QCOMPARE(source->counts.out, std::uint64_t(5000));
        QCOMPARE(snapshot->node({"stream01"})->counts.in, std::uint64_t(5000));
        QCOMPARE(filter->counts.in, std::uint64_t(5000));
        QVERIFY(filter->counts.processed > 0 && filter->counts.filtered > 0);
        QCOMPARE(sink->counts.processed, filter->counts.processed);
        const auto rows = query(dir.path(), "SELECT count(*) FROM errors");
        QCOMPARE(rows, static_cast<std::int64_t>(filter->counts.processed));
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM errors WHERE status < 500"),
                 std::int64_t(0));
    }

    void virtualTimeGoesToItsEndThoughNothingIsLeftToDo_data()
    {
        QTest::addColumn<bool>("source");
        QTest::newRow("a source that ends") << true;
        QTest::newRow("no source") << false;
    }

    void virtualTimeGoesToItsEndThoughNothingIsLeftToDo()
    {
        QFETCH(bool, source);
        QTemporaryDir dir;
        Pipeline pipeline;
        pipeline.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{10};
        if (!source) {
            pipeline.document.nodes.erase({"gener001"});
            pipeline.document.wires.erase({{{"gener001"}, "out"}, {{"stream01"}, "in"}});
        }
        LocalEngineOptions options;
        options.dataDirectory = dir.path().toStdString();
        options.virtualTime = true;
        options.virtualFor = std::chrono::hours(2);
        const auto engine = openLocalEngine(options);
        QVERIFY(engine.has_value());
        const auto ask = [&](Request request) {
            return (*engine)->wait((*engine)->request(std::move(request))).ok();
        };
        QVERIFY(ask(DeployRequest{pipeline.document, {}}));
        QVERIFY(ask(RunRequest{}));
        QTRY_VERIFY_WITH_TIMEOUT((*engine)->snapshot()->runningFor == std::chrono::hours(2),
                                 60'000);
        QVERIFY((*engine)->snapshot()->drained);
        if (source)
            QCOMPARE((*engine)->snapshot()->node({"stream01"})->counts.in, std::uint64_t(10));
    }

    /// A field that nobody reads is most often one that was spelled wrongly.
    void anUnknownFieldIsWarnedOf()
    {
        Pipeline pipeline;
        pipeline.document.nodes.at({"gener001"}).unknown["paramters"] = "{}";
        pipeline.document.wires.begin()->second.unknown["color"] = "1";
        pipeline.document.unknown["wire"] = "[]";
        const auto problems = checkDocumentFile(pipeline.document, {});
        std::vector<std::string> said;
        for (const Problem &problem : problems) {
            QCOMPARE(problem.severity(), Severity::Warning);
            said.push_back(problem.place() + "|" + std::string(problem.argument("field")) + "|" +
                           std::string(problem.argument("hint")));
        }
        QCOMPARE(said, (std::vector<std::string>{
                           "|wire|; did you mean wires?",
                           "node gener001|paramters|; did you mean parameters?",
                           "wire filter01.out -> sqlite01.in|color|",
                       }));
    }

    /// A destination is filled anew by another condition: what fails now is a dead letter, though
    /// the progress of the dead letters is beyond it.
    static std::uint64_t stored(Run &run)
    {
        std::uint64_t records = 0;
        const Reply reply = run.ask(StreamsRequest{});
        for (const StreamInfo &stream : std::get<StreamsReply>(reply.value).streams)
            records += stream.deadLetters ? stream.records : 0;
        return records;
    }

    /// The same filters in another order: records that the first one took out fail now.
    void deadLettersOfAnotherOrderStand()
    {
        QTemporaryDir dir;
        Pipeline pipeline;
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] =
            std::string("status <> 500");
        pipeline.add(
            "filter02", "filter",
            {{"condition", std::string("100 / ((status - 404) * (status - 500)) > -1000")}});
        const auto inOrder = [&](const char *first, const char *second) {
            pipeline.document.wires.clear();
            pipeline.wire("gener001", "stream01");
            pipeline.wire("stream01", first);
            pipeline.wire(first, second);
            pipeline.wire(second, "sqlite01");
            Run run(dir.path(), true);
            run.deployAndRun(pipeline);
            run.drain();
            const std::uint64_t dead = run.engine->snapshot()->node({"filter02"})->counts.dead;
            return std::pair(dead, stored(run));
        };
        const auto [some, before] = inOrder("filter01", "filter02");
        QVERIFY(some > 0);
        QCOMPARE(before, some);
        QVERIFY(QFile::remove(dir.filePath("output/out.db")));
        const auto [more, behind] = inOrder("filter02", "filter01");
        QVERIFY(more > some);
        QCOMPARE(behind, before + more);
    }

    void deadLettersOfAnotherConditionStand()
    {
        const auto dead = [](Run &run) {
            return run.engine->snapshot()->node({"filter01"})->counts.dead;
        };
        QTemporaryDir dir;
        Pipeline pipeline;
        auto &condition = pipeline.document.nodes.at({"filter01"}).parameters["condition"];
        std::uint64_t first = 0;
        {
            Run run(dir.path(), true);
            condition = std::string("100 / (status - 404) > -1000");
            run.deployAndRun(pipeline);
            run.drain();
            first = dead(run);
            QVERIFY(first > 0);
            QCOMPARE(stored(run), first);
        }
        QVERIFY(QFile::remove(dir.filePath("output/out.db")));
        std::uint64_t second = 0;
        {
            Run run(dir.path(), true);
            condition = std::string("100 / (status - 500) > -1000");
            run.deployAndRun(pipeline);
            run.drain();
            second = dead(run);
            QVERIFY(second > 0);
            QCOMPARE(stored(run), first + second);
        }
        QVERIFY(QFile::remove(dir.filePath("output/out.db")));
        Run run(dir.path(), true);
        run.deployAndRun(pipeline);
        run.drain();
        QCOMPARE(dead(run), second);
        QCOMPARE(stored(run), first + second); // by the same one: they stand already
    }

    /// What a record carries of its stream is there behind a map, too, and the same everywhere.
    void whereARecordStoodIsKnownBehindAMap()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        Pipeline pipeline;
        pipeline.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{300};
        pipeline.add("mapper01", "map",
                     {{"select", std::string("record.sequence_number AS number, status")}});
        pipeline.document.nodes.at({"filter01"}).parameters["condition"] =
            std::string("NOW() = arrival_time AND record.sequence_number = number AND "
                        "record.shard >= 0 AND record.ordinal >= 0");
        pipeline.document.wires.erase({{{"stream01"}, "out"}, {{"filter01"}, "in"}});
        pipeline.wire("stream01", "mapper01");
        pipeline.wire("mapper01", "filter01");
        run.deployAndRun(pipeline);
        run.drain();
        QCOMPARE(query(dir.path(), "SELECT count(DISTINCT number) FROM errors"), 300);

        RecordsRequest request;
        request.stream = run.engine->snapshot()->node({"stream01"})->stream;
        request.limit = 1;
        const Reply page = run.ask(request);
        const auto &rows = std::get<RecordsReply>(page.value).rows;
        QCOMPARE(rows.size(), std::size_t{1});
        const std::string sql =
            "SELECT count(*) FROM errors WHERE number = '" + rows[0].sequenceNumber + "'";
        QCOMPARE(query(dir.path(), sql.c_str()), 1);
    }

    /// Also for the schema, which is inferred from the first records, and for a page of records.
    void damagedRecordsAreExpiredAndTheRestArrives()
    {
        QTemporaryDir dir;
        QFile input(dir.filePath("in.ndjson"));
        QVERIFY(input.open(QIODevice::WriteOnly));
        for (int i = 0; i < 5000; ++i)
            input.write("{\"status\":" + QByteArray::number(i) + "}\n");
        input.close();
        Pipeline pipeline;
        pipeline.document = {};
        pipeline.document.name = "Damage";
        pipeline.add("source01", "file", {{"path", input.fileName().toStdString()}});
        // Enforced, so that it comes in several commits.
        pipeline.add("stream01", "data-stream",
                     {{"stream", std::string("clicks")},
                      {"shards", std::int64_t{1}},
                      {"limits", std::string("enforced")}});
        pipeline.wire("source01", "stream01");
        {
            Run run(dir.filePath("data"), true);
            run.deployAndRun(pipeline);
            run.drain();
        }
        damageFirstSegment(dir.filePath("data"));
        pipeline.add("sqlite01", "sqlite-table",
                     {{"file", std::string("out.db")}, {"table", std::string("errors")}});
        pipeline.wire("stream01", "sqlite01");
        Run run(dir.filePath("data"), true);
        run.deployAndRun(pipeline);
        run.drain();
        const auto snapshot = run.engine->snapshot();
        const auto counts = snapshot->node({"sqlite01"})->counts;
        QCOMPARE(counts.in, std::uint64_t(5000));
        QVERIFY2(counts.expired > 0 && counts.expired < 5000,
                 std::to_string(counts.expired).c_str());
        QCOMPARE(counts.processed, 5000 - counts.expired);
        QCOMPARE(query(dir.filePath("data"), "SELECT count(DISTINCT status) FROM errors"),
                 static_cast<std::int64_t>(counts.processed));

        RecordsRequest request;
        request.stream = snapshot->node({"stream01"})->stream;
        request.from = {{ShardIndex(0), Ordinal(0)}};
        request.limit = 10'000;
        const Reply page = run.ask(request);
        QVERIFY(page.ok());
        QCOMPARE(std::get<RecordsReply>(page.value).expired, counts.expired);
        QCOMPARE(std::get<RecordsReply>(page.value).rows.size(), counts.processed);
    }

    /// In pieces, so that no second of a shard has more than the limit; the rest is sent again.
    void aPutOverTheLimitStandsAsFarAsItFits()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        Pipeline pipeline;
        pipeline.document = {};
        pipeline.document.name = "Limited";
        pipeline.add("stream01", "data-stream",
                     {{"stream", std::string("limited")},
                      {"shards", std::int64_t{1}},
                      {"limits", std::string("enforced")}});
        run.deployAndRun(pipeline);
        PutRequest put;
        put.stream = "limited";
        put.producer = "p";
        for (int i = 0; i < 1510; ++i)
            put.entries.push_back({std::to_string(i), "k", {}});
        const Reply refused = run.ask(put);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.problems.front().code(), Code::ThroughputExceeded);
        const Reply known = run.ask(ProducerRequest{"limited", "p"});
        QCOMPARE(std::get<PutReply>(known.value).producerNext, std::uint64_t(1000));
    }

    /// What holds was noted whenever a person's clock had a snapshot made.
    void equalVirtualRunsSayTheSame()
    {
        const auto messages = [](bool watched) {
            QTemporaryDir dir;
            Pipeline pipeline;
            pipeline.document.nodes.at({"gener001"}).parameters = {
                {"pattern", std::string("burst")},
                {"ratePerSecond", 300.0},
                {"period", graph::Milliseconds(5000)},
                {"burstLength", graph::Milliseconds(1500)},
                {"burstFactor", 20.0},
                {"total", std::int64_t{60'000}}};
            pipeline.document.nodes.at({"stream01"}).parameters["limits"] = std::string("shown");
            Run run(dir.path(), true);
            run.deployAndRun(pipeline);
            QStringList out;
            const auto drained = [&] {
                if (watched) // a snapshot is made at any moment
                    (void)run.ask(RunRequest{});
                else
                    (void)run.ask(StreamsRequest{});
                const bool over = run.engine->snapshot()->drained;
                for (const Event &event : run.engine->takeEvents())
                    out += QString::number(event.at.time_since_epoch().count()) + ' ' +
                           QString::fromStdString(event.problem.message());
                return over;
            };
            while (!drained())
                continue; // each look waits for a round of the engine
            return out;
        };
        const QStringList first = messages(false);
        QCOMPARE(messages(true), first);
        QVERIFY2(first.filter("hot").size() > 3, qPrintable(first.join('\n')));
    }

    void aPageHoldsNoMoreThanItMay()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        Pipeline pipeline;
        pipeline.document = {};
        pipeline.document.name = "Large";
        pipeline.add("stream01", "data-stream",
                     {{"stream", std::string("large")}, {"shards", std::int64_t{1}}});
        run.deployAndRun(pipeline);
        for (int i = 0; i < 12; ++i) {
            PutRequest put;
            put.stream = "large";
            put.entries.push_back({std::string(1U << 20U, static_cast<char>('a' + i)), "k", {}});
            QVERIFY(run.ask(put).ok());
        }
        RecordsRequest request;
        request.stream = run.engine->snapshot()->node({"stream01"})->stream;
        request.limit = 0xffff'ffff;
        const auto newest = std::get<RecordsReply>(run.ask(request).value);
        QCOMPARE(newest.rows.size(), kMaxPageBytes >> 20U);
        QCOMPARE(newest.rows.back().data.front(), 'l');
        request.from = {{ShardIndex(0), Ordinal(0)}};
        const auto first = std::get<RecordsReply>(run.ask(request).value);
        QCOMPARE(first.rows.size(), kMaxPageBytes >> 20U);
        QCOMPARE(first.rows.front().data.front(), 'a');
        QVERIFY(!first.reachedEnd);
        request.from = first.next;
        const auto rest = std::get<RecordsReply>(run.ask(request).value);
        QCOMPARE(rest.rows.size(), 12 - (kMaxPageBytes >> 20U));
        QVERIFY(rest.reachedEnd);
    }

    void aProducersPutsHaveNoGapAndWiresTakeNone()
    {
        QTemporaryDir dir;
        Run run(dir.path(), false);
        Pipeline pipeline;
        pipeline.add("sqlite02", "sqlite-table",
                     {{"file", std::string("out.db")}, {"table", std::string("other")}});
        pipeline.wire("filter01", "sqlite02");
        run.deployAndRun(pipeline);
        run.drain();
        const auto put = [&](const std::string &stream, std::uint64_t first) {
            PutRequest request;
            request.stream = stream;
            request.producer = "p";
            request.firstIndex = first;
            request.entries = {{"{}", "k", {}}, {"{}", "k", {}}};
            return run.ask(std::move(request));
        };
        const auto refusal = [](const Reply &reply) {
            return reply.ok() ? Code{} : reply.problems.front().code();
        };
        QCOMPARE(refusal(put("clicks", 1)), Code::ProducerGap);
        QCOMPARE(std::get<PutReply>(put("clicks", 0).value).producerNext, std::uint64_t(2));
        const Reply again = put("clicks", 1);
        QCOMPARE(std::get<PutReply>(again.value).skipped, std::uint64_t(1));
        QCOMPARE(std::get<PutReply>(again.value).producerNext, std::uint64_t(3));
        const Reply streams = run.ask(StreamsRequest{});
        int refused = 0;
        for (const StreamInfo &stream : std::get<StreamsReply>(streams.value).streams) {
            if (!stream.implicit && !stream.deadLetters)
                continue;
            QCOMPARE(refusal(put(stream.name, 0)), Code::StreamOfPipeline);
            ++refused;
        }
        QCOMPARE(refused, 2);
    }

    /// Each of several senders of one producer has its turn; nobody waits on the control thread.
    void putsOfOneProducerTakeTurns()
    {
        QTemporaryDir dir;
        Run run(dir.path(), false);
        run.deployAndRun(Pipeline());
        run.drain();
        std::vector<Ticket> tickets;
        constexpr std::uint64_t kPuts = 50;
        for (std::uint64_t i = 0; i < kPuts; ++i) {
            PutRequest request;
            request.stream = "clicks";
            request.producer = "p";
            request.firstIndex = i;
            request.entries = {{"{}", "k", {}}};
            tickets.push_back(run.engine->request(std::move(request)));
        }
        ProducerRequest last;
        last.stream = "clicks";
        last.producer = "p";
        const Reply known = run.ask(std::move(last));
        QCOMPARE(std::get<PutReply>(known.value).producerNext, kPuts);
        for (std::uint64_t i = 0; i < kPuts; ++i) {
            const Reply reply = run.engine->wait(tickets[i]);
            QVERIFY(reply.ok());
            QCOMPARE(std::get<PutReply>(reply.value).producerNext, i + 1);
        }
    }

    void aRemovedTableFileIsFilledAgainFromTheStream()
    {
        QTemporaryDir dir;
        Run run(dir.path(), false);
        Pipeline pipeline;
        pipeline.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{400};
        run.deployAndRun(pipeline);
        run.drain();
        const auto rows = query(dir.path(), "SELECT count(*) FROM errors");
        QVERIFY(rows > 0);
        for (const char *name : {"/out.db", "/out.db-wal", "/out.db-shm"})
            QVERIFY(QFile::remove(dir.path() + QLatin1String("/output") + QLatin1String(name)) ||
                    QLatin1String(name) != QLatin1String("/out.db"));
        pipeline.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{600};
        QVERIFY(run.ask(DeployRequest{pipeline.document, {}}).ok());
        QTRY_VERIFY_WITH_TIMEOUT(run.engine->snapshot()->node({"gener001"})->counts.out == 600,
                                 300'000);
        QTRY_VERIFY_WITH_TIMEOUT(run.engine->snapshot()->drained, 300'000);
        const auto snapshot = run.engine->snapshot();
        // The counters restart with the cursors: all 600 records were read for the new file.
        QCOMPARE(snapshot->node({"filter01"})->counts.in, std::uint64_t(600));
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM errors"),
                 static_cast<std::int64_t>(snapshot->node({"sqlite01"})->counts.processed));
        QVERIFY(query(dir.path(), "SELECT count(*) FROM errors") > rows);
        QVERIFY(run.messages().find("nodes.destination-replaced") != std::string::npos);
        // Once is enough, and no rows of before stand there.
        QVERIFY2(run.messages().find("engine.progress-lost") == std::string::npos,
                 run.messages().c_str());
    }

    void aTableThatIsNewToTheNodeGetsWhatTheStreamHasAndAFormerOneWhatItMissed()
    {
        QTemporaryDir dir;
        Run run(dir.path(), false);
        Pipeline pipeline;
        auto &generator = pipeline.document.nodes.at({"gener001"}).parameters;
        auto &table = pipeline.document.nodes.at({"sqlite01"}).parameters;
        generator["total"] = std::int64_t{400};
        run.deployAndRun(pipeline);
        run.drain();
        const auto rows = query(dir.path(), "SELECT count(*) FROM errors");
        QVERIFY(rows > 0);
        const auto changeTo = [&](const char *name, std::int64_t total) {
            table["table"] = std::string(name);
            generator["total"] = total;
            QVERIFY(run.ask(DeployRequest{pipeline.document, {}}).ok());
            const auto made = [&] {
                return run.engine->snapshot()->node({"gener001"})->counts.out ==
                       static_cast<std::uint64_t>(total);
            };
            QTRY_VERIFY_WITH_TIMEOUT(made(), 300'000);
            run.drain();
        };
        changeTo("again", 600);
        const auto all = query(dir.path(), "SELECT count(*) FROM again");
        QVERIFY(all > rows);
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM errors"), rows);
        changeTo("errors", 601);
        QVERIFY(query(dir.path(), "SELECT count(*) FROM errors") - all <= 1);
        QCOMPARE(query(dir.path(),
                       "SELECT count(*) FROM (SELECT * FROM again EXCEPT SELECT * FROM errors)"),
                 std::int64_t(0));
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM (SELECT DISTINCT * FROM errors)"),
                 query(dir.path(), "SELECT count(*) FROM errors"));
    }

    /// Where a quiet file was met at its end is stored though no record came.
    void linesWrittenWhileStoppedReachATailThatBeganAtTheEnd()
    {
        QTemporaryDir dir;
        const std::string path = dir.filePath("app.log").toStdString();
        const auto write = [&](const char *lines) {
            QFile file(QString::fromStdString(path));
            QVERIFY(file.open(QIODevice::Append));
            QVERIFY(file.write(lines) > 0);
        };
        write("old\n");
        Pipeline pipeline;
        pipeline.document.nodes.clear();
        pipeline.document.wires.clear();
        pipeline.add("tail0001", "tail", {{"path", path}, {"start", std::string("end")}});
        pipeline.add("stream01", "data-stream",
                     {{"stream", std::string("lines")}, {"shards", std::int64_t{1}}});
        pipeline.wire("tail0001", "stream01");
        const auto records = [](Run &run) {
            return run.engine->snapshot()->node({"stream01"})->counts.in;
        };
        {
            Run run(dir.path() + "/data", false);
            run.deployAndRun(pipeline);
            const std::string folder =
                dir.filePath("data/streams/").toStdString() +
                run.engine->snapshot()->node({"stream01"})->stream.toString();
            const auto stored = [&] {
                const auto log = log::LogReader::open(folder, posixFileSystem());
                return log && !(*log)->producers().empty();
            };
            QTRY_VERIFY_WITH_TIMEOUT(stored(), 60'000);
            QCOMPARE(records(run), std::uint64_t(0));
        }
        write("new\n");
        Run run(dir.path() + "/data", false);
        run.deployAndRun(pipeline);
        QTRY_COMPARE_WITH_TIMEOUT(records(run), std::uint64_t(1), 60'000);
    }

    void aStreamMayNotTakeANameThatThePipelineNeeds()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        for (const char *name : {"Test-dead-letters", "wire.12345678.filter01.out"}) {
            Pipeline pipeline;
            pipeline.document.nodes.at({"stream01"}).parameters["stream"] = std::string(name);
            const Reply reply = run.ask(DeployRequest{pipeline.document, {}});
            QCOMPARE(reply.problems.size(), std::size_t(1));
            QCOMPARE(reply.problems[0].place(), std::string("node stream01: parameter stream"));
        }
    }
};

MILLRACE_TEST(LocalEngineTest)
#include "local_engine_test.moc"
