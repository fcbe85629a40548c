// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"
#include "tests/ui/support/fake_engine.h"
#include "tests/ui/support/ink.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/charts/throughput_chart.h"
#include "ui/charts/throughput_panel.h"
#include "ui/style/style.h"

#include <QLabel>
#include <QTest>
#include <QToolButton>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

struct Panel {
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    EngineBridge bridge;
    ThroughputPanel panel{bridge};

    Panel()
    {
        engine->history = clickstreamHistory;
        bridge.setEngine(engine);
        panel.resize(700, 300);
        panel.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&panel);
    }
    void tick(int second)
    {
        engine->publish(clickstreamSnapshot(second));
        bridge.poll();
    }
    /// Numbers beside and below, the limit's text over its line, and four shards.
    void expectAllIsPainted()
    {
        auto *chart = panel.findChild<QWidget *>(u"throughput.chart"_s);
        const QImage image = chart->grab().toImage();
        const auto drawn = [&](const QRect &where) {
            return where.width() * where.height() - ink(image, theme().panel, where);
        };
        QVERIFY(drawn({60, chart->height() - 14, chart->width() - 80, 14}) > 50);
        QVERIFY(drawn({0, 0, 18, chart->height() - 24}) > 50);
        int lines = 0;
        int letters = 0;
        for (int y = 0; y < chart->height(); ++y) {
            const int inked = ink(image, theme().error, {chart->width() - 90, y, 80, 1});
            lines += inked > 30 ? 1 : 0;
            letters += inked > 0 && inked <= 30 ? 1 : 0;
        }
        QVERIFY2(lines > 0 && letters > 3, qPrintable(u"%1, %2"_s.arg(lines).arg(letters)));
        const QImage legend = panel.findChild<QWidget *>(u"throughput.legend"_s)->grab().toImage();
        for (const std::uint32_t shard : {0U, 1U, 2U, 3U}) {
            QVERIFY(ink(image, theme().shard(shard)) > 50);
            QVERIFY(ink(legend, theme().shard(shard)) > 50);
        }
    }
};

} // namespace

class ThroughputPanelTest final : public QObject
{
    Q_OBJECT

private slots:
    void timesKeepClearOfTheLowestNumber()
    {
        ThroughputChart chart;
        chart.resize(470, 130);
        chart.QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        int drawn = 0;
        for (qint64 from = 1'780'324'200; from < 1'780'324'215; ++from) {
            chart.show({}, 1000.0, 900, from, from + 60);
            QCoreApplication::processEvents(); // the plot follows its margins
            const QImage image = chart.grab().toImage();
            const QRect plot = chart.chart()->plotArea().toRect();
            const int top = plot.bottom() + 10; // below the number
            const auto inks = [&](int left, int right) {
                const QRect where(left, top, right - left, chart.height() - top);
                return where.width() * where.height() - ink(image, theme().panel, where);
            };
            QCOMPARE(inks(0, plot.left() - 6), 0);
            drawn += inks(plot.left(), plot.right());
        }
        QVERIFY(drawn > 1000);
    }

    void explainsItselfWhileEmpty()
    {
        Panel p;
        QVERIFY(!p.panel.showsChart());
        QVERIFY(p.panel.findChild<QLabel *>(u"throughput.empty"_s)
                    ->text()
                    .contains(u"has no stream"_s));
        p.panel.showStream(kStream, true);
        QVERIFY(!p.panel.showsChart());
        QVERIFY(p.panel.findChild<QLabel *>(u"throughput.empty"_s)->text().contains(u"Run"_s));
        runtime::Snapshot running;
        running.state = runtime::RunState::Running;
        p.engine->publish(running);
        p.bridge.poll();
        QVERIFY(!p.panel.findChild<QLabel *>(u"throughput.empty"_s)->text().contains(u"Run"_s));
    }

