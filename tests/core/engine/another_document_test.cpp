// SPDX-License-Identifier: GPL-3.0-or-later
// One engine is given one document after the other, by one program or by several.
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include "core/base/problem_codes.h"

#include <QTemporaryDir>

#include <algorithm>
#include <limits>

using namespace millrace;
using namespace millrace::test;

namespace {

/// A pipeline whose nodes are called as those of another one.
Pipeline alike(const Pipeline &pipeline, const char *project)
{
    Pipeline made = pipeline;
    made.document.project = Uuid::parse(project).value();
    made.document.nodes.at({"stream01"}).parameters["stream"] = std::string("other");
    made.document.nodes.at({"sqlite01"}).parameters["table"] = std::string("other");
    return made;
}

HistoryRequest ofAllTime(runtime::SeriesId series)
{
    return {std::move(series), std::numeric_limits<std::int64_t>::min(),
            std::numeric_limits<std::int64_t>::max()};
}

std::vector<runtime::MetricPoint> pointsOf(Run &run, const HistoryRequest &asked)
{
    return std::get<HistoryReply>(run.ask(asked).value).points;
}

const char *const kOther = "00000000-0000-4000-8000-000000000002";

} // namespace

class AnotherDocumentTest : public QObject
{
    Q_OBJECT
private slots:
    void aDeploymentThatWasReplacedDoesNotRun()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        const Pipeline own;
        const Reply deployed = run.ask(DeployRequest{own.document, {}});
        const Ticket first = std::get<DeployReply>(deployed.value).deployment;
        const Ticket second = run.engine->request(DeployRequest{alike(own, kOther).document, {}});
        QVERIFY(run.engine->wait(second).ok());
        const Reply refused = run.ask(RunRequest{first});
        QVERIFY(!refused.ok());
        QCOMPARE(refused.problems.front().code(), Code::DeploymentReplaced);
        QCOMPARE(run.engine->snapshot()->state, runtime::RunState::Stopped);
        // One that is refused replaces nothing.
        Pipeline wrong = own;
        wrong.document.nodes.at({"filter01"}).parameters["condition"] = std::string("status >=");
        QVERIFY(!run.ask(DeployRequest{wrong.document, {}}).ok());
        QVERIFY(run.ask(RunRequest{second}).ok());
        QCOMPARE(run.engine->snapshot()->state, runtime::RunState::Running);
        QVERIFY(run.ask(RunRequest{}).ok()); // who names none means whatever there is
    }

    void problemsNameTheProjectTheyAreIn()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        const Pipeline own;
        QVERIFY(run.ask(DeployRequest{own.document, {}}).ok());
        Pipeline wrong = alike(own, kOther);
        wrong.document.nodes.at({"filter01"}).parameters["condition"] = std::string("status >=");
        QVERIFY(!run.ask(DeployRequest{wrong.document, {}}).ok());
        QVERIFY(run.ask(RunRequest{}).ok()); // makes a snapshot
        const auto snapshot = run.engine->snapshot();
        QCOMPARE(snapshot->project, own.document.project);
        const auto found =
            std::find_if(snapshot->problems.begin(), snapshot->problems.end(), [](const auto &e) {
                return e.problem.place().starts_with("node filter01");
            });
        QVERIFY(found != snapshot->problems.end());
        QCOMPARE(found->project, wrong.document.project);
    }

    void historyIsThatOfTheDocument()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        const Pipeline own;
        run.deployAndRun(own);
        run.drain();
        QVERIFY(run.ask(StopRequest{}).ok());
        HistoryRequest asked = ofAllTime({{"gener001"}, {}, runtime::Metric::RecordsOut});
        const std::size_t before = pointsOf(run, asked).size(); // of the deployed one
        QVERIFY(before > 0);
        const Pipeline other = alike(own, kOther);
        QVERIFY(run.ask(DeployRequest{other.document, {}}).ok());
        QVERIFY(pointsOf(run, asked).empty());
        QVERIFY(run.ask(RunRequest{}).ok());
        run.drain();
        QVERIFY(!pointsOf(run, asked).empty());
        asked.series.project = own.document.project;
        QCOMPARE(pointsOf(run, asked).size(), before);
    }

    /// What a stream had taken in stood as what it took in within the first second.
    void ratesBeginAnewWithTheDocument()
    {
        QTemporaryDir dir;
        Run run(dir.path(), true);
        Pipeline large;
        Pipeline small = alike(large, kOther);
        small.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{10};
        for (const Pipeline *each : {&large, &small}) {
            run.deployAndRun(*each);
            run.drain();
            QVERIFY(run.ask(StopRequest{}).ok());
        }
        large.document.nodes.at({"gener001"}).parameters["total"] = std::int64_t{15'000};
        run.deployAndRun(large);
        run.drain();
        const auto points =
            pointsOf(run, ofAllTime({{"stream01"}, {}, runtime::Metric::RecordsIn}));
        QVERIFY(points.size() > 4);
        for (const runtime::MetricPoint &point : points)
            QVERIFY2(point.value < 2500, std::to_string(point.value).c_str());
    }
};

MILLRACE_TEST(AnotherDocumentTest)
#include "another_document_test.moc"
