// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QTemporaryDir>

using namespace millrace;
using namespace millrace::test;

class PressureTest : public QObject
{
    Q_OBJECT
private slots:
    /// A wire is a stream: when its slow end lets it fill the directory, its writer waits.
    void aWireWithASlowEndHoldsItsWriterUpAndLosesNothing()
    {
        QTemporaryDir dir;
        Pipeline pipeline;
        auto &nodes = pipeline.document.nodes;
        nodes.at({"gener001"}).parameters = {{"ratePerSecond", 1'000'000.0}}; // without end
        nodes.at({"filter01"}).parameters["condition"] = std::string("status > 0");
        pipeline.document.wires.clear();
        nodes.erase({"stream01"});
        pipeline.add("filter02", "filter", {{"condition", std::string("status > 10000")}});
        pipeline.add("stream02", "data-stream", {{"stream", std::string("other")}});
        pipeline.wire("gener001", "filter01");
        pipeline.wire("filter01", "sqlite01");
        pipeline.wire("gener001", "filter02");
        pipeline.wire("filter02", "stream02");

        Run run(dir.path(), false, 12U << 20U);
        QVERIFY(run.ask(DeployRequest{pipeline.document, {}}).ok());
        const std::string path = dir.path().toStdString() + "/output/out.db";
        auto other = store::Database::open(path, store::Database::Mode::ReadWrite);
        QVERIFY(other.has_value());
        QVERIFY(other->execute("BEGIN IMMEDIATE").has_value());
        QVERIFY(run.ask(RunRequest{}).ok());
        // One snapshot: the writer tries again now and then, and the next one may look otherwise.
        runtime::SnapshotPtr held;
        const auto waiting = [&] {
            held = run.engine->snapshot();
            return held->node({"gener001"})->attention.has_value();
        };
        QTRY_VERIFY_WITH_TIMEOUT(waiting(), 120'000);
        QCOMPARE(held->node({"gener001"})->attention->code(), Code::BudgetExhausted);
        // It ends where it is, and what waits on the wire gets through.
        nodes.at({"gener001"}).parameters["total"] = std::int64_t{1};
        QVERIFY(run.ask(DeployRequest{pipeline.document, {}}).ok());
        const std::uint64_t records = held->node({"gener001"})->counts.out;
        QVERIFY(records > 0);
        QVERIFY(other->execute("COMMIT").has_value());
        run.drain();
        const auto snapshot = run.engine->snapshot();
        const auto filter = snapshot->node({"filter01"})->counts;
        QVERIFY(filter.in >= records);
        QCOMPARE(filter.expired, std::uint64_t(0));
        QCOMPARE(snapshot->node({"sqlite01"})->counts.processed, filter.processed);
        QCOMPARE(query(dir.path(), "SELECT count(*) FROM errors"),
                 static_cast<std::int64_t>(filter.processed));
    }

    /// The destinations of a fast source took many times the budget before anybody looked.
    void whatDestinationsWriteKeepsWithinTheBudget()
    {
        QTemporaryDir dir;
        constexpr std::uint64_t kBudget = 12U << 20U;
        Pipeline pipeline;
        auto &nodes = pipeline.document.nodes;
        nodes.at({"gener001"}).parameters = {{"ratePerSecond", 1'000'000.0}}; // without end
        nodes.erase({"filter01"});
        pipeline.document.wires.clear();
        pipeline.add("folder01", "ndjson-folder", {{"folder", std::string("rows")}});
        pipeline.wire("gener001", "stream01");
        pipeline.wire("stream01", "sqlite01");
        pipeline.wire("stream01", "folder01");
        Run run(dir.path(), false, kBudget);
        run.deployAndRun(pipeline);
        const auto waits = [&](const char *node) {
            const auto snapshot = run.engine->snapshot();
            const auto &attention = snapshot->node({node})->attention;
            return attention && attention->code() == Code::BudgetTaken;
        };
        const auto bytes = [&] {
            std::uint64_t sum = 0;
            QDirIterator files(dir.path(), QDir::Files | QDir::Hidden,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                files.next();
                sum += static_cast<std::uint64_t>(files.fileInfo().size());
            }
            return sum;
        };
        // On the way there it may wait for moments in which SQLite's log takes the room.
        QTRY_VERIFY_WITH_TIMEOUT(waits("gener001") && bytes() > kBudget / 2, 120'000);
        QVERIFY2(bytes() < kBudget + kBudget / 4, std::to_string(bytes()).c_str());
        QVERIFY(run.engine->snapshot()->node({"sqlite01"})->counts.lawHolds());
    }

    /// A run that ends before the first maintenance left all it had put, and the next one removed
    /// nearly all of it.
    void aShortRunLeavesWhatTheSizeLimitHolds()
    {
        QTemporaryDir dir;
        constexpr std::uint64_t kLimit = 3'000'000;
        Pipeline pipeline;
        pipeline.document.nodes.at({"gener001"}).parameters = {{"ratePerSecond", 1'000'000.0},
                                                               {"total", std::int64_t{60'000}}};
        pipeline.document.nodes.at({"stream01"})
            .parameters.insert(
                {{"maximumBytes", std::int64_t{kLimit}}, {"shards", std::int64_t{2}}});
        std::uint64_t records = 0;
        for (int start = 0; start < 2; ++start) {
            Run run(dir.path(), true);
            run.deployAndRun(pipeline);
            run.drain();
            QVERIFY(run.ask(StopRequest{}).ok());
            const Reply reply = run.ask(StreamsRequest{});
            for (const StreamInfo &info : std::get<StreamsReply>(reply.value).streams) {
                if (info.name != "clicks")
                    continue;
                QVERIFY2(info.diskBytes <= kLimit, std::to_string(info.diskBytes).c_str());
                QVERIFY2(info.diskBytes >= kLimit - 450'000,
                         std::to_string(info.diskBytes).c_str());
                QVERIFY(start == 0 || info.records == records);
                records = info.records;
            }
        }
        QVERIFY(records > 0);
    }

    void aStopInGoodOrderLeavesTheProgressOfStandardOutput()
    {
        QTemporaryDir dir;
        Pipeline pipeline;
        auto &nodes = pipeline.document.nodes;
        nodes.at({"gener001"}).parameters["total"] = std::int64_t{3};
        nodes.erase({"filter01"});
        nodes.erase({"sqlite01"});
        pipeline.document.wires.clear();
        pipeline.add("output01", "standard-output", {});
        pipeline.wire("gener001", "stream01");
        pipeline.wire("stream01", "output01");
        for (int start = 0; start < 2; ++start) {
            Run run(dir.path(), start == 0);
            run.deployAndRun(pipeline);
            run.drain();
            QCOMPARE(run.engine->snapshot()->node({"output01"})->counts.processed,
                     std::uint64_t(3));
            QVERIFY(run.ask(StopRequest{}).ok());
            auto catalog = store::Database::open(dir.path().toStdString() + "/catalog.db",
                                                 store::Database::Mode::ReadOnly);
            auto statement = catalog->prepare("SELECT count(*) FROM checkpoint");
            QVERIFY(*statement->step());
            QCOMPARE(statement->integer(0), std::int64_t(1));
        }
    }
};

MILLRACE_TEST(PressureTest)
#include "pressure_test.moc"