    void beginsWithTheEnginesHistoryAndGoesOnLive()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        QVERIFY(p.panel.showsChart());
        QCOMPARE(p.engine->count<engine::HistoryRequest>(), 4); // one a shard
        QCOMPARE(p.engine->last<engine::HistoryRequest>()->toSecond -
                     p.engine->last<engine::HistoryRequest>()->fromSecond,
                 kChartSeconds);
        p.tick(401);
        const QList<QPointF> points = p.panel.pointsOf(2);
        QVERIFY(points.size() > 250);
        const double last = kRunStart.time_since_epoch().count() / 1000.0 + 401;
        QCOMPARE(points.last().x(), last);
        const double expected =
            clickstreamSnapshot(401).node(kStream)->shards[2].bytesInPerSecond / 1048576;
        QCOMPARE(points.last().y(), expected);
        QCOMPARE(p.engine->count<engine::HistoryRequest>(), 4); // asked once
    }

    /// Templates name their streams alike.
    void anotherEnginesStreamOfTheSameNameIsAnotherOne()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.tick(401);
        QVERIFY(p.panel.pointsOf(2).size() > 250);
        const auto other = std::make_shared<FakeEngine>();
        other->publish(clickstreamSnapshot(10));
        p.bridge.setEngine(other);
        p.panel.showStream(kStream, true);
        QCOMPARE(other->count<engine::HistoryRequest>(), 4);
        QVERIFY2(p.panel.pointsOf(2).size() <= 1, "those of the engine before");
    }

    void anotherPipelinesStreamOfTheSameNameIsAnotherOne()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.tick(401);
        QVERIFY(p.panel.pointsOf(2).size() > 250);
        p.engine->history = {};
        p.bridge.setPipeline(Uuid::parse("00000000-0000-4000-8000-000000000001").value(), {});
        p.tick(402);
        QCOMPARE(p.engine->count<engine::HistoryRequest>(), 8);
        QVERIFY(p.panel.pointsOf(2).size() <= 2);
    }

    void beforeARunItShowsTheLastOne_data()
    {
        QTest::addColumn<bool>("anotherRuns");
        QTest::newRow("nothing runs") << false;
        QTest::newRow("another pipeline runs") << true;
    }

    void beforeARunItShowsTheLastOne()
    {
        QFETCH(bool, anotherRuns);
        Panel p;
        const qint64 start = kRunStart.time_since_epoch().count() / 1000;
        const qint64 end = start + 400; // of the run before
        p.engine->history = [&](engine::HistoryRequest asked) {
            asked.toSecond = std::min<std::int64_t>(asked.toSecond, end + 1);
            return clickstreamHistory(asked);
        };
        runtime::Snapshot stopped = clickstreamSnapshot(400);
        stopped.state = anotherRuns ? runtime::RunState::Running : runtime::RunState::Stopped;
        stopped.at += std::chrono::hours(30); // the day after
        for (runtime::NodeFigures &node : stopped.nodes) {
            node.state = runtime::NodeState::Stopped;
            for (runtime::ShardFigures &shard : node.shards)
                shard.bytesInPerSecond = shard.recordsInPerSecond = 0;
        }
        p.panel.showStream(kStream, true);
        for (int i = 0; i < 8; ++i) {
            stopped.at += std::chrono::seconds(1);
            p.engine->publish(stopped);
            p.bridge.poll();
        }
        QVERIFY(p.panel.showsChart());
        const QList<QPointF> points = p.panel.pointsOf(2);
        QCOMPARE(points.last().x(), static_cast<double>(end)); // no zeros behind it
        QVERIFY(points.last().y() > 0);
        QVERIFY(points.size() > 250);
        auto *title = p.panel.findChild<QLabel *>(u"throughput.title"_s);
        QVERIFY2(title->text().contains(u"until "_s), qPrintable(title->text()));
        p.tick(500);
        QVERIFY(!title->text().contains(u"until "_s));
        QCOMPARE(p.panel.pointsOf(2).last().x(), static_cast<double>(start + 500));
    }

    void unitIsThatOfTheLimitThatBinds()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        runtime::Snapshot idle = clickstreamSnapshot(400);
        runtime::Snapshot small = clickstreamSnapshot(401); // small records: their number binds
        for (runtime::Snapshot *snapshot : {&idle, &small}) {
            for (runtime::NodeFigures &node : snapshot->nodes) {
                for (runtime::ShardFigures &shard : node.shards) {
                    shard.recordsInPerSecond = snapshot == &idle ? 0 : 870;
                    shard.bytesInPerSecond = shard.recordsInPerSecond * 100;
                }
            }
        }
        p.engine->publish(idle);
        p.bridge.poll();
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Bytes); // nothing to tell it by
        p.engine->publish(small);
        p.bridge.poll();
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
        QCOMPARE(p.panel.pointsOf(0).last().y(), 870.0);
        p.tick(402); // bytes bind now, but the unit does not jump about
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
    }

    void aFreshRunFillsTheChart()
    {
        ShardHistory history;
        history.add(0, 1000, 1);
        QCOMPARE(history.begin(1010), 950); // never narrower than a minute
        QCOMPARE(history.begin(1100), 1000);
        QCOMPARE(history.begin(2000), 1700);
    }

    void timeWithoutFiguresIsAGap()
    {
        Panel p;
        p.engine->history = [](const engine::HistoryRequest &request) {
            engine::HistoryReply all = clickstreamHistory(request);
            engine::HistoryReply reply;
            for (const runtime::MetricPoint &point : all.points) {
                if (point.second < request.toSecond - 60 || point.second > request.toSecond - 20)
                    reply.points.push_back(point);
            }
            return reply;
        };
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.tick(401);
        QCOMPARE(p.panel.piecesOf(0), 2);
    }

    void theLimitIsDrawnWhereThereIsOne()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.tick(401);
        QCOMPARE(p.panel.chart().limitText(), u"limit 1 MiB/s"_s);
        QVERIFY(p.panel.chart().showsLimit());
        QCOMPARE(p.panel.chart().valueLabels().last(), u"1.2"_s);
        p.panel.showStream(kStream, false);
        p.tick(402);
        p.tick(403);
        QVERIFY(!p.panel.chart().showsLimit());
        QVERIFY(p.panel.chart().limitText().isEmpty());
    }

    void farBelowTheLimitTheDataHasTheAxis()
    {
        Panel p;
        p.engine->history = nullptr;
        p.panel.showStream(kStream, true);
        runtime::Snapshot slow = clickstreamSnapshot(404);
        for (runtime::NodeFigures &node : slow.nodes) {
            for (runtime::ShardFigures &shard : node.shards) {
                shard.recordsInPerSecond = 9;
                shard.bytesInPerSecond = 900;
            }
        }
        p.engine->publish(slow);
        p.bridge.poll();
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
        QVERIFY(!p.panel.chart().showsLimit());
        QCOMPARE(p.panel.chart().limitText(), u"limit 1,000 records/s is above"_s);
        QCOMPARE(p.panel.chart().valueLabels().last(), u"12"_s);
    }

    void lowPlotsHaveFewerNumbersButEveryOneInFull()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.tick(401);
        p.panel.resize(700, 400);
        QCOMPARE(p.panel.chart().valueLabels(),
                 (QStringList{u"0.0"_s, u"0.3"_s, u"0.6"_s, u"0.9"_s, u"1.2"_s}));
        p.panel.resize(700, 170); // without another snapshot
        QCoreApplication::processEvents();
        QCOMPARE(p.panel.chart().valueLabels(), (QStringList{u"0.0"_s, u"0.6"_s, u"1.2"_s}));
        p.panel.resize(700, 400);
        QCoreApplication::processEvents();
        QCOMPARE(p.panel.chart().valueLabels().size(), 5);
    }

    void everythingOfTheChartIsPainted()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.tick(401);
        p.expectAllIsPainted();
        Style::instance().choose(ThemeKind::Light);
        QCoreApplication::processEvents(); // layouts follow
        p.expectAllIsPainted();
        Style::instance().choose(ThemeKind::Dark);
    }

    void aPanelThatWasHiddenShowsTheNewestAtOnce()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.panel.hide();
        p.tick(401);
        p.tick(402);
        p.panel.show(); // and no further tick
        QCOMPARE(p.panel.pointsOf(2).last().x(),
                 kRunStart.time_since_epoch().count() / 1000.0 + 402);
    }

    void whatIsOlderThanTheChartIsForgotten()
    {
        Panel p;
        p.engine->history = nullptr;
        p.panel.showStream(kStream, true);
        runtime::Snapshot peak = clickstreamSnapshot(400);
        for (runtime::NodeFigures &node : peak.nodes) {
            for (runtime::ShardFigures &shard : node.shards)
                shard.bytesInPerSecond *= 5;
        }
        p.engine->publish(peak);
        p.bridge.poll();
        QCOMPARE(p.panel.chart().valueLabels().last(), u"8"_s);
        p.tick(400 + static_cast<int>(kChartSeconds) + 50);
        QCOMPARE(p.panel.pointsOf(2).size(), 1);
        QCOMPARE(p.panel.chart().valueLabels().last(), u"1.2"_s); // the peak has left the axis, too
    }

    void answersInAnotherUnitAreDropped()
    {
        Panel p;
        p.engine->answers = false;
        p.engine->history = [](const engine::HistoryRequest &request) {
            return request.series.metric == runtime::Metric::BytesIn ? clickstreamHistory(request)
                                                                     : engine::HistoryReply();
        };
        p.panel.showStream(kStream, true);
        p.tick(400);
        QTest::mouseClick(p.panel.findChild<QToolButton *>(u"throughput.records.button"_s),
                          Qt::LeftButton);
        p.engine->answers = true;
        p.bridge.poll(); // bytes, which nobody wants any more
        p.tick(401);
        QVERIFY(!p.panel.pointsOf(0).isEmpty());
        for (const QPointF &point : p.panel.pointsOf(0))
            QVERIFY2(point.y() > 100 && point.y() < 2000, qPrintable(QString::number(point.y())));
    }

    void unitIsChosenByButton()
    {
        Panel p;
        p.panel.showStream(kStream, true);
        p.tick(400);
        QTest::mouseClick(p.panel.findChild<QToolButton *>(u"throughput.records.button"_s),
                          Qt::LeftButton);
        QCOMPARE(p.panel.unit(), ThroughputPanel::Unit::Records);
        QCOMPARE(p.engine->last<engine::HistoryRequest>()->series.metric,
                 runtime::Metric::RecordsIn);
        p.tick(401);
        const double expected =
            clickstreamSnapshot(401).node(kStream)->shards[1].recordsInPerSecond;
        QCOMPARE(p.panel.pointsOf(1).last().y(), expected);
        QCOMPARE(p.panel.findChild<QLabel *>(u"throughput.title"_s)->text(),
                 u"Incoming, records/s per shard"_s);
    }

    void answersForAnotherStreamAreDropped()
    {
        Panel p;
        p.engine->answers = false;
        p.panel.showStream(kStream, true);
        p.tick(400);
        p.panel.showStream(std::nullopt, true);
        p.engine->answers = true;
        p.bridge.poll();
        QVERIFY(!p.panel.showsChart());
        QVERIFY(p.panel.pointsOf(0).isEmpty());
    }
};

MILLRACE_TEST(ThroughputPanelTest)
#include "throughput_panel_test.moc"
