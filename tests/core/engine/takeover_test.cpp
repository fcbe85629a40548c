// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include <QDir>
#include <QTemporaryDir>

using namespace millrace;
using namespace millrace::test;

namespace {

constexpr const char *kErrors = "SELECT count(*) FROM errors";
constexpr const char *kAll = "SELECT count(*) FROM everything";

/// generator -> clicks -> filter -> table `errors`, run for a while, edited, run again.
class Edited
{
public:
    Edited() { more(1000); }

    /// So many more records come. The filter lets all of them pass.
    void more(std::int64_t records)
    {
        m_total += records;
        auto &nodes = pipeline.document.nodes;
        nodes.at({"gener001"}).parameters["total"] = m_total;
        nodes.at({"filter01"}).parameters["condition"] = std::string("status > 0");
    }
    void unwire(const char *from, const char *to)
    {
        pipeline.document.wires.erase({{{from}, "out"}, {{to}, "in"}});
    }
    void addTable()
    {
        pipeline.add("sqlite02", "sqlite-table",
                     {{"file", std::string("out.db")}, {"table", std::string("everything")}});
    }
    /// The chain of the table, to two others in its place.
    void goToTwoOthers()
    {
        file() = std::string("second.db");
        pipeline.add("sqlite02", "sqlite-table",
                     {{"file", std::string("third.db")}, {"table", std::string("errors")}});
        pipeline.wire("filter01", "sqlite02");
    }
    void goBack()
    {
        file() = std::string("out.db");
        unwire("filter01", "sqlite02");
    }
    void addStream()
    {
        pipeline.add("stream02", "data-stream", {{"stream", std::string("between")}});
    }
    /// In an engine of its own: nothing is known but what is stored.
    void run()
    {
        Run run(folder.path(), true);
        run.deployAndRun(pipeline);
        run.drain();
        QVERIFY(run.ask(StopRequest{}).ok());
        messages = run.messages();
    }
    std::int64_t count(const char *sql) const { return query(folder.path(), sql); }

    QTemporaryDir folder;
    Pipeline pipeline;
    std::string messages; ///< of the last run

private:
    graph::ParameterValue &file()
    {
        return pipeline.document.nodes.at({"sqlite01"}).parameters["file"];
    }

    std::int64_t m_total = 0;
};

} // namespace

