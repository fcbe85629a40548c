// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/engine/engine_fixture.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

#include <algorithm>

using namespace millrace;
using namespace millrace::test;

namespace {

/// The highest rate that the stored history has of a node.
double highest(Run &run, const char *node, runtime::Metric metric)
{
    HistoryRequest request;
    request.series.node = {node};
    request.series.metric = metric;
    request.toSecond = std::numeric_limits<std::int64_t>::max();
    const Reply reply = run.ask(request);
    double most = 0;
    for (const runtime::MetricPoint &point : std::get<HistoryReply>(reply.value).points)
        most = std::max(most, point.value);
    return most;
}

} // namespace

class RatesTest : public QObject
{
    Q_OBJECT
private slots:
    /// What an earlier process had done is no rate of this one.
    void countsThatComeBackAreNoRate()
    {
        QTemporaryDir dir;
        Pipeline pipeline;
        auto &parameters = pipeline.document.nodes.at({"gener001"}).parameters;
        parameters["total"] = std::int64_t{40'000};
        parameters["ratePerSecond"] = 2000.0;
        {
            Run run(dir.path(), true);
            run.deployAndRun(pipeline);
            run.drain();
        }
        parameters["total"] = std::int64_t{44'000};
        // In real time snapshots are also taken before the tasks have their counts back.
        Run run(dir.path(), false);
        run.deployAndRun(pipeline);
        run.drain();
        QCOMPARE(run.engine->snapshot()->node({"gener001"})->counts.out, std::uint64_t(44'000));
        for (const char *node : {"gener001", "stream01", "filter01"}) {
            const double most = highest(run, node, runtime::Metric::RecordsIn);
            QVERIFY2(most > 500 && most < 8000, qPrintable(QString("%1: %2").arg(node).arg(most)));
        }
    }

    /// The first second of a second run of one engine has its rate.
    void aSecondRunHasItsRatesFromTheStart()
    {
        QTemporaryDir dir;
        Pipeline pipeline;
        auto &parameters = pipeline.document.nodes.at({"gener001"}).parameters;
        parameters["total"] = std::int64_t{40'000};
        Run run(dir.path(), true);
        run.deployAndRun(pipeline);
        run.drain();
        parameters["total"] = std::int64_t{41'000};
        run.deployAndRun(pipeline);
        run.drain();
        const auto *source = run.engine->snapshot()->node({"gener001"});
        QCOMPARE(source->counts.out, std::uint64_t(41'000));
        QVERIFY2(source->outPerSecond > 0, qPrintable(QString::number(source->outPerSecond)));
    }
};

MILLRACE_TEST(RatesTest)
#include "rates_test.moc"