/// An edit that cuts a chain otherwise gives nothing twice to what already had it.
class TakeoverTest : public QObject
{
    Q_OBJECT
private slots:
    void aSecondWireDoesNotFillTheFirstTableAgain()
    {
        Edited edited;
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1000));
        edited.addTable();
        edited.pipeline.wire("filter01", "sqlite02");
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1000));
        QVERIFY2(
            edited.messages.find("node sqlite02: 1000 records of stream clicks do not reach") !=
                std::string::npos,
            edited.messages.c_str());
        QVERIFY2(edited.messages.find("node sqlite01: 1") == std::string::npos,
                 edited.messages.c_str());
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
        QCOMPARE(edited.count(kAll), std::int64_t(500));
        edited.run(); // the wire has a commit by now
        QVERIFY2(edited.messages.find("engine.branch-ahead") == std::string::npos,
                 edited.messages.c_str());
        // And back.
        edited.unwire("filter01", "sqlite02");
        edited.more(200);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1700));
        QCOMPARE(edited.count(kAll), std::int64_t(500));
    }

    void theSameWhileItRuns()
    {
        Edited edited;
        Run run(edited.folder.path(), true);
        run.deployAndRun(edited.pipeline);
        run.drain();
        edited.addTable();
        edited.pipeline.wire("filter01", "sqlite02");
        edited.more(500);
        QVERIFY(run.ask(DeployRequest{edited.pipeline.document, {}}).ok());
        QTRY_COMPARE_WITH_TIMEOUT(edited.count(kAll), std::int64_t(500), 60'000);
        run.drain();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
    }

    void aStreamIsPutBetweenAndTakenOut()
    {
        Edited edited;
        edited.run();
        edited.addStream();
        edited.unwire("filter01", "sqlite01");
        edited.pipeline.wire("filter01", "stream02");
        edited.pipeline.wire("stream02", "sqlite01");
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
        edited.unwire("filter01", "stream02");
        edited.unwire("stream02", "sqlite01");
        edited.pipeline.document.nodes.erase({"stream02"});
        edited.pipeline.wire("filter01", "sqlite01");
        edited.more(200);
        edited.run();
        // What passed the filter while the stream was there does not come again, nor what the
        // table had before.
        QCOMPARE(edited.count(kErrors), std::int64_t(1700));
    }

    /// The old cursor of the table is far behind where it stands when the stream goes, and no
    /// transform is left that wrote the stream.
    void aStreamIsTakenOutTogetherWithTheFilterBeforeIt()
    {
        Edited edited;
        auto &pipeline = edited.pipeline;
        pipeline.add("mapper01", "map", {{"select", std::string("*")}});
        const graph::Node filter = pipeline.document.nodes.at({"filter01"});
        const auto chain = [&](bool between) {
            pipeline.document.wires.clear();
            pipeline.wire("gener001", "stream01");
            pipeline.wire("mapper01", "sqlite01");
            if (between) {
                pipeline.document.nodes[filter.id] = filter;
                pipeline.document.nodes[filter.id].parameters["condition"] =
                    std::string("status > 0");
                edited.addStream();
                pipeline.wire("stream01", "filter01");
                pipeline.wire("filter01", "stream02");
                pipeline.wire("stream02", "mapper01");
            } else {
                pipeline.document.nodes.erase({"filter01"});
                pipeline.document.nodes.erase({"stream02"});
                pipeline.wire("stream01", "mapper01");
            }
        };
        std::int64_t expected = 1000;
        for (const bool between : {false, true, false, true, true, false}) {
            chain(between);
            pipeline.document.nodes.at({"gener001"}).parameters["total"] = expected;
            edited.run();
            QCOMPARE(edited.count(kErrors), expected);
            // The stream between lacks what came while it was not there, the table nothing.
            QVERIFY2(edited.messages.find("node sqlite01: ") == std::string::npos,
                     edited.messages.c_str());
            expected += 1000;
        }
    }

    /// What an end has not read itself comes to it by the stream before it, which is farther.
    void whatIsStillToComeIsNotSaidToBeMissing()
    {
        Edited edited;
        edited.pipeline.add("mapper01", "map", {{"select", std::string("*")}});
        edited.unwire("filter01", "sqlite01");
        edited.pipeline.wire("filter01", "mapper01");
        edited.pipeline.wire("mapper01", "sqlite01");
        edited.run();
        edited.addTable();
        edited.pipeline.wire("mapper01", "sqlite02");
        edited.more(1000);
        edited.run();
        edited.unwire("mapper01", "sqlite02");
        edited.pipeline.document.nodes.erase({"sqlite02"});
        edited.addStream();
        edited.unwire("filter01", "mapper01");
        edited.pipeline.wire("filter01", "stream02");
        edited.pipeline.wire("stream02", "mapper01");
        edited.more(1000);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(3000));
        QVERIFY2(edited.messages.find("engine.branch-ahead") == std::string::npos,
                 edited.messages.c_str());
    }

    /// A destination that is filled anew is not held back by where its fragment began.
    void aTableThatIsRemovedAfterAnEditIsFilledAnew()
    {
        Edited edited;
        edited.run();
        edited.addTable();
        edited.pipeline.wire("filter01", "sqlite02");
        edited.more(500);
        edited.run();
        QVERIFY2(edited.messages.find("engine.progress-lost") == std::string::npos,
                 edited.messages.c_str());
        QVERIFY(QFile::remove(edited.folder.filePath("output/out.db")));
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(500)); // all that its wire still has
        QCOMPARE(edited.count(kAll), std::int64_t(500));
        for (const char *node : {"node sqlite01: ", "node sqlite02: "}) {
            QVERIFY2(edited.messages.find(std::string(node) + "What an earlier run stored") !=
                         std::string::npos,
                     edited.messages.c_str());
        }
    }

    /// The wire that came for two others holds what the first table has.
    void aTableThatIsSetBackAfterTwoOthersHadItsChainGetsNothingTwice()
    {
        Edited edited;
        edited.run();
        edited.goToTwoOthers();
        edited.run();
        edited.goBack();
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1000));
        QVERIFY2(edited.messages.find("engine.stored-twice") == std::string::npos,
                 edited.messages.c_str());
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
    }

    /// Where the others had more, nobody can tell which of it the first one lacks.
    void andIsToldWhereTheOthersCameFarther()
    {
        Edited edited;
        edited.run();
        edited.goToTwoOthers();
        edited.more(500);
        edited.run();
        edited.goBack();
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(2500));
        QVERIFY2(edited.messages.find("node sqlite01: This destination holds rows already, and "
                                      "nothing tells which records of stream wire.") !=
                         std::string::npos &&
                     edited.messages.find("engine.stored-twice") != std::string::npos,
                 edited.messages.c_str());
    }

    /// Rows that stand twice must not be found out later.
    void aTableWhoseProgressIsRemovedIsToldToGetItsRowsAgain()
    {
        Edited edited;
        edited.run();
        {
            auto db = store::Database::open(edited.folder.filePath("output/out.db").toStdString(),
                                            store::Database::Mode::ReadWrite);
            QVERIFY(db && db->execute("DROP TABLE _millrace"));
        }
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(2000));
        QVERIFY2(edited.messages.find("node sqlite01: This destination holds rows already, and "
                                      "nothing tells which records of stream clicks") !=
                     std::string::npos,
                 edited.messages.c_str());
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(2000));
        QVERIFY2(edited.messages.find("engine.stored-twice") == std::string::npos,
                 edited.messages.c_str());
    }

    void aFolderWhoseProgressIsRemovedIsToldLikewise()
    {
        Edited edited;
        edited.pipeline.document.nodes.erase({"sqlite01"});
        edited.pipeline.add(
            "sqlite01", "ndjson-folder",
            {{"folder", std::string("files")}, {"maximumRecords", std::int64_t{100}}});
        edited.run();
        const auto removed = [&](const char *names) {
            int count = 0;
            QDirIterator found(edited.folder.filePath("output/files"), {names},
                               QDir::Files | QDir::Hidden);
            while (found.hasNext())
                count += QFile::remove(found.next()) ? 1 : 0;
            return count;
        };
        QCOMPARE(removed(".millrace-*"), 1);
        edited.run();
        QVERIFY2(edited.messages.find("engine.stored-twice") != std::string::npos,
                 edited.messages.c_str());
        // With its files there is nothing that could stand there twice.
        QCOMPARE(removed("*"), 1 + 20);
        edited.run();
        QVERIFY2(edited.messages.find("engine.progress-lost") != std::string::npos &&
                     edited.messages.find("engine.stored-twice") == std::string::npos,
                 edited.messages.c_str());
    }

    /// The producer goes on where it was, whatever stream it writes to.
    void theFirstStreamIsPutInTakenOutAndRenamed()
    {
        Edited edited;
        edited.unwire("gener001", "stream01");
        edited.unwire("stream01", "filter01");
        edited.pipeline.wire("gener001", "filter01"); // through a wire of its own
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1000));
        edited.unwire("gener001", "filter01");
        edited.pipeline.wire("gener001", "stream01");
        edited.pipeline.wire("stream01", "filter01");
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
        edited.pipeline.document.nodes.at({"stream01"}).parameters["stream"] =
            std::string("renamed");
        edited.more(300);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1800));
        edited.unwire("gener001", "stream01");
        edited.unwire("stream01", "filter01");
        edited.pipeline.wire("gener001", "filter01");
        edited.more(200);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(2000));
    }

    /// The new stream stays empty: what is behind has all of it.
    void aStreamThatIsRenamedBehindAFinishedFileIsTold()
    {
        Edited edited;
        const QTemporaryDir input;
        QFile file(input.filePath("in.ndjson"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"status\":1}\n{\"status\":2}\n{\"status\":3}\n");
        file.close();
        edited.pipeline.document.nodes.erase({"gener001"});
        edited.pipeline.add("gener001", "file", {{"path", file.fileName().toStdString()}});
        edited.pipeline.document.nodes.at({"filter01"}).parameters["condition"] =
            std::string("status > 0");
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(3));
        QVERIFY2(edited.messages.find("runtime.producer-moved") == std::string::npos,
                 edited.messages.c_str());
        edited.pipeline.document.nodes.at({"stream01"}).parameters["stream"] =
            std::string("renamed");
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(3));
        QVERIFY2(edited.messages.find("node gener001: The 3 records that this node gave so far "
                                      "stand in stream clicks") != std::string::npos,
                 edited.messages.c_str());
    }

    void aFilterWithTwoWiresIsBypassed()
    {
        Edited edited;
        edited.addTable();
        edited.pipeline.wire("filter01", "sqlite02");
        edited.run();
        edited.pipeline.document.nodes.at({"filter01"}).state = graph::NodeState::Bypassed;
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
        QCOMPARE(edited.count(kAll), std::int64_t(1500));
    }

    void anotherTransformBeforeAStreamGoesOnWhereTheFirstStood()
    {
        Edited edited;
        edited.addStream();
        edited.unwire("filter01", "sqlite01");
        edited.pipeline.wire("filter01", "stream02");
        edited.pipeline.wire("stream02", "sqlite01");
        edited.run();
        edited.pipeline.add("filter02", "filter", {{"condition", std::string("status > 0")}});
        edited.unwire("filter01", "stream02");
        edited.pipeline.wire("filter01", "filter02");
        edited.pipeline.wire("filter02", "stream02");
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1500));
    }

    void aFolderOfFilesIsNotFilledAgain()
    {
        Edited edited;
        edited.pipeline.document.nodes.erase({"sqlite01"});
        edited.unwire("filter01", "sqlite01");
        edited.pipeline.add("folder01", "ndjson-folder", {{"folder", std::string("files")}});
        edited.pipeline.wire("filter01", "folder01");
        edited.run();
        edited.addTable();
        edited.pipeline.wire("filter01", "sqlite02");
        edited.more(500);
        edited.run();
        qint64 lines = 0;
        QDirIterator files(edited.folder.path() + "/output/files", {"part-*.ndjson"}, QDir::Files);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            lines += file.readAll().count('\n');
        }
        QCOMPARE(lines, qint64(1500));
        QCOMPARE(edited.count(kAll), std::int64_t(500));
    }

    /// Who cannot be read has had nothing, and holds up nobody before it.
    void aTableThatCannotBeReadDoesNotHoldUpWhatIsBeforeIt()
    {
        Edited edited;
        edited.addStream();
        edited.unwire("filter01", "sqlite01");
        edited.pipeline.wire("filter01", "stream02");
        edited.pipeline.wire("stream02", "sqlite01");
        Run run(edited.folder.path(), true);
        QVERIFY(QDir().mkpath(edited.folder.filePath("output/out.db")));
        run.deployAndRun(edited.pipeline);
        QTRY_COMPARE_WITH_TIMEOUT(run.engine->snapshot()->node({"stream02"})->counts.in,
                                  std::uint64_t(1000), 60'000);
    }

    /// Two branches at different places come to share a wire: nothing comes twice, and what one of
    /// them had not had yet is told.
    void theFartherOfTwoBranchesCountsAndTheOtherHearsOfIt()
    {
        Edited edited;
        edited.addTable();
        edited.pipeline.document.nodes.at({"sqlite02"}).state = graph::NodeState::Disabled;
        edited.pipeline.add("filter02", "filter", {{"condition", std::string("status > 0")}});
        edited.pipeline.wire("stream01", "filter02");
        edited.pipeline.wire("filter02", "sqlite02");
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1000));
        edited.pipeline.document.nodes.at({"sqlite01"}).state = graph::NodeState::Disabled;
        edited.pipeline.document.nodes.at({"sqlite02"}).state = graph::NodeState::Enabled;
        edited.more(500);
        edited.run();
        QCOMPARE(edited.count(kAll), std::int64_t(1500));
        edited.pipeline.document.nodes.at({"sqlite01"}).state = graph::NodeState::Enabled;
        edited.unwire("filter02", "sqlite02");
        edited.pipeline.wire("filter01", "sqlite02");
        edited.run();
        QCOMPARE(edited.count(kErrors), std::int64_t(1000));
        QCOMPARE(edited.count(kAll), std::int64_t(1500));
        QVERIFY2(edited.messages.find("500 records of stream clicks do not reach this node") !=
                     std::string::npos,
                 edited.messages.c_str());
    }

    /// A writer that goes on counts with what it brought when another one joins.
    void anotherWriterDoesNotNarrowTheSchema()
    {
        Edited edited;
        Run run(edited.folder.path(), true);
        run.deployAndRun(edited.pipeline);
        run.drain();
        edited.pipeline.add("gener002", "generator",
                            {{"dataset", std::string("iot-sensors")},
                             {"total", std::int64_t{10}},
                             {"ratePerSecond", 100.0}});
        edited.pipeline.wire("gener002", "stream01");
        const Reply deployed = run.ask(DeployRequest{edited.pipeline.document, {}});
        QVERIFY2(deployed.ok(),
                 deployed.problems.empty() ? "" : deployed.problems[0].message().c_str());
        const Reply reply = run.ask(StreamsRequest{});
        const auto &streams = std::get<StreamsReply>(reply.value).streams;
        const auto clicks = std::find_if(streams.begin(), streams.end(),
                                         [](const StreamInfo &s) { return s.name == "clicks"; });
        QVERIFY(clicks != streams.end() && clicks->schema);
        QVERIFY(clicks->schema->find("status") != nullptr);
        QVERIFY(clicks->schema->find("rssi") != nullptr);
    }
};

MILLRACE_TEST(TakeoverTest)
#include "takeover_test.moc"
